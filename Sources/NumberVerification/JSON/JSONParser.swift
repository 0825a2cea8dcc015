// SPDX-License-Identifier: MIT

/// One pass over the bytes of one document, by recursive descent with a depth cap.
struct JSONParser {
    let input: UnsafeRawBufferPointer
    let end: Int
    let limits: JSON.Limits
    var position = 0
    private var depth = 0

    init(_ input: UnsafeRawBufferPointer, limits: JSON.Limits) {
        self.input = input
        self.end = input.count
        self.limits = limits
    }

    mutating func document() throws(JSON.ParseError) -> JSON {
        guard end <= limits.bytes else { throw failure(.tooLarge, at: limits.bytes) }
        guard !input.starts(with: [0xEF, 0xBB, 0xBF]) else { throw failure(.byteOrderMark, at: 0) }
        skipWhitespace()
        guard position < end else { throw failure(.empty, at: end) }
        let value = try value()
        skipWhitespace()
        guard position == end else { throw failure(.trailingBytes, at: position) }
        return value
    }

    private mutating func value() throws(JSON.ParseError) -> JSON {
        switch current {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: throw unexpected(.expectedValue)
        }
    }

    private mutating func literal(_ word: StaticString, _ value: JSON) throws(JSON.ParseError) -> JSON {
        for index in 0..<word.utf8CodeUnitCount {
            guard current == word.utf8Start[index] else { throw unexpected(.invalidLiteral) }
            position += 1
        }
        return value
    }

    private mutating func array() throws(JSON.ParseError) -> [JSON] {
        try enter()
        defer { depth -= 1 }
        var elements: [JSON] = []
        if take(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try value())
            skipWhitespace()
            if take(UInt8(ascii: "]")) { return elements }
            guard take(UInt8(ascii: ",")) else { throw unexpected(.expectedCommaOrBracket) }
            skipWhitespace()
            guard current != UInt8(ascii: "]") else { throw failure(.trailingComma, at: position) }
        }
    }

    private mutating func object() throws(JSON.ParseError) -> JSON.Object {
        try enter()
        defer { depth -= 1 }
        if take(UInt8(ascii: "}")) { return JSON.Object() }
        var members: [JSON.Object.Member] = []
        members.reserveCapacity(4)  // A reply of the provider has four.
        var seen = SeenKeys()
        while true {
            let keyPosition = position
            guard current == UInt8(ascii: "\"") else { throw unexpected(.expectedKey) }
            let key = try string()
            guard seen.insert(key, after: members) else { throw failure(.duplicateKey, at: keyPosition) }
            skipWhitespace()
            guard take(UInt8(ascii: ":")) else { throw unexpected(.expectedColon) }
            skipWhitespace()
            members.append(JSON.Object.Member(key: key, value: try value()))
            skipWhitespace()
            if take(UInt8(ascii: "}")) { return JSON.Object(uniqueMembers: members) }
            guard take(UInt8(ascii: ",")) else { throw unexpected(.expectedCommaOrBrace) }
            skipWhitespace()
            guard current != UInt8(ascii: "}") else { throw failure(.trailingComma, at: position) }
        }
    }

    /// Steps over the opening bracket, and the white space after it.
    private mutating func enter() throws(JSON.ParseError) {
        guard depth < limits.depth else { throw failure(.tooDeep, at: position) }
        depth += 1
        position += 1
        skipWhitespace()
    }
}

extension JSONParser {
    /// The byte at the position, or NUL at the end of the document: no rule of the grammar accepts a NUL, so code that
    /// looks for a particular byte needs no check for the end, and `unexpected` sorts out which of the two it was.
    @inline(__always)
    var current: UInt8 { position < end ? input[position] : 0 }

    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        position += 1
        return true
    }

    @inline(__always)
    mutating func skipWhitespace() {
        while true {
            switch current {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            default: return
            }
        }
    }

    /// The error for a byte at the position that is not what `code` says was expected.
    func unexpected(_ code: JSON.ParseError.Code) -> JSON.ParseError {
        failure(position == end ? .unexpectedEnd : code, at: position)
    }

    @inline(never)
    func failure(_ code: JSON.ParseError.Code, at offset: Int) -> JSON.ParseError {
        JSON.ParseError(code, offset: offset, in: input)
    }
}

/// The keys of the object being parsed: searched one by one while they are few, hashed once they are many, so that no
/// document takes quadratic time.
private struct SeenKeys {
    private static let few = 16
    private var hashed: Set<ExactKey> = []

    /// False when `key` is among the keys of `members`, which are those inserted so far.
    mutating func insert(_ key: String, after members: [JSON.Object.Member]) -> Bool {
        if members.count < Self.few {
            return !members.contains { $0.key.hasSameBytes(as: key) }
        }
        if hashed.isEmpty { hashed = Set(members.map { ExactKey(text: $0.key) }) }
        return hashed.insert(ExactKey(text: key)).inserted
    }

    /// A string that is hashed by its bytes, not by its normal form.
    private struct ExactKey: Hashable {
        let text: String

        static func == (one: Self, other: Self) -> Bool { one.text.hasSameBytes(as: other.text) }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }
}
