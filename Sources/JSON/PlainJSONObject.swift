// SPDX-License-Identifier: MIT

import TextFormats

/// Reads plain objects without building values: nearly all requests and replies are such objects. It takes a third of the
/// instructions of ``JSONValue/parse(_:limits:isStopping:)``.
///
/// All members of a plain object are integers from 1 to 10^18 - 1, or texts of ASCII without escapes. Everything else, also
/// what is invalid, is for ``JSONValue``.
package enum PlainJSONObject {
    /// A value of a member, in place.
    package enum Value {
        /// The bytes between the quotation marks.
        case text(UnsafeRawBufferPointer)
        case integer(Int64)
    }

    /// Calls `take` with each member, in order. It returns whether it knows the key, and has not seen it before: a repeated
    /// key is an error, which only ``JSONValue`` reports.
    ///
    /// - Returns: Whether the whole document was a plain object. If not, ignore the members that `take` was given.
    package static func forEachMember(
        of document: UnsafeRawBufferPointer, _ take: (_ key: UnsafeRawBufferPointer, _ value: Value) -> Bool
    ) -> Bool {
        var scanner = PlainJSONScanner(document)
        guard scanner.take(UInt8(ascii: "{")) else { return false }
        repeat {
            guard let key = scanner.text(), scanner.take(UInt8(ascii: ":")), let value = scanner.value(),
                take(key, value)
            else { return false }
        } while scanner.take(UInt8(ascii: ","))
        return scanner.take(UInt8(ascii: "}")) && scanner.isAtEnd
    }
}

/// Reads the parts of a document, each with the white space before it.
private struct PlainJSONScanner {
    private let input: UnsafeRawBufferPointer
    private var position = 0

    init(_ input: UnsafeRawBufferPointer) { self.input = input }

    var isAtEnd: Bool {
        mutating get {
            skipWhitespace()
            return position == input.count
        }
    }

    /// The byte at the position, or NUL at the end. A plain document has no NUL.
    private var current: UInt8 { position < input.count ? input[position] : 0 }

    private mutating func skipWhitespace() {
        while current == UInt8(ascii: " ") || current == UInt8(ascii: "\n") || current == UInt8(ascii: "\r")
            || current == UInt8(ascii: "\t")
        {
            position += 1
        }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        skipWhitespace()
        guard current == byte else { return false }
        position += 1
        return true
    }

    mutating func value() -> PlainJSONObject.Value? {
        skipWhitespace()
        return current == UInt8(ascii: "\"") ? text().map { .text($0) } : integer().map { .integer($0) }
    }

    mutating func text() -> UnsafeRawBufferPointer? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = position
        // Eight bytes at a time, up to the first that is not plain.
        while position + 8 <= input.count {
            let plain = PlainBytes.count(in: input.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position += plain
            if plain < 8 { break }
        }
        while PlainBytes.contains(current) { position += 1 }
        guard current == UInt8(ascii: "\"") else { return nil }
        position += 1
        return UnsafeRawBufferPointer(rebasing: input[start..<(position - 1)])
    }

    /// Accepts up to 18 digits, which always fit into an `Int64`.
    private mutating func integer() -> Int64? {
        let start = position
        var number: Int64 = 0
        while current >= UInt8(ascii: "0"), current <= UInt8(ascii: "9"), position - start < 19 {
            number = number &* 10 &+ Int64(current - UInt8(ascii: "0"))
            position += 1
        }
        guard position > start, position - start < 19, input[start] != UInt8(ascii: "0") else { return nil }
        switch current {
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): return nil
        default: return number
        }
    }
}
