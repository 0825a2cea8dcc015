// SPDX-License-Identifier: MIT

package import NumberVerification
import TextFormats

/// Why a decision was made. The description is one line for the operator.
package enum DecisionReason: Sendable, Hashable, CustomStringConvertible {
    /// A hook of the rule returned the decision.
    case hook(Hook, rule: String)
    /// The rule's `map_result` table has an entry for the evidence.
    case mapEntry(ResultMap.Key, rule: String)
    /// No rule mapped the verdict.
    case defaultMapping(Verdict)
    /// No rule mapped the fact that no attempt was made.
    case noAttempt(Guard)
    /// The rule's hook failed, so the run fails closed.
    case failure(HookFailure.Kind, Hook, rule: String)
    /// The run was cancelled before it had a final decision.
    case cancelled

    package var description: String { description { $0 } }

    /// Joins three texts and a closing quotation mark. Every run does this, and string interpolation takes much longer.
    private static func text(_ first: String, _ second: String, _ third: String) -> String {
        String(unsafeUninitializedCapacity: first.utf8.count + second.utf8.count + third.utf8.count + 1) { place in
            var count = 0
            func append(_ text: String) {
                text.withBytes { bytes in
                    _ = UnsafeMutableBufferPointer(rebasing: place[count...]).initialize(from: bytes)
                    count += bytes.count
                }
            }
            append(first)
            append(second)
            append(third)
            append("'")
            return count
        }
    }

    /// The description, with the names of rules as `naming` returns them.
    package func description(naming shown: (String) -> String) -> String {
        switch self {
        case .hook(let hook, let rule): Self.text(hook.rawValue, " of rule '", shown(rule))
        case .mapEntry(let key, let rule): "map_result entry '\(key)' of rule '\(shown(rule))'"
        case .defaultMapping(let verdict): "default mapping: verdict \(verdict.rawValue)"
        case .noAttempt(let reason): "default mapping: no attempt was made, \(reason.explanation)"
        case .failure(let kind, let hook, let rule):
            "\(hook.rawValue) of rule '\(shown(rule))' failed: \(kind.explanation)"
        case .cancelled: "the run was cancelled"
        }
    }
}

extension HookFailure.Kind {
    /// What the hook did: a clause that follows a colon in a message.
    package var explanation: String {
        switch self {
        case .raised: "it raised an error"
        case .store: "the store did not answer"
        case .timeout: "it used more time than it may"
        case .memory: "it used more memory than it may"
        case .limit: "it went over a limit"
        case .cannotYield: "it waited where Lua cannot wait"
        case .invalidAnswer: "its answer makes no sense there"
        }
    }
}
