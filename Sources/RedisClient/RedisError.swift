// SPDX-License-Identifier: MIT

/// Why a command has no reply. An error of the server is a reply: `RESPValue.error`.
package struct RedisError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The closed list of what can go wrong.
    package enum Kind: String, Sendable, CaseIterable {
        /// There is no connection, or the server does not answer on it. The command was not sent.
        case unavailable
        /// The deadline passed. The command may have been executed, unless ``RedisError/wasSent`` is false.
        case timeout
        /// The connection ended, or became unusable, before the reply. The command may have been executed.
        case lost
        /// The client was closed.
        case closed
    }

    package let kind: Kind
    /// What was tried, what happened and what to do. Holds no argument of a command and no password.
    package let message: String
    /// Whether the command was sent, and so may have been executed.
    package let wasSent: Bool

    init(_ kind: Kind, _ message: String, wasSent: Bool) {
        self.kind = kind
        self.message = message
        self.wasSent = wasSent
    }

    package var description: String { "\(kind.rawValue): \(message)" }
}
