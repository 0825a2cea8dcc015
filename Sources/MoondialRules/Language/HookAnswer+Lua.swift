// SPDX-License-Identifier: MIT

import MoondialLua
import NumberVerification

extension HookAnswer {
    /// A hook returned a value that is not valid for this hook.
    struct InvalidAnswer: Error {
        let message: String
        /// What to do about it.
        var fix: String?
    }

    /// Reads what a hook returned: one value, or nothing. More than one value is an ``InvalidAnswer``, since `nil,
    /// "why"` must not count as no answer.
    init(_ results: LuaReader, from hook: Hook) throws(InvalidAnswer) {
        var results = results
        if results.isAtEnd {
            self = .none
            return
        }
        if hook == .preCheck || hook == .mapResult {
            var rest = results
            if let decision = RuleDecision(plain: &rest), rest.isAtEnd {
                self = .decision(decision)
                return
            }
        }
        let value = results.nextOrNil()
        while let further = results.next() {
            if further == .nil { continue }
            throw InvalidAnswer(
                message: "\(hook.rawValue) returned \(value.shown) and \(further.shown): one value expected")
        }
        if value == .nil {
            self = .none
            return
        }
        switch hook {
        case .preCheck, .mapResult: self = .decision(try Self.choice(value, from: hook))
        case .route: self = .route(try Self.endpoint(value, from: hook))
        case .fallback: self = try Self.fallback(value)
        case .onDecision:
            throw InvalidAnswer(
                message: "on_decision returned \(value.shown), but the decision stands; map_result can change it")
        }
    }

    private static func choice(_ value: LuaValue, from hook: Hook) throws(InvalidAnswer) -> RuleDecision {
        do throws(ChoiceProblem) {
            return try RuleDecision(value)
        } catch {
            throw InvalidAnswer(
                message: "\(hook.rawValue) returned an invalid value: \(error.message)", fix: fix(for: value))
        }
    }

    /// A hint for false, which is often the value of `x and deny "y"` when x is false.
    private static func fix(for value: LuaValue) -> String? {
        guard value == .boolean(false) else { return nil }
        return "return nil for no answer: 'a and b' is false when a is false; write if a then return b end"
    }

    private static func endpoint(_ value: LuaValue, from hook: Hook) throws(InvalidAnswer) -> Endpoint {
        do throws(EndpointProblem) {
            return try Endpoint(value)
        } catch {
            throw InvalidAnswer(
                message: "\(hook.rawValue) returned an invalid value: \(error.message)", fix: fix(for: value))
        }
    }

    private static func fallback(_ value: LuaValue) throws(InvalidAnswer) -> HookAnswer {
        guard case .table(let table) = value else {
            return .fallback(try endpoint(value, from: .fallback), evenIfDelivered: false)
        }
        guard table.array.isEmpty else {
            throw InvalidAnswer(message: "fallback returned a list: { endpoint = \"h5\" } or \"h5\" expected")
        }
        let names = ["endpoint", "even_if_delivered"]
        for pair in table.pairs where !names.contains(pair.key.text ?? "") {
            throw InvalidAnswer(
                message: "fallback returned a table with the unknown field \(pair.key.shownKey)"
                    + Suggestion.clause(for: pair.key.text ?? "", in: names))
        }
        let even: Bool
        switch table["even_if_delivered"] {
        case nil: even = false
        case .boolean(let value)?: even = value
        case let other?:
            throw InvalidAnswer(message: "fallback returned even_if_delivered = \(other.shown): true or false expected")
        }
        return .fallback(try endpoint(table["endpoint"] ?? .nil, from: .fallback), evenIfDelivered: even)
    }
}

/// Why a Lua value is not an endpoint.
struct EndpointProblem: Error {
    let message: String
}

extension Endpoint {
    /// Reads "mobile" or "h5".
    init(_ value: LuaValue) throws(EndpointProblem) {
        if let endpoint = value.text.flatMap(Endpoint.init(rawValue:)) {
            self = endpoint
            return
        }
        let names = Endpoint.allCases.map(\.rawValue)
        throw EndpointProblem(
            message: "\"mobile\" or \"h5\" expected, got \(value.shown)"
                + Suggestion.clause(for: value.text ?? "", in: names))
    }
}
