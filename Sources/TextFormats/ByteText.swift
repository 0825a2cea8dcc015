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
        // All these scalars begin with this byte, and few others do.
        text.utf8.contains(0xF4) && text.unicodeScalars.contains { marks ~= $0.value }
    }

    /// Calls a function of the C library with a path. A path that holds a zero byte names nothing.
    ///
    /// - Parameters:
    ///   - path: A text that stands for bytes.
    ///   - body: Gets the bytes, with a zero behind them, for the time of the call.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws.
    package static func withPath<Result, Failure: Error>(
        _ path: String, _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = bytes(path)
        // A path that is cut at the zero would name another file.
        let characters = (bytes.contains(0) ? [0] : bytes + [0]).map(CChar.init(bitPattern:))
        return try body(characters)
    }

    /// The bytes, printable on one line: "\xFF" for a byte that is not UTF-8.
    package static func shown(_ text: String) -> String { String(escaping: bytes(text)) }
}
