// SPDX-License-Identifier: MIT

import NumberVerification

/// The value of the `Authorization` field that is accepted.
struct BasicAuthorization: Sendable {
    /// `Basic` and Base64 of `appKey:masterSecret`. Correct clients may differ only in the case of the first word and
    /// in the number of spaces after it.
    private let field: String

    init(_ credentials: Credentials) {
        field = credentials.authorization
    }

    /// Whether `other` holds these credentials. The comparison need not take constant time: the simulator protects
    /// nothing.
    func accepts(_ other: String) -> Bool {
        if other == field { return true }
        let parts = other.split(separator: " ")
        return parts.count == 2 && "Basic \(parts[1])" == field && parts[0].lowercased() == "basic"
    }
}
