// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NumberVerification
import Testing

/// The rule files in `examples/` decide as their comments say.
@Suite struct RuleExampleTests {
    /// A request and its expected decision.
    struct Case: CustomTestStringConvertible, Sendable {
        var example: String
        var phone = "13800138000"
        var token = "STsid-example"
        var options: JSONObject = [:]
        /// "allow number_matches"
        var decision: String
        var rule: String
        /// "mobile 9020, h5 9000"
        var attempts: String
        var fields: JSONObject = [:]

        var testDescription: String {
            "\(example): \(phone) \(token) \(options.isEmpty ? "" : JSONValue.object(options).description) is \(decision)"
        }
    }

    static let mapping: [Case] = [
        Case(example: "mapping.lua", decision: "allow number_matches", rule: "plain mapping", attempts: "mobile 9000"),
        Case(
            example: "mapping.lua", phone: "13800009001", decision: "deny number_differs", rule: "plain mapping",
            attempts: "mobile 9001"),
        Case(
            example: "mapping.lua", phone: "13800009003", decision: "review new_token", rule: "plain mapping",
            attempts: "mobile 9003"),
        Case(
            example: "mapping.lua", phone: "13800009005", decision: "review wait", rule: "plain mapping",
            attempts: "mobile 9005"),
        Case(
            example: "mapping.lua", phone: "13800009099", decision: "review ask_for_sms", rule: "plain mapping",
            attempts: "mobile 9099"),
        Case(
            example: "mapping.lua", token: "sim:reset=after", decision: "review ask_for_sms", rule: "plain mapping",
            attempts: "mobile reset"),
    ]

    static let prechecks: [Case] = [
        Case(example: "prechecks.lua", decision: "allow match", rule: "default", attempts: "mobile 9000"),
        Case(
            example: "prechecks.lua", phone: "02165551234", decision: "deny phone_format",
            rule: "mainland mobile numbers only", attempts: ""),
        Case(
            example: "prechecks.lua", phone: "13900000001", decision: "deny blocked", rule: "blocked numbers",
            attempts: "", fields: ["blocked_because": "chargebacks"]),
        Case(
            example: "prechecks.lua", phone: "17012345678", decision: "review ask_for_sms",
            rule: "virtual operators get a text message", attempts: ""),
        Case(
            example: "prechecks.lua", options: ["operator": "CT", "token_age_ms": 58_000],
            decision: "review new_token", rule: "a token about to expire is not worth sending", attempts: "",
            fields: ["token_life_ms": 60_000]),
        Case(
            example: "prechecks.lua", options: ["token_age_ms": 58_000], decision: "review new_token",
            rule: "a token about to expire is not worth sending", attempts: "", fields: ["token_life_ms": 60_000]),
        Case(
            example: "prechecks.lua", options: ["operator": "CU", "token_age_ms": 58_000], decision: "allow match",
            rule: "default", attempts: "mobile 9000"),
    ]

    static let routing: [Case] = [
        Case(
            example: "routing.lua", token: "sim:endpoint=h5", options: ["context": ["sdk": "web 5.2.1"]],
            decision: "allow match", rule: "default", attempts: "h5 9000"),
        Case(
            example: "routing.lua", token: "sim:endpoint=mobile", options: ["context": ["sdk": "android 3.1"]],
            decision: "allow match", rule: "default", attempts: "mobile 9000"),
        Case(
            example: "routing.lua", token: "sim:endpoint=h5", options: ["channel": "web"], decision: "allow match",
            rule: "default", attempts: "h5 9000"),
        Case(
            example: "routing.lua", token: "sim:endpoint=h5", decision: "allow match", rule: "default",
            attempts: "mobile 9020, h5 9000"),
        Case(
            example: "routing.lua", token: "sim:endpoint=mobile", options: ["channel": "web"],
            decision: "allow match", rule: "default", attempts: "h5 9020, mobile 9000"),
        Case(
            example: "routing.lua", token: "sim:reset=after", decision: "review reset", rule: "default",
            attempts: "mobile reset"),
    ]

    static let strict: [Case] = [
        Case(
            example: "strict.lua", decision: "allow number_matches", rule: "only a match gets in",
            attempts: "mobile 9000"),
        Case(
            example: "strict.lua", phone: "13800009001", decision: "review ask_for_sms", rule: "dual SIM",
            attempts: "mobile 9001", fields: ["step_up": "sms"]),
        Case(
            example: "strict.lua", phone: "13800009001", options: ["context": ["dual_sim": false]],
            decision: "deny number_differs", rule: "dual SIM", attempts: "mobile 9001"),
        Case(
            example: "strict.lua", phone: "13800009005", decision: "review wait", rule: "throttles",
            attempts: "mobile 9005", fields: ["retry_after_ms": 30_000]),
        Case(
            example: "strict.lua", phone: "13800009006", decision: "review ask_for_sms", rule: "throttles",
            attempts: "mobile 9006", fields: ["step_up": "sms", "until_tomorrow": true]),
        Case(
            example: "strict.lua", phone: "13800009003", decision: "review new_token",
            rule: "tokens that are spent, damaged or too old", attempts: "mobile 9003"),
        Case(
            example: "strict.lua", token: "sim:http=502,body=html", decision: "review ask_for_sms",
            rule: "only a match gets in", attempts: "mobile http_status", fields: ["step_up": "sms"]),
    ]

    static let shop: [Case] = [
        Case(example: "shop", decision: "allow number_matches", rule: "by verdict", attempts: "mobile 9000"),
        Case(
            example: "shop", phone: "13900000001", decision: "deny blocked", rule: "blocked customers", attempts: ""),
        Case(
            example: "shop", options: ["context": ["amount_cny": 7500]], decision: "review large_order",
            rule: "large orders are looked at", attempts: "mobile 9000", fields: ["limit_cny": 5000]),
        Case(
            example: "shop", phone: "13800009001", options: ["context": ["amount_cny": 7500]],
            decision: "deny number_differs", rule: "by verdict", attempts: "mobile 9001"),
    ]

    @Test(arguments: mapping + prechecks + routing + strict + shop)
    func exampleDecidesAsExpected(_ expected: Case) async throws {
        let (run, _) = try await Example(expected.example).verify(
            phone: expected.phone, token: expected.token, expected.options)
        let decision = run.result.decision
        #expect("\(decision.outcome.rawValue) \(decision.reason ?? "")" == expected.decision)
        #expect(decision.rule == expected.rule)
        #expect(run.result.attempts.map(Self.text).joined(separator: ", ") == expected.attempts)
        #expect(Self.sorted(decision.fields) == Self.sorted(expected.fields))
        #expect(run.failures.isEmpty)
    }

    @Test(arguments: [9007, 9010, 9011, 9014, 9018, 9031])
    func codeOfABlockedAccountLogsAnAlarm(code: Int) async throws {
        let (run, logged) = try await Example("strict.lua").verify(phone: "13800138000", token: "sim:code=\(code)")
        #expect(run.result.decision.outcome == .review)
        #expect(logged.count == 1)
        #expect(logged.first?.message.hasPrefix("ALARM: ") == true)
        #expect(logged.first?.fields["code"] == .integer(Int64(code)))
    }

    @Test func repairOfTheEndpointIsLogged() async throws {
        let (_, logged) = try await Example("routing.lua").verify(phone: "13800138000", token: "sim:endpoint=h5")
        #expect(logged.map(\.message) == ["token sent to the wrong endpoint first"])
        #expect(logged.first?.fields["right"] == "h5")
    }

    private static func text(_ run: RunAttempt) -> String {
        let attempt = run.attempt
        return "\(attempt.endpoint.rawValue) \(attempt.code.map(String.init) ?? attempt.error?.kind.rawValue ?? "")"
    }

    /// Fields come from a Lua table, which has no order.
    private static func sorted(_ object: JSONObject) -> [String] {
        object.members.map { "\($0.key) = \($0.value)" }.sorted()
    }
}
