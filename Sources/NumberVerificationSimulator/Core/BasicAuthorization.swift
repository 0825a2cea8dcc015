// SPDX-License-Identifier: MIT

import NumberVerification

/// The one value of the `Authorization` field that is accepted.
struct BasicAuthorization: Sendable {
    /// `Basic` and base64 of `appKey:masterSecret`. A client that encodes correctly has no choice but the case of the
    /// first word and the number of spaces after it.
    private let field: String

    init(_ credentials: Credentials) {
        field = "Basic " + Self.base64("\(credentials.appKey):\(credentials.masterSecret.reveal())")
    }

    /// Whether `other` stands for these credentials. The stand-in guards nothing, so time may tell where it differs.
    func accepts(_ other: String) -> Bool {
        if other == field { return true }
        let parts = other.split(separator: " ")
        return parts.count == 2 && "Basic \(parts[1])" == field && parts[0].lowercased() == "basic"
    }

    private static func base64(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(0) { $0 << 8 | Int($1) }
            bits <<= 8 * (3 - group.count)
            for sextet in 0..<4 {
                let isPadding = sextet > group.count
                output.append(isPadding ? UInt8(ascii: "=") : alphabet[bits >> (18 - 6 * sextet) & 0x3F])
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
