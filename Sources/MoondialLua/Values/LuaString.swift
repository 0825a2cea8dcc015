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
        if let text = String(validating: bytes, as: UTF8.self) {
            self = text.escapingControls()
            return
        }
        var result = ""
        Self.forEachPiece(of: bytes) { scalar in
            result += scalar.escapingControls()
            return true
        } otherByte: { byte in
            result += "\\x" + Self.hex(byte)
        }
        self = result
    }

    /// Goes through bytes that need not be UTF-8.
    ///
    /// - Parameters:
    ///   - bytes: From the first to the last.
    ///   - scalar: Gets each scalar as a text, and says whether it takes it as one.
    ///   - otherByte: Gets each byte that belongs to no scalar that was taken.
    package static func forEachPiece(
        of bytes: [UInt8], scalar: (String) -> Bool, otherByte: (UInt8) -> Void
    ) {
        var rest = bytes[...]
        while let first = rest.first {
            let width = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
            if let text = String(validating: rest.prefix(width), as: UTF8.self), scalar(text) {
                rest = rest.dropFirst(width)
            } else {
                otherByte(first)
                rest = rest.dropFirst()
            }
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

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.utf8.count == 1 ? "0" + digits : digits
    }

    private func escapingControls() -> String {
        if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return self }
        guard unicodeScalars.contains(where: { $0.properties.generalCategory.isUnprintable }) else { return self }
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case _ where scalar.properties.generalCategory.isUnprintable:
                result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
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
