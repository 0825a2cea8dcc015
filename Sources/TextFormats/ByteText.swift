// SPDX-License-Identifier: MIT

/// Bytes that need not be UTF-8 as a `String`, without loss: arguments of the process, variables and file names.
///
/// A byte that belongs to no UTF-8 sequence is the scalar U+10FF00 plus the byte, which is one of U+10FF80 … U+10FFFF. If
/// the bytes spell such a scalar themselves, each of its bytes is written that way.
package enum ByteText {
    private static let marks: ClosedRange<UInt32> = 0x10FF80...0x10FFFF
    private static let base: UInt32 = 0x10FF00

    /// The text that stands for the bytes; the same text when they are UTF-8.
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        let bytes = Array(bytes)
        if let text = String(validating: bytes, as: UTF8.self), !hasRawBytes(text) { return text }
        var scalars = String.UnicodeScalarView()
        String.forEachPiece(of: bytes) { scalar in
            guard !(marks ~= scalar.value) else { return false }
            scalars.append(scalar)
            return true
        } otherByte: { byte in
            if let mark = Unicode.Scalar(base + UInt32(byte)) { scalars.append(mark) }
        }
        return String(scalars)
    }

    /// The bytes that a text stands for.
    package static func bytes(_ text: String) -> [UInt8] {
        guard hasRawBytes(text) else { return Array(text.utf8) }
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            if marks ~= scalar.value {
                bytes.append(UInt8(scalar.value - base))
            } else {
                bytes += String(scalar).utf8
            }
        }
        return bytes
    }

    /// Whether the text stands for bytes that are not UTF-8.
    package static func hasRawBytes(_ text: String) -> Bool {
        // The first byte of all those scalars, and of few others.
        text.utf8.contains(0xF4) && text.unicodeScalars.contains { marks ~= $0.value }
    }

    /// The bytes, printable on one line: "\xFF" for a byte that is not UTF-8.
    package static func shown(_ text: String) -> String { String(escaping: bytes(text)) }
}
