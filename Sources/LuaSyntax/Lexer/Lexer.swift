// SPDX-License-Identifier: MIT

/// Splits a text into the tokens of Lua 5.4 (reference manual, section 3.1), exactly as Lua's own compiler does.
struct Lexer {
    let bytes: [UInt8]
    var position: Int
    private(set) var comments: [Comment] = []

    init(_ bytes: [UInt8], from start: Int) {
        self.bytes = bytes
        position = start
    }

    var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    func byte(after distance: Int) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    mutating func take(_ expected: UInt8) -> Bool {
        guard byte == expected else { return false }
        position += 1
        return true
    }

    /// The next token; at the end of the text, ``Token/Kind/end``.
    mutating func next() throws(SyntaxProblem) -> Token {
        try skipSpaceAndComments()
        let start = position
        guard let byte else { return Token(kind: .end, range: start..<start) }
        let kind = try kind(byte)
        return Token(kind: kind, range: start..<position)
    }

    private mutating func kind(_ byte: UInt8) throws(SyntaxProblem) -> Token.Kind {
        switch byte {
        case _ where Self.isLetter(byte): return word()
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try shortString())
        case UInt8(ascii: "["):
            switch longBracket() {
            case .level(let level): return .string(try longString(level, isComment: false))
            case .none: return sign()
            case .unfinished:
                let start = position
                position += 1
                while take(UInt8(ascii: "=")) {}
                throw problem("invalid long string delimiter", from: start)
            }
        case UInt8(ascii: "."):
            if let after = self.byte(after: 1), Self.isDigit(after) { return .number(try number()) }
            return sign()
        default: return sign()
        }
    }

    func problem(_ message: String, from start: Int) -> SyntaxProblem {
        let shown = String(decoding: bytes[start..<position].prefix(80), as: UTF8.self)
        return SyntaxProblem(message: "\(message) near '\(shown)'", range: start..<position)
    }

    func problemAtEnd(_ message: String) -> SyntaxProblem {
        SyntaxProblem(message: "\(message) near <eof>", range: bytes.count..<bytes.count)
    }

    // MARK: - Space and comments

    private mutating func skipSpaceAndComments() throws(SyntaxProblem) {
        while let byte {
            if Self.isSpace(byte) {
                position += 1
            } else if byte == UInt8(ascii: "-"), self.byte(after: 1) == UInt8(ascii: "-") {
                try comment()
            } else {
                return
            }
        }
    }

    private mutating func comment() throws(SyntaxProblem) {
        let start = position
        position += 2
        if byte == UInt8(ascii: "["), case .level(let level) = longBracket() {
            _ = try longString(level, isComment: true)
            comments.append(Comment(range: start..<position, isLine: false))
            return
        }
        while let byte, byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") { position += 1 }
        comments.append(Comment(range: start..<position, isLine: true))
    }

    // MARK: - Words and signs

    private mutating func word() -> Token.Kind {
        let start = position
        while let byte, Self.isLetter(byte) || Self.isDigit(byte) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        return Symbol.words[text].map(Token.Kind.symbol) ?? .name(text)
    }

    /// The longest sign at the current place.
    private mutating func sign() -> Token.Kind {
        for (text, symbol) in Self.signs[Int(bytes[position])] where bytes[position...].starts(with: text) {
            position += text.count
            return .symbol(symbol)
        }
        position += 1
        return .unknown
    }

    /// The signs by their first byte, the longest first.
    private static let signs: [[(text: [UInt8], symbol: Symbol)]] = {
        var table = [[(text: [UInt8], symbol: Symbol)]](repeating: [], count: 256)
        for symbol in Symbol.allCases where Symbol.words[symbol.rawValue] == nil {
            let text = Array(symbol.rawValue.utf8)
            table[Int(text[0])].append((text, symbol))
        }
        return table.map { $0.sorted { $0.text.count > $1.text.count } }
    }()

    // MARK: - Classes of bytes, as in the C locale

    static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: false
        }
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
