// SPDX-License-Identifier: MIT

import MoondialRules

/// An error that ends a command with a message and an exit status.
struct Failure: Error {
    let diagnostic: Diagnostic
    let status: ExitStatus

    /// If `status` is nil, the code of the diagnostic gives the status.
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

    /// Runs `body`, and throws the diagnostic of a failure without its exit status.
    static func diagnosed<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let failure as Failure {
            throw failure.diagnostic
        }
    }
}
