// SPDX-License-Identifier: MIT

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
            shown += [UInt8(ascii: "\\"), UInt8(ascii: "x")] + Hexadecimal.uppercase(byte)
        }
        self.init(decoding: shown, as: UTF8.self)
    }

    /// Goes through bytes that need not be UTF-8.
    ///
    /// - Parameters:
    ///   - bytes: From the first to the last.
    ///   - scalar: Called with each scalar; returns whether it accepts the scalar.
    ///   - otherByte: Called with each byte that belongs to no accepted scalar.
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

    /// The beginning of a text, escaped as by `init(escaping:)`, for messages that quote what a script or caller chose:
    /// at most `limit` bytes, by default 60, then "…".
    package init(shortening bytes: some Collection<UInt8>, to limit: Int = 60) {
        var beginning = Array(bytes.prefix(limit + 1))
        guard beginning.count > limit else {
            self.init(escaping: beginning)
            return
        }
        // Steps back over continuation bytes of UTF-8, so that no character is cut.
        var end = limit
        while end > limit - 4, beginning[end] & 0xC0 == 0x80 { end -= 1 }
        beginning.removeSubrange(end...)
        self = String(escaping: beginning) + "…"
    }

    private static func show(_ scalar: Unicode.Scalar, in shown: inout [UInt8]) {
        switch scalar {
        case " "..."~": shown.append(UInt8(truncatingIfNeeded: scalar.value))
        case "\n": shown += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
        case "\t": shown += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
        case "\r": shown += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
        case _ where scalar.isUnprintable:
            shown += "\\u{\(Hexadecimal.uppercase(scalar))}".utf8
        default: shown.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }
}

extension Unicode.Scalar {
    /// Whether printing the scalar would move the cursor, change the direction of the text, or show nothing that can be
    /// recognised: control, formatting, separator, private and unassigned characters.
    package var isUnprintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}
