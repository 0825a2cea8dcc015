// SPDX-License-Identifier: MIT

/// A Lua string: any bytes, with NUL and invalid UTF-8 kept as they are.
package struct LuaString: Hashable, Sendable {
    /// The bytes, unchanged.
    package var bytes: [UInt8]

    package init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// The text, or nil when the bytes are not UTF-8.
    package var text: String? {
        String(validating: bytes, as: UTF8.self)
    }
}

extension LuaString: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) {
        self.init(value.utf8)
    }
}

extension LuaString: CustomStringConvertible {
    /// Printable text: control characters and bytes that are not UTF-8 appear as `\n`, `\u{1B}` or `\xFF`.
    package var description: String {
        String(escaping: bytes)
    }
}

extension String {
    /// Text that is safe to print on one line of a terminal or a log, whatever the bytes are.
    package init(escaping bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        if bytes.allSatisfy({ (0x20..<0x7F).contains($0) }) {
            self.init(decoding: bytes, as: UTF8.self)
            return
        }
        var shown: [UInt8] = []
        shown.reserveCapacity(2 * bytes.count)
        Self.forEachPiece(of: bytes) { scalar in
            Self.show(scalar, in: &shown)
            return true
        } otherByte: { byte in
            shown += [UInt8(ascii: "\\"), UInt8(ascii: "x"), Self.hexDigit(byte >> 4), Self.hexDigit(byte & 15)]
        }
        self.init(decoding: shown, as: UTF8.self)
    }

    /// Goes through bytes that need not be UTF-8.
    ///
    /// - Parameters:
    ///   - bytes: From the first to the last.
    ///   - scalar: Gets each scalar, and says whether it takes it as one.
    ///   - otherByte: Gets each byte that belongs to no scalar that was taken.
    package static func forEachPiece(
        of bytes: [UInt8], scalar: (Unicode.Scalar) -> Bool, otherByte: (UInt8) -> Void
    ) {
        var iterator = bytes.makeIterator()
        var parser = Unicode.UTF8.ForwardParser()
        var position = 0
        while true {
            let length: Int
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded):
                length = encoded.count
                if !scalar(Unicode.UTF8.decode(encoded)) { bytes[position..<(position + length)].forEach(otherByte) }
            case .error(let count):
                length = count
                bytes[position..<(position + length)].forEach(otherByte)
            case .emptyInput:
                return
            }
            position += length
        }
    }

    /// The beginning of such a text, for messages that name something that a script or caller chose: at most `limit` bytes
    /// of it, by default 60, then "…".
    package init(shortening bytes: some Collection<UInt8>, to limit: Int = 60) {
        var beginning = Array(bytes.prefix(limit + 1))
        guard beginning.count > limit else {
            self.init(escaping: beginning)
            return
        }
        // Not in the middle of a character of UTF-8, which begins with a byte of another form than those that follow.
        var end = limit
        while end > limit - 4, beginning[end] & 0xC0 == 0x80 { end -= 1 }
        beginning.removeSubrange(end...)
        self = String(escaping: beginning) + "…"
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    private static func show(_ scalar: Unicode.Scalar, in shown: inout [UInt8]) {
        switch scalar {
        case " "..."~": shown.append(UInt8(truncatingIfNeeded: scalar.value))
        case "\n": shown += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
        case "\t": shown += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
        case "\r": shown += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
        case _ where scalar.properties.generalCategory.isUnprintable:
            shown += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".utf8
        default: shown.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isUnprintable: Bool {
        switch self {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
