// SPDX-License-Identifier: MIT

extension Registry {
    private static let request = Parameter("req", "table", "the request, read-only: see req.phone and so on")
    private static let attempt = Parameter(
        "attempt", "table", "the last attempt, read-only: see attempt.code and so on")

    /// In the order in which a run meets them.
    package static let hooks: [RegistryEntry] = [
        .function(
            "pre_check", kind: .hook, [request], returns: "a decision or nothing",
            "before anything is sent: a decision ends the run, and costs nothing",
            example: """
                rule "no old tokens" {
                  pre_check = function(req)
                    if (req.token_age_ms or 0) > 60000 then return review "new_token" end
                  end,
                }
                assert(verify("13800138000", "sim:", nil, { token_age_ms = 70000 }).reason == "new_token")
                """),
        .function(
            "route", kind: .hook, [request], returns: "\"mobile\", \"h5\" or nothing",
            "chooses the first endpoint; the default is h5 for channel \"web\", else mobile",
            example: """
                rule "web tokens" { route = function(req) if req.ip then return "h5" end end }
                assert(verify("13800138000", "sim:", nil, { ip = "192.0.2.1" }).endpoint == "h5")
                """),
        .function(
            "fallback", kind: .hook, [request, attempt],
            returns: "an endpoint, { endpoint, even_if_delivered } or nothing",
            "after an attempt without a verdict: the endpoint to try next",
            example: """
                rule "wrong endpoint" { fallback = function(req, attempt) if attempt.code == 9020 then return "h5" end end }
                assert(#verify("13800138000", "sim:endpoint=h5").attempts == 2)
                """,
            errors: ["refused when the token may be spent, unless even_if_delivered = true"]),
        .function(
            "map_result", kind: .hook, [request, attempt], returns: "a decision or nothing",
            "makes a decision of the last attempt; may be a table by code, verdict and default",
            example: """
                rule "decide" { map_result = { match = allow, [9003] = review "new_token", default = deny } }
                assert(verify("13800138000", "sim:code=9003").reason == "new_token")
                """),
        .function(
            "on_decision", kind: .hook, [request, Parameter("decision", "table", "the decision table, read-only")],
            "when the decision stands: for logs and alarms",
            example: """
                rule "count" { on_decision = function(req, decision) moondial.log(decision.decision) end }
                verify("13800138000", "sim:")
                """,
            errors: ["must return nothing: the decision stands"]),
    ]
}
