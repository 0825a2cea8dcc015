// SPDX-License-Identifier: MIT

package import NumberVerification

/// A `map_result` that is a table: decisions by provider code, then by verdict, then `default`.
package struct ResultMap: Sendable, Hashable {
    /// The key of an entry, written as in the rule file.
    package enum Key: Sendable, Hashable, CustomStringConvertible {
        case code(Int64)
        case verdict(Verdict)
        case otherwise

        /// `9020`, `mismatch` or `default`.
        package var description: String {
            switch self {
            case .code(let code): String(code)
            case .verdict(let verdict): verdict.rawValue
            case .otherwise: "default"
            }
        }
    }

    /// The text keys that a table may have.
    package static let names = Verdict.allCases.map(\.rawValue) + [Key.otherwise.description]

    private var choices: [Key: RuleDecision] = [:]

    package init() {}

    /// The keys of all entries: codes in ascending order, then the others by name.
    package var keys: [Key] {
        choices.keys.sorted { left, right in
            switch (left, right) {
            case (.code(let left), .code(let right)): left < right
            case (.code, _): true
            case (_, .code): false
            default: left.description < right.description
            }
        }
    }

    /// The entry under exactly this key.
    package subscript(key: Key) -> RuleDecision? {
        get { choices[key] }
        set { choices[key] = newValue }
    }

    /// The entry for the evidence with the key that found it, or nil when no entry fits.
    ///
    /// The entry for 9000 counts only when the verdict is a match. A 9000 in a reply that is not valid as a whole, such
    /// as one with an HTTP error status, has no verdict, and must not lead to the decision for a match.
    package func entry(for evidence: Evidence) -> (key: Key, choice: RuleDecision)? {
        if let code = evidence.code, isTrusted(code, with: evidence.verdict), let choice = choices[.code(code)] {
            return (.code(code), choice)
        }
        if let choice = choices[.verdict(evidence.verdict)] { return (.verdict(evidence.verdict), choice) }
        return choices[.otherwise].map { (.otherwise, $0) }
    }

    private func isTrusted(_ code: Int64, with verdict: Verdict) -> Bool {
        ResponseCode(code).verdict == .unknown || ResponseCode(code).verdict == verdict
    }
}
