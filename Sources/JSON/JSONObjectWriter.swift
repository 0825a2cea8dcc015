// SPDX-License-Identifier: MIT

package import TextFormats

/// Writes an object as bytes, member by member, for callers to which a ``JSONValue`` would cost too much.
///
/// Keys must be different and need no escapes; the writer does not check that.
package struct JSONObjectWriter: ~Copyable {
    private var output: ByteWriter
    private var isFirst = true

    /// Begins the document's object. The default capacity is 1 KiB; it grows when needed.
    package init(reserving capacity: Int = 1024) {
        output = ByteWriter(capacity: capacity)
        output.append(UInt8(ascii: "{"))
    }

    /// Ends an object within the first one.
    package mutating func end() {
        output.append(UInt8(ascii: "}"))
        isFirst = false
    }

    /// Ends the document's object.
    ///
    /// - Returns: The whole document.
    package consuming func finished() -> ByteWriter {
        end()
        return output
    }

    /// Begins an object as a member.
    package mutating func beginObject(_ key: StaticString) {
        self.key(key)
        output.append(UInt8(ascii: "{"))
        isFirst = true
    }

    /// Begins an array as a member. Its elements are strings, or objects, each of which is written between
    /// ``beginElement()`` and ``end()``.
    package mutating func beginArray(_ key: StaticString) {
        self.key(key)
        output.append(UInt8(ascii: "["))
        isFirst = true
    }

    /// Begins an object in an array.
    package mutating func beginElement() {
        if !isFirst { output.append(UInt8(ascii: ",")) }
        output.append(UInt8(ascii: "{"))
        isFirst = true
    }

    /// A string as an element of an array.
    package mutating func writeElement(_ text: String) {
        if !isFirst { output.append(UInt8(ascii: ",")) }
        isFirst = false
        output.append(json: text)
    }

    /// Ends an array.
    package mutating func endArray() {
        output.append(UInt8(ascii: "]"))
        isFirst = false
    }

    /// A string, or null for nil.
    package mutating func write(_ key: StaticString, _ text: String?) {
        self.key(key)
        if let text { output.append(json: text) } else { output.append("null") }
    }

    /// An integer, or null for nil.
    package mutating func write(_ key: StaticString, _ number: Int64?) {
        self.key(key)
        if let number { output.append(number) } else { output.append("null") }
    }

    package mutating func write(_ key: StaticString, _ value: Bool) {
        self.key(key)
        output.append(value ? "true" : "false" as StaticString)
    }

    /// The thousandth part of a number that is not negative, as a ``JSONValue/double(_:)`` is written.
    package mutating func write(_ key: StaticString, thousandths number: Int64) {
        self.key(key)
        let (whole, rest) = number.magnitude.quotientAndRemainder(dividingBy: 1000)
        output.append(decimal: whole, digits: 1)
        output.append(UInt8(ascii: "."))
        if rest % 100 == 0 {
            output.append(decimal: rest / 100, digits: 1)
        } else if rest % 10 == 0 {
            output.append(decimal: rest / 10, digits: 2)
        } else {
            output.append(decimal: rest, digits: 3)
        }
    }

    /// Any value.
    package mutating func write(_ key: StaticString, _ value: JSONValue) {
        self.key(key)
        append(value)
    }

    /// Any value, under a key that is known only when it is written.
    package mutating func write(member key: String, _ value: JSONValue) {
        if !isFirst { output.append(UInt8(ascii: ",")) }
        isFirst = false
        output.append(json: key)
        output.append(UInt8(ascii: ":"))
        append(value)
    }

    private mutating func append(_ value: JSONValue) {
        if case .string(let text) = value { return output.append(json: text) }
        value.bytes.withUnsafeBufferPointer { output.append($0) }
    }

    /// A value that is JSON already; it is not checked.
    package mutating func write(_ key: StaticString, json text: StaticString) {
        self.key(key)
        output.append(text)
    }

    /// A string of ASCII that needs no escapes.
    package mutating func write(_ key: StaticString, plain text: (inout ByteWriter) -> Void) {
        self.key(key)
        output.append(UInt8(ascii: "\""))
        text(&output)
        output.append(UInt8(ascii: "\""))
    }

    private mutating func key(_ key: StaticString) {
        output.append(key: key, isFirst: isFirst)
        isFirst = false
    }
}

extension ByteWriter {
    /// A string in quotation marks, as ``JSONValue/bytes`` writes it.
    package mutating func append(json text: String) {
        if !text.withBytes({ append(quoted: $0) }) {
            JSONValue.string(text).bytes.withUnsafeBufferPointer { append($0) }
        }
    }
}
