// SPDX-License-Identifier: MIT

import NumberVerification

/// The one value of the `Authorization` field that is accepted.
struct BasicAuthorization: Sendable {
    /// Base64 of `appKey:masterSecret`. A client that encodes correctly has no choice of spelling.
    private let encoded: String

    init(_ credentials: Credentials) {
        encoded = Self.base64("\(credentials.appKey):\(credentials.masterSecret.reveal())")
    }

    /// Whether `field` is `Basic` and these credentials. The stand-in guards nothing, so time may tell how it differs.
    func accepts(_ field: String) -> Bool {
        guard let space = field.utf8.firstIndex(of: UInt8(ascii: " ")) else { return false }
        let isBasic = field[..<space].lowercased() == "basic"
        return isBasic && field[space...].drop { $0 == " " } == encoded
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
