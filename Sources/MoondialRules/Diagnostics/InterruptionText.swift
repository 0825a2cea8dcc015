// SPDX-License-Identifier: MIT

import NumberVerification

/// What became of the token of a run that was interrupted.
package enum InterruptionText {
    /// Ends with a newline.
    package static func line(for result: RunResult) -> String {
        "interrupted: \(explanation(of: result))\n"
    }

    private static func explanation(of result: RunResult) -> String {
        guard let attempt = result.attempts.last?.attempt else { return "nothing was sent, the token is unspent" }
        let subject = "the attempt at \(attempt.endpoint.rawValue)"
        switch attempt.delivered {
        case .no: return "\(subject) was not delivered, the token is unspent"
        case .maybe: return "\(subject) may have been delivered, the token may be spent"
        case .yes: return "\(subject) had been answered" + (attempt.code.map { " with \($0)" } ?? "")
        }
    }
}
