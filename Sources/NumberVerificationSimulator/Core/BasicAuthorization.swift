// SPDX-License-Identifier: MIT

import NumberVerification

/// The one value of the `Authorization` field that is accepted.
struct BasicAuthorization: Sendable {
    /// `Basic` and base64 of `appKey:masterSecret`. A client that encodes correctly has no choice but the case of the
    /// first word and the number of spaces after it.
    private let field: String

    init(_ credentials: Credentials) {
        field = credentials.authorization
    }

    /// Whether `other` stands for these credentials. The stand-in guards nothing, so time may tell where it differs.
    func accepts(_ other: String) -> Bool {
        if other == field { return true }
        let parts = other.split(separator: " ")
        return parts.count == 2 && "Basic \(parts[1])" == field && parts[0].lowercased() == "basic"
    }
}
