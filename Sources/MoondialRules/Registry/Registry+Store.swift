// SPDX-License-Identifier: MIT

extension Registry {
    private static let key = Parameter(
        "key", "string or list of strings", "at most 256 bytes; parts like phones and tokens are hashed")
    private static let value = Parameter("value", "any value", "what JSON can hold, at most 16 KiB")
    private static let lifetime = Parameter(
        "options", "table", optional: true, "",
        options: [Parameter("ttl_s", "number", optional: true, "seconds until it is forgotten")])
    private static let trouble = "an error of the store is returned as nil and an error; see error.kind"

    private static func store(
        _ name: String, _ parameters: [Parameter], returns type: String, _ summary: String, text: String = "",
        example: String
    ) -> RegistryEntry {
        .function(
            "moondial.store.\(name)", parameters, returns: type + ", or nil and an error", summary, text: text,
            example: example, errors: [trouble, "more than 32 calls in a run"])
    }

    static let storeWords: [RegistryEntry] = [
        store(
            "count",
            [
                key,
                Parameter(
                    "options", "table", "",
                    options: [
                        Parameter("limit", "integer", "how much may be counted in a window"),
                        Parameter("window_s", "number", "the length of the window in seconds"),
                        Parameter("cost", "integer", optional: true, "how much this call counts; by default 1"),
                    ]),
            ], returns: "a table with allowed, used, limit and retry_after_ms",
            "counts in a sliding window, if that stays within the limit",
            text: """
                One atomic step. Only what is allowed is counted. retry_after_ms is there when the same call will be allowed \
                later. Windows of different lengths count apart; with cost = 0 the call only looks.
                """,
            example: """
                local first = moondial.store.count({ "sms", "13800138000" }, { limit = 1, window_s = 60 })
                local second = moondial.store.count({ "sms", "13800138000" }, { limit = 1, window_s = 60 })
                assert(first.allowed and first.used == 1 and not second.allowed and second.retry_after_ms <= 60000)
                """),
        store(
            "get", [key], returns: "the value, nil without one", "what was set under a key",
            example: """
                moondial.store.set("colour", { "red", "green" })
                assert(moondial.store.get("colour")[2] == "green" and moondial.store.get("shape") == nil)
                """),
        store(
            "set", [key, value, lifetime], returns: "true", "sets a value, and its lifetime anew",
            example: "assert(moondial.store.set(\"colour\", \"red\", { ttl_s = 60 }))"),
        store(
            "add", [key, value, lifetime], returns: "true if it was set, else false", "sets a value if there is none",
            text: "Errors of the store are raised, since nil would count as no in a condition.",
            example: """
                assert(moondial.store.add("seen", true, { ttl_s = 60 }) == true)
                assert(moondial.store.add("seen", true, { ttl_s = 60 }) == false)
                """),
        store(
            "increment", [key, Parameter("n", "integer", optional: true, "by default 1"), lifetime],
            returns: "the sum", "adds to an integer, 0 if there is none",
            text: "The lifetime begins with the first increment; later ones leave it as it is.",
            example: """
                assert(moondial.store.increment("calls") == 1)
                assert(moondial.store.increment("calls", 5, { ttl_s = 60 }) == 6)
                """),
        store(
            "delete", [key], returns: "whether there was anything",
            "forgets the value of a key, and all that was counted under it",
            example: """
                moondial.store.set("colour", "red")
                assert(moondial.store.delete("colour") == true and moondial.store.delete("colour") == false)
                """),
        store(
            "has",
            [
                Parameter("list", "string", "letters, digits, dots, hyphens and underscores"),
                Parameter("member", "string", "texts like phones and tokens are hashed"),
            ], returns: "whether the list has the member", "looks into a list that was loaded",
            text:
                "Errors of the store are raised, since nil would count as no in a condition; so is a list that was never loaded.",
            example: """
                local isKnown = pcall(moondial.store.has, "blocklist", "192.0.2.1")
                assert(not isKnown)
                """),
    ]
}
