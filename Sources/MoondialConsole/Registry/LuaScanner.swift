// SPDX-License-Identifier: MIT

/// A word, sign or literal of Lua text.
struct LuaPiece: Equatable {
    enum Kind: Equatable {
        case name, keyword, number, sign
        /// `isClosed` is false for what the text ends in, or a short string that its line ends in.
        case string(isClosed: Bool)
        case comment(isClosed: Bool)
    }

    let kind: Kind
    /// In bytes.
    let range: Range<Int>
    let text: String

    var isSign: Bool { kind == .sign }
    func isSign(_ sign: String) -> Bool { kind == .sign && text == sign }
    var isString: Bool { if case .string = kind { true } else { false } }
}

/// Splits Lua text, finished or not, for completion, hints and redaction.
struct LuaScanner {
    private let bytes: [UInt8]
    private var position = 0

    static func pieces(of text: String) -> [LuaPiece] {
        var scanner = LuaScanner(bytes: Array(text.utf8))
        var pieces: [LuaPiece] = []
        while let piece = scanner.next() { pieces.append(piece) }
        return pieces
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func next() -> LuaPiece? {
        while let byte = peek(), byte <= 0x20 { position += 1 }
        guard let byte = peek() else { return nil }
        let start = position
        if LuaWords.isDigit(byte) || byte == UInt8(ascii: ".") && peek(1).map(LuaWords.isDigit) == true {
            while let byte = peek(), LuaWords.isNameByte(byte) || byte == UInt8(ascii: ".") { position += 1 }
            return piece(.number, from: start)
        }
        if LuaWords.isNameByte(byte) {
            while let byte = peek(), LuaWords.isNameByte(byte) { position += 1 }
            let word = piece(.name, from: start)
            return LuaWords.keywords.contains(word.text) ? piece(.keyword, from: start) : word
        }
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return shortString(byte, from: start) }
        if let isClosed = skipLongBracket() { return piece(.string(isClosed: isClosed), from: start) }
        if byte == UInt8(ascii: "-"), peek(1) == byte {
            position += 2
            if let isClosed = skipLongBracket() { return piece(.comment(isClosed: isClosed), from: start) }
            while let byte = peek(), byte != UInt8(ascii: "\n") { position += 1 }
            return piece(.comment(isClosed: position < bytes.count), from: start)
        }
        position += 1
        while let byte = peek(), byte & 0xC0 == 0x80 { position += 1 }
        return piece(.sign, from: start)
    }

    private mutating func shortString(_ quote: UInt8, from start: Int) -> LuaPiece {
        position += 1
        while let byte = peek(), byte != UInt8(ascii: "\n") {
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == quote { return piece(.string(isClosed: true), from: start) }
        }
        position = min(position, bytes.count)
        return piece(.string(isClosed: false), from: start)
    }

    /// Nil, and nothing is skipped, when no long bracket opens here.
    private mutating func skipLongBracket() -> Bool? {
        guard peek() == UInt8(ascii: "[") else { return nil }
        var level = 0
        while peek(1 + level) == UInt8(ascii: "=") { level += 1 }
        guard peek(1 + level) == UInt8(ascii: "[") else { return nil }
        position += level + 2
        let end = [UInt8(ascii: "]")] + [UInt8](repeating: UInt8(ascii: "="), count: level) + [UInt8(ascii: "]")]
        while position < bytes.count {
            if bytes[position...].starts(with: end) {
                position += end.count
                return true
            }
            position += 1
        }
        return false
    }

    private func piece(_ kind: LuaPiece.Kind, from start: Int) -> LuaPiece {
        LuaPiece(
            kind: kind, range: start..<position, text: String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private func peek(_ offset: Int = 0) -> UInt8? {
        position + offset < bytes.count ? bytes[position + offset] : nil
    }
}
