// SPDX-License-Identifier: MIT

import MoondialStore
import TextFormats

/// The possible outcomes of calls of a store on one path, given the outcomes of earlier calls.
///
/// At the beginning nothing is known, as with an empty store that other runs use at the same time. What the path has
/// set, or the store has answered, stays so until the path changes it.
struct StorePossibilities {
    private var values: [StoreKey: [UInt8]?] = [:]
    private var members: [StoreCommand: Bool] = [:]
    /// Calls of `count` that were over the limit.
    private var refused: Set<StoreCommand> = []

    /// The usual outcome first, and last that the store cannot be reached.
    func outcomes(of command: StoreCommand) -> [StoreOutcome] {
        if let refusal = command.refusal { return [.trouble(refusal.kind)] }
        return answers(to: command) + [.away]
    }

    private func answers(to command: StoreCommand) -> [StoreOutcome] {
        switch command {
        case .count(_, let request):
            let isOver = request.cost > request.limit || refused.contains(command)
            return isOver ? [.overLimit] : [.allowed, .overLimit]
        case .get(let key): return [.value(values[key] ?? nil)]
        case .set: return [.done]
        case .add(let key, _, _):
            guard let known = values[key] else { return [.flag(true), .flag(false)] }
            return [.flag(known == nil)]
        case .increment(let key, let amount, _):
            guard let sum = sum(at: key, amount) else { return [.trouble(.notAnInteger)] }
            return [.number(sum)]
        case .delete(let key): return [.flag((values[key] ?? nil) != nil)]
        case .has:
            if let isMember = members[command] { return [.flag(isMember)] }
            return [.flag(false), .flag(true)]
        default: preconditionFailure("rules do not ask for that")
        }
    }

    private func sum(at key: StoreKey, _ amount: Int64) -> Int64? {
        guard let value = values[key] ?? nil else { return amount }
        guard let number = Int64(String(decoding: value, as: UTF8.self)) else { return nil }
        let (sum, overflows) = number.addingReportingOverflow(amount)
        return overflows ? nil : sum
    }

    /// Remembers the outcome of a call.
    mutating func note(_ outcome: StoreOutcome, of command: StoreCommand) {
        switch (command, outcome) {
        case (.count, .overLimit): refused.insert(command)
        case (.get(let key), .value(let value)): values[key] = .some(value)
        // If `add` has found a value, that value is assumed to be the same.
        case (.set(let key, let value, _), .done), (.add(let key, let value, _), .flag): values[key] = .some(value)
        case (.increment(let key, _, _), .number(let number)): values[key] = .some(Array(String(number).utf8))
        case (.delete(let key), .flag): values[key] = .some(nil)
        case (.has, .flag(let isMember)): members[command] = isMember
        default: break
        }
    }
}
