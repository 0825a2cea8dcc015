// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NumberVerification
import TextFormats

/// One value that differs from the one that a test expects.
package struct TestDifference: Sendable, Hashable {
    /// The name in `expect`.
    package let name: String
    /// The values as they are written in Lua.
    package let expected: String
    package let got: String
}

/// The values of a run that tests can expect, by name.
struct RunFacts {
    private let facts: JSONObject
    private let fields: JSONObject
    private let endpoints: JSONValue
    private let logs: [String]

    init(_ run: FinishedRun) {
        let result = run.result
        let attempts = result.attempts
        let money = Charge(of: attempts)
        logs = run.trace.events.compactMap { event in
            if case .logged(let message, _) = event.kind { message } else { nil }
        }
        endpoints = .array(attempts.map { .string($0.attempt.endpoint.rawValue) })
        fields = result.decision.fields
        facts = [
            "decision": .string(result.decision.outcome.rawValue),
            "reason": JSONValue(result.decision.reason),
            "rule": .string(result.decision.rule),
            "verdict": .string(result.verdict.rawValue),
            "code": JSONValue(result.code),
            "content": JSONValue(result.content),
            "id": JSONValue(result.id),
            "exid": JSONValue(result.exID),
            "endpoint": JSONValue(result.endpoint?.rawValue),
            "attempts": .integer(Int64(attempts.count)),
            "billed": .integer(Int64(money.certain)),
            "perhaps_billed": .integer(Int64(money.possible)),
            "elapsed_ms": .integer(result.elapsed.wholeMicroseconds / 1000),
            "logs": .integer(Int64(logs.count)),
        ]
    }

    /// The values that differ from the expected ones, in the order of the names.
    func differences(from expected: JSONObject) -> [TestDifference] {
        expected.members.compactMap { member in
            let got = fact(named: member.key, like: member.value)
            guard got != member.value else { return nil }
            return TestDifference(
                name: member.key, expected: TestNotation.lua(member.value),
                got: got == .null ? "nil" : TestNotation.lua(got))
        }
    }

    /// `attempts` is a number, or the list of endpoints; `logs` is a number, a list of messages, or the one message that
    /// must be among them. Any other name is that of a field that the rule has added.
    private func fact(named name: String, like expected: JSONValue) -> JSONValue {
        switch (name, expected) {
        // Lua cannot tell an empty list from other empty tables.
        case ("attempts", .array): return facts["attempts"] == 0 ? 0 : endpoints
        case ("logs", .array): return logs.isEmpty ? 0 : .array(logs.map(JSONValue.string))
        case ("logs", .string(let message)):
            if logs.contains(message) { return .string(message) }
            return logs.isEmpty ? 0 : logs.count == 1 ? .string(logs[0]) : .array(logs.map(JSONValue.string))
        case ("fields", _): return .object(fields)
        default: return facts[name] ?? fields[name] ?? .null
        }
    }
}
