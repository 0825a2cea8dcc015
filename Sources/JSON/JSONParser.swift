// SPDX-License-Identifier: MIT

/// One pass over the bytes of one document, by recursive descent with a depth cap.
struct JSONParser {
    let input: UnsafeRawBufferPointer
    let end: Int
    let limits: JSONValue.Limits
    var position = 0
    private let isStopping: () -> Bool
    private var depth = 0

    init(_ input: UnsafeRawBufferPointer, limits: JSONValue.Limits, isStopping: @escaping () -> Bool) {
        self.isStopping = isStopping
        self.input = input
        self.end = input.count
        self.limits = limits
    }

    mutating func document() throws(JSONValue.ParseError) -> JSONValue {
        guard end <= limits.bytes else { throw failure(.tooLarge, at: limits.bytes) }
        guard !input.starts(with: [0xEF, 0xBB, 0xBF]) else { throw failure(.byteOrderMark, at: 0) }
        skipWhitespace()
        guard position < end else { throw failure(.empty, at: end) }
        let value = try value()
        skipWhitespace()
        guard position == end else { throw failure(.trailingBytes, at: position) }
        return value
    }

    private mutating func value() throws(JSONValue.ParseError) -> JSONValue {
        guard !isStopping() else { throw failure(.stopped, at: position) }
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

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(JSONValue.ParseError) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount {
            guard current == word.utf8Start[index] else { throw unexpected(.invalidLiteral) }
            position += 1
        }
        return value
    }

    private mutating func array() throws(JSONValue.ParseError) -> [JSONValue] {
        try enter()
        defer { depth -= 1 }
        var elements: [JSONValue] = []
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

    private mutating func object() throws(JSONValue.ParseError) -> JSONObject {
        try enter()
        defer { depth -= 1 }
        if take(UInt8(ascii: "}")) { return JSONObject() }
        var members: [JSONObject.Member] = []
        members.reserveCapacity(4)  // A reply of the provider has four.
        var index = KeyIndex()
        while true {
            let keyPosition = position
            guard current == UInt8(ascii: "\"") else { throw unexpected(.expectedKey) }
            let key = try string()
            guard index.position(of: key, in: members) == nil else { throw failure(.duplicateKey, at: keyPosition) }
            skipWhitespace()
            guard take(UInt8(ascii: ":")) else { throw unexpected(.expectedColon) }
            skipWhitespace()
            members.append(JSONObject.Member(key: key, value: try value()))
            index.noteLast(of: members)
            skipWhitespace()
            if take(UInt8(ascii: "}")) { return JSONObject(members, index: index) }
            guard take(UInt8(ascii: ",")) else { throw unexpected(.expectedCommaOrBrace) }
            skipWhitespace()
            guard current != UInt8(ascii: "}") else { throw failure(.trailingComma, at: position) }
        }
    }

    /// Steps over the opening bracket, and the white space after it.
    private mutating func enter() throws(JSONValue.ParseError) {
        guard depth < limits.depth else { throw failure(.tooDeep, at: position) }
        depth += 1
        position += 1
        skipWhitespace()
    }
}

extension JSONParser {
    /// The byte at the position, or NUL at the end of the document: no rule of the grammar accepts a NUL, so code that
    /// looks for a particular byte needs no check for the end. `unexpected` tells a NUL from the end.
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

    /// The error for a byte at the position that is wrong in the way that `code` says, or for the end of the document.
    func unexpected(_ code: JSONValue.ParseError.Code) -> JSONValue.ParseError {
        failure(position == end ? .unexpectedEnd : code, at: position)
    }

    @inline(never)
    func failure(_ code: JSONValue.ParseError.Code, at offset: Int) -> JSONValue.ParseError {
        JSONValue.ParseError(code, offset: offset, in: input)
    }
}
