// SPDX-License-Identifier: MIT

import MoondialRules

/// Ends a command with a message.
struct Failure: Error {
    let diagnostic: Diagnostic
    let status: ExitStatus

    /// The default status, nil, means the one that belongs to the diagnostic's code.
    init(_ diagnostic: Diagnostic, status: ExitStatus? = nil) {
        self.diagnostic = diagnostic
        self.status = status ?? ExitStatus(diagnostic.code)
    }

    static func usage(_ message: String, fix: String? = nil) -> Failure {
        Failure(Diagnostic(.usage, message, fix: fix))
    }

    static func configuration(_ message: String, fix: String? = nil) -> Failure {
        Failure(Diagnostic(.configuration, message, fix: fix))
    }

    /// For those that take no failures: what is wrong, without the status.
    static func diagnosed<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let failure as Failure {
            throw failure.diagnostic
        }
    }
}
