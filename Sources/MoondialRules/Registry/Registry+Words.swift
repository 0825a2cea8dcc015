// SPDX-License-Identifier: MIT

extension Registry {
    typealias Parameter = RegistryEntry.Parameter

    package static let words = languageWords + moondialWords + storeWords

    /// The options in addition to phone, token and exid. `RunRequest.optionNames` has the same order.
    private static let options = [
        Parameter("channel", "\"native\" or \"web\"", optional: true, "the SDK that made the token"),
        Parameter("ip", "string", optional: true, "the end user's address"),
        Parameter("operator", "\"CM\", \"CU\" or \"CT\"", optional: true, "the network that made the token"),
        Parameter("token_age_ms", "integer", optional: true, "milliseconds since the token was made"),
        Parameter("timeout_ms", "integer", optional: true, "milliseconds that the run may take"),
        Parameter("context", "table", optional: true, "whatever else the rules shall know"),
    ]
    private static let phone = Parameter("phone", "string", "the number, eleven digits")
    private static let token = Parameter("token", "string", "what the client SDK obtained; works once")
    private static let exID = Parameter("exid", "string", optional: true, "your own id for the request")
    private static let reason = Parameter("reason", "string", optional: true, "why, for the caller and the trace")
    private static let decisionFields = Parameter("fields", "table", optional: true, "fields for the decision table")

    private static func decision(_ name: String, _ summary: String) -> RegistryEntry {
        .function(
            name, [reason, decisionFields], returns: "a decision", summary,
            text: "Alone it is a decision without a reason; called, one with a reason and fields for the caller.",
            example: """
                local d = \(name)("for_a_reason", { retry_after_ms = 30000 })
                assert(d.decision == "\(name)" and d.reason == "for_a_reason" and d.fields.retry_after_ms == 30000)
                """,
            errors: ["a field that every decision has anyway, such as code, cannot be added"])
    }

    private static let languageWords: [RegistryEntry] = [
        .function(
            "verify", [phone, token, exID, Parameter("options", "table", optional: true, "", options: options)],
            returns: "the decision table", "asks the service about a number, and the rules what to make of the answer",
            text: """
                Runs the whole rulebook for one request: pre_check, route, attempts with fallback, map_result, on_decision. \
                Always returns a decision; a network error is part of it. Waits while other runs go on.
                """,
            example: """
                local d = verify("13800138000", "sim:code=9001", "order-42", { channel = "native", token_age_ms = 1200 })
                assert(d.verdict == "mismatch" and d.code == 9001 and d.endpoint == "mobile")
                """,
            errors: [
                "a wrong argument or an unknown option is an error, and nothing is sent",
                "not in hooks, nor where Lua cannot wait, such as in a table.sort comparator",
            ]),
        .function(
            "show", [Parameter("…", "any values", "what to print")], "prints values as the prompt shows them",
            text: "A script may define another function of this name.",
            example: "show({ 1, name = \"x\" }, nil)",
            errors: ["not in hooks: moondial.log writes a line there"]),
        .function(
            "rule", [Parameter("name", "string", "says what the rule is for")],
            returns: "a function that takes the table of hooks", "adds a rule, or replaces the one of that name",
            text:
                "Written as rule \"name\" { hook = function(…) … end }. Rules are asked in order; the first to answer wins.",
            example: """
                rule "no landlines" {
                  pre_check = function(req)
                    if req.phone:sub(1, 1) == "0" then return deny "landline" end
                  end,
                }
                assert(verify("01012345678", "sim:").reason == "landline")
                """,
            errors: ["a hook that there is not, or that is no function (map_result may be a table)"]),
        decision("allow", "a decision: let the user in"),
        decision("deny", "a decision: do not let the user in"),
        decision("review", "a decision: a person or another check has to decide"),
        .function(
            "print", [Parameter("…", "any values", optional: true, "as tostring shows them")],
            "writes a line to standard output; in a rule under moondial verify, to standard error",
            example: "print(\"code\", 9000)"),
        .function(
            "require", [Parameter("module", "string", "\"lib.phones\" is lib/phones.lua")],
            returns: "what the module returned",
            "loads a module from the folder of the rules, once",
            errors: ["a module outside of the folder, or one that is not there", "not in hooks"]),
    ]

    private static let moondialWords: [RegistryEntry] = [
        .function(
            "moondial.attempt",
            [
                Parameter("endpoint", "\"mobile\" or \"h5\"", "where to send it"), phone, token, exID,
                Parameter(
                    "options", "table", optional: true, "",
                    options: [
                        Parameter(
                            "even_if_delivered", "boolean", optional: true,
                            "though an earlier attempt may have spent the token")
                    ]),
            ], returns: "the attempt", "sends one request past the rules",
            text: "In a hook it counts towards the attempts that the run may make.",
            example: """
                local a = moondial.attempt("h5", "13800138000", "sim:endpoint=mobile")
                assert(a.code == 9020 and a.billed == false and a.delivered == "yes")
                """,
            errors: ["a wrong argument is an error, and nothing is sent"]),
        .function(
            "moondial.all", [Parameter("functions", "table", "a list of functions")],
            returns: "the first result of each, in order", "runs functions concurrently",
            text: "Each runs on its own, so that their calls are in flight together. An error ends the others.",
            example: """
                local a, b = moondial.all {
                  function() return verify("13800138000", "sim:delay=1ms").verdict end,
                  function() return verify("13800138000", "sim:code=9001").verdict end,
                }
                assert(a == "match" and b == "mismatch")
                """),
        .function(
            "moondial.spawn",
            [
                Parameter("function", "function", "what to run"),
                Parameter("…", "any values", optional: true, "its arguments"),
            ], returns: "the number of the background run",
            "runs a function in the background; the prompt shows what it returns",
            errors: ["at the prompt only: in scripts, moondial.all runs functions concurrently"]),
        .function(
            "moondial.log",
            [
                Parameter("message", "any value", "redacted before it is written"),
                Parameter("…", "any values", optional: true, "follow it"),
                Parameter("fields", "table", optional: true, "facts for machines"),
            ], "writes a line to standard error and to the trace, redacted",
            example: "moondial.log(\"token is old\", { age_ms = 61000 })"),
        .function(
            "moondial.now", [], returns: "number", "seconds since 1970, with milliseconds",
            text: "In a hook, the time at which it was called, or at which its last wait ended.",
            example: "assert(moondial.now() > 0)"),
        .function(
            "moondial.hash",
            [
                Parameter("text", "string", "any bytes"),
                Parameter("key", "string", optional: true, "for HMAC"),
            ], returns: "string", "SHA-256, or HMAC-SHA256 with a key, in hexadecimal digits",
            example: "assert(#moondial.hash \"13800138000\" == 64)"),
        RegistryEntry(
            "moondial.config", .word, type: "table", "what stands under config in moondial.yaml",
            example: "assert(type(moondial.config) == \"table\")"),
        .function(
            "moondial.json.encode", [Parameter("value", "any value", "without functions and cycles")],
            returns: "string",
            "JSON with exact 64-bit integers",
            example: "assert(moondial.json.encode { code = 9000 } == '{\"code\":9000}')"),
        .function(
            "moondial.json.decode", [Parameter("text", "string", "JSON")], returns: "the value, or nil and an error",
            "reads JSON; null becomes moondial.json.null",
            example: "assert(moondial.json.decode('{\"id\": 117270465679982593}').id == 117270465679982593)"),
        .function(
            "moondial.json.array", [Parameter("table", "table", "a list")], returns: "the table",
            "marks a list, so that an empty one is [] in JSON",
            example: "assert(moondial.json.encode(moondial.json.array {}) == \"[]\")"),
        RegistryEntry(
            "moondial.json.null", .word, type: "userdata", "null of JSON, which is not nil",
            example: "assert(moondial.json.encode { a = moondial.json.null } == '{\"a\":null}')"),
    ]
}
