// SPDX-License-Identifier: MIT

import TextFormats

extension JSONParser {
    /// Reads a string in two passes: the first finds the end and checks everything, the second, needed only when there
    /// are escapes, can therefore not fail and writes straight into the storage of the result.
    mutating func string() throws(JSONValue.ParseError) -> String {
        position += 1
        let start = position
        skipPlainCharacters()
        var hasEscapes = false
        while position < end {
            switch input[position] {
            case UInt8(ascii: "\""):
                let raw = UnsafeRawBufferPointer(rebasing: input[start..<position])
                position += 1
                return hasEscapes ? Self.unescaped(raw) : String(decoding: raw, as: UTF8.self)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try skipEscape()
            case 0..<0x20:
                throw failure(.controlCharacter, at: position)
            case 0x80...:
                try skipMultibyteScalar()
            default:
                position += 1
            }
        }
        throw failure(.unexpectedEnd, at: end)
    }

    /// Steps over ASCII without quotation marks, backslashes and control characters: nearly all strings hold nothing
    /// else.
    private mutating func skipPlainCharacters() {
        var index = position
        while index < end {
            let byte = input[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte &- 0x20 >= 0x60 { break }
            index += 1
        }
        position = index
    }

    private mutating func skipEscape() throws(JSONValue.ParseError) {
        let start = position
        position += 1
        switch current {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            let unit = try hexUnit()
            if UTF16.isTrailSurrogate(unit) { throw failure(.loneSurrogate, at: start) }
            guard UTF16.isLeadSurrogate(unit) else { return }
            guard take(UInt8(ascii: "\\")), current == UInt8(ascii: "u"), UTF16.isTrailSurrogate(try hexUnit()) else {
                throw position == end ? unexpected(.loneSurrogate) : failure(.loneSurrogate, at: start)
            }
        default:
            throw position == end ? unexpected(.invalidEscape) : failure(.invalidEscape, at: start)
        }
    }

    /// Steps over `u` and four hexadecimal digits and returns their value.
    private mutating func hexUnit() throws(JSONValue.ParseError) -> UInt16 {
        position += 1
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Hexadecimal.value(current) else { throw unexpected(.invalidEscape) }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    /// Steps over a scalar of two to four bytes if it is well-formed: Unicode 16.0, table 3-7.
    private mutating func skipMultibyteScalar() throws(JSONValue.ParseError) {
        let second: ClosedRange<UInt8>
        let length: Int
        switch input[position] {
        case 0xC2...0xDF: (second, length) = (0x80...0xBF, 2)
        case 0xE0: (second, length) = (0xA0...0xBF, 3)
        case 0xE1...0xEC, 0xEE...0xEF: (second, length) = (0x80...0xBF, 3)
        case 0xED: (second, length) = (0x80...0x9F, 3)
        case 0xF0: (second, length) = (0x90...0xBF, 4)
        case 0xF1...0xF3: (second, length) = (0x80...0xBF, 4)
        case 0xF4: (second, length) = (0x80...0x8F, 4)
        default: throw failure(.invalidUTF8, at: position)
        }
        guard position + length <= end, second.contains(input[position + 1]),
            input[(position + 2)..<(position + length)].allSatisfy({ (0x80...0xBF).contains($0) })
        else { throw failure(.invalidUTF8, at: position) }
        position += length
    }
}

extension JSONParser {
    /// The text of `raw`, the checked inside of a string literal. An escape is never shorter than what it stands for.
    private static func unescaped(_ raw: UnsafeRawBufferPointer) -> String {
        String(unsafeUninitializedCapacity: raw.count) { output in
            var count = 0
            func emit(_ byte: UInt8) {
                output[count] = byte
                count += 1
            }
            var index = 0
            while index < raw.count {
                guard raw[index] == UInt8(ascii: "\\") else {
                    emit(raw[index])
                    index += 1
                    continue
                }
                guard raw[index + 1] == UInt8(ascii: "u") else {
                    emit(character(forEscape: raw[index + 1]))
                    index += 2
                    continue
                }
                let scalar = scalar(at: &index, in: raw)
                UTF8.encode(scalar)?.forEach(emit)
            }
            return count
        }
    }

    private static func character(forEscape letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: letter
        }
    }

    /// The scalar of the checked `\uXXXX`, or of the pair of them, at `index`, which moves behind it.
    private static func scalar(at index: inout Int, in raw: UnsafeRawBufferPointer) -> Unicode.Scalar {
        func unit() -> UInt32 {
            defer { index += 6 }
            return (2..<6).reduce(0) { $0 << 4 | UInt32(Hexadecimal.value(raw[index + $1]) ?? 0) }
        }
        let first = unit()
        guard UTF16.isLeadSurrogate(UInt16(first)) else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
        let value = 0x10000 + ((first - 0xD800) << 10) + (unit() - 0xDC00)
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }
}
