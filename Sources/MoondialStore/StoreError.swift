// SPDX-License-Identifier: MIT

/// Why a store did not answer a command.
package struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The closed list of what can go wrong. The raw value is the text for metrics and for Lua's `err.kind`.
    package enum Kind: String, Sendable, CaseIterable {
        /// The store cannot be reached, or refuses to work. The command may have been executed.
        case unavailable = "store_unavailable"
        /// No answer came in time. The command may have been executed.
        case timeout = "store_timeout"
        /// The store is full. The command was not executed.
        case full = "store_full"
        /// The value has more bytes than ``StoreLimits/valueBytes``.
        case valueTooLarge = "value_too_large"
        /// The value to increment is no integer, or the sum is beyond 64 bits.
        case notAnInteger = "not_an_integer"
        /// The list was never loaded.
        case noSuchList = "no_such_list"
    }

    /// What went wrong.
    package let kind: Kind
    /// What was expected, what happened and what to do. Holds no key, value or password.
    package let message: String

    /// `message` must hold no key, value or password.
    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { "\(kind.rawValue): \(message)" }
}

extension StoreError {
    package static let notAnInteger = StoreError(
        .notAnInteger, "expected an integer of 64 bits to increment, and a sum within 64 bits; set the value anew")

    package static func noSuchList(_ list: StoreList) -> StoreError {
        StoreError(.noSuchList, "the list \(list.name) was never loaded; load it, with no members if none is meant")
    }

    package static let noSuchLoad = StoreError(
        .unavailable, "the load has ended, was given up after an hour, or the store lost it; load the list again")

    package static let noReplicas = StoreError(
        .unavailable, "this store has no replicas to wait for; use Redis, or set wait_replicas to 0")

    package static let closed = StoreError(.unavailable, "the store was closed")

    package static let deadlinePassed = StoreError(.timeout, "the store did not answer in time")
}

extension StoreCommand {
    /// Why every engine refuses the command; nil if it is valid.
    package var refusal: StoreError? {
        switch self {
        case .set(_, let value, _), .add(_, let value, _):
            guard value.count > StoreLimits.valueBytes else { return nil }
            return StoreError(
                .valueTooLarge, "expected a value of at most \(StoreLimits.valueBytes) bytes, got \(value.count)")
        case .appendToLoad(_, let members):
            precondition(members.count <= StoreLimits.membersPerCommand, "a load is divided into small commands")
            return nil
        default: return nil
        }
    }
}
