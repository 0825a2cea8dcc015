// SPDX-License-Identifier: MIT

package import MoondialRules
package import NumberVerification

/// Says whether the token of an interrupted run or attempt is spent.
package enum InterruptionText {
    /// Ends with a newline.
    package static func line(for result: RunResult) -> String {
        guard let attempt = result.attempts.last?.attempt else {
            return "interrupted: nothing was sent, the token is unspent\n"
        }
        return line(for: attempt)
    }

    /// The same for an attempt that was made without a run.
    package static func line(for attempt: Attempt) -> String { "interrupted: \(explanation(of: attempt))\n" }

    private static func explanation(of attempt: Attempt) -> String {
        let subject = "the attempt at \(attempt.endpoint.rawValue)"
        let code = attempt.code.map { " with \($0)" } ?? ""
        return switch (attempt.delivered, attempt.tokenState) {
        case (.no, _): "\(subject) was not delivered, the token is unspent"
        case (.maybe, _): "\(subject) may have been delivered, the token may be spent"
        case (.yes, .unused): "\(subject) had been answered\(code), the token is unspent"
        case (.yes, .dead): "\(subject) had been answered\(code), the token is dead"
        case (.yes, .spent): "\(subject) had been answered\(code), the token is spent"
        case (.yes, .unclear): "\(subject) had been answered\(code), the token may be spent"
        }
    }
}
