// SPDX-License-Identifier: MIT

import JSON
package import MoondialRules
package import MoondialStore
import TextFormats

/// The outcome of one call of `moondial.store`.
package enum StoreOutcome: Sendable, Hashable {
    /// `count` has counted.
    case allowed
    /// `count` has not counted, since that would exceed the limit.
    case overLimit
    /// The value that `get` has found, as JSON; nil for none.
    case value([UInt8]?)
    /// The result of `add`, `has` and `delete`.
    case flag(Bool)
    /// The result of `increment`.
    case number(Int64)
    /// `set` has stored the value.
    case done
    /// There was no answer, or the store has refused.
    case trouble(StoreError.Kind)

    /// The store cannot be reached.
    package static let away = StoreOutcome.trouble(.unavailable)

    /// The outcome of a store's answer to a rule.
    package init(_ result: Result<StoreReply, StoreError>) {
        switch result {
        case .failure(let error): self = .trouble(error.kind)
        case .success(.count(let count)): self = count.allowed ? .allowed : .overLimit
        case .success(.value(let value)): self = .value(value)
        case .success(.flag(let flag)): self = .flag(flag)
        case .success(.integer(let number)): self = .number(number)
        case .success(.done), .success(.entries), .success(.lists), .success(.load): self = .done
        }
    }

    /// The answer to a command of a rule; nil where that command has no such answer.
    package func result(of command: StoreCommand) -> Result<StoreReply, StoreError>? {
        switch (self, command) {
        case (.trouble(let kind), _): .failure(StoreError(kind, Self.message(kind)))
        case (.allowed, .count(_, let request)): .success(.count(request.allowed(used: request.cost)))
        case (.overLimit, .count(_, let request)): .success(.count(request.full))
        case (.value(let value), .get): .success(.value(value))
        case (.flag(let flag), .add), (.flag(let flag), .has), (.flag(let flag), .delete): .success(.flag(flag))
        case (.number(let number), .increment): .success(.integer(number))
        case (.done, .set): .success(.done)
        case (.done, .delete): .success(.flag(true))
        default: nil
        }
    }

    private static func message(_ kind: StoreError.Kind) -> String {
        kind == .unavailable ? "the store is away" : "the store says \(kind.rawValue)"
    }

    /// Whether two outcomes are equal except for numbers and values: those of an exploration are examples.
    func isLike(_ other: StoreOutcome) -> Bool {
        switch (self, other) {
        case (.number, .number): true
        case (.value(let one), .value(let other)): (one == nil) == (other == nil)
        case (.trouble(let one), .trouble(let other)): one.isRetryable == other.isRetryable
        default: self == other
        }
    }

    /// For people: `allowed`, `over`, `nothing`, `a value`, `true`, `3`, `done`, `away`, `store_timeout`.
    package var text: String {
        switch self {
        case .allowed: "allowed"
        case .overLimit: "over"
        case .value(nil): "nothing"
        case .value: "a value"
        case .flag(let flag): String(flag)
        case .number(let number): String(number)
        case .done: "done"
        case .away: "away"
        case .trouble(let kind): kind.rawValue
        }
    }

    /// The same as ``text`` without numbers, and with one word for a store that does not answer.
    package var kind: String {
        switch self {
        case .number: "a number"
        case .trouble(let kind) where kind.isRetryable: "away"
        default: text
        }
    }

    /// The kinds of answers that a function can give, without errors that the rule itself causes.
    package static func kinds(of function: String) -> [String] {
        switch function {
        case "count": ["allowed", "over", "away"]
        case "get": ["nothing", "a value", "away"]
        case "increment": ["a number", "away"]
        case "set": ["done", "away"]
        default: ["true", "false", "away"]
        }
    }

    /// The outcome in Lua, as in the `store` of a test.
    package var notation: String {
        switch self {
        case .flag, .number: text
        case .value(let bytes?): "{ value = \((try? JSONValue.parse(bytes)).map(TestNotation.lua) ?? "\"?\"") }"
        default: "\"\(text)\""
        }
    }
}

extension CountRequest {
    /// The result if nothing is left of the limit. A call with cost 0 is allowed.
    var full: CountResult {
        let isAllowed = cost == 0
        let waits = !isAllowed && cost <= limit
        return CountResult(
            allowed: isAllowed, used: limit, limit: limit,
            retryAfter: waits ? .microseconds(windowMicroseconds) : nil)
    }

    /// The result of a call that was counted; `used` includes its cost.
    func allowed(used: Int64) -> CountResult {
        CountResult(allowed: true, used: used, limit: limit, retryAfter: nil)
    }
}

/// One call of `moondial.store` in a run.
package struct StoreCall: Sendable, Hashable {
    /// The name without `moondial.store.`: `count`.
    package let function: String
    /// The key or the name of the list, shortened to its first part and `…` for the others. Phones and tokens are `…`.
    package let subject: String
    package let place: HookPlace?
    package let result: Result<StoreReply, StoreError>

    package var outcome: StoreOutcome { StoreOutcome(result) }

    /// `count phone:…`, `has blocklist`.
    package var name: String { "\(function) \(subject)" }

    /// The calls of a run that have their answer, in the order in which they were made.
    package static func all(in trace: Trace) -> [StoreCall] {
        var calls: [(index: Int, call: StoreCall)] = []
        for event in trace.events {
            guard case .storeAnswered(let result, let index) = event.kind,
                case .storeCalled(let function, let name) = trace.events[index].kind
            else { continue }
            let subject = function == "has" ? list(in: name) : subject(of: name)
            calls.append((index, StoreCall(function: function, subject: subject, place: event.place, result: result)))
        }
        return calls.sorted { $0.index < $1.index }.map(\.call)
    }

    private static func list(in name: String) -> String { String(name.prefix { $0 != ":" }) }

    /// The first part of a key; the other parts differ between customers.
    private static func subject(of name: String) -> String {
        let first = name.prefix { $0 != ":" }
        let shown = first.hasPrefix("#") && first.utf8.count == 33 ? "…" : String(first)
        return first.endIndex == name.endIndex ? shown : "\(shown):…"
    }
}
