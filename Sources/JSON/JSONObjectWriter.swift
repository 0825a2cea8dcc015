// SPDX-License-Identifier: MIT

/// Writes an object member by member as bytes, where making a ``JSONValue`` first would cost too much.
///
/// Keys are known to be different and to need no escapes; this is not checked.
package struct JSONObjectWriter {
    /// What has been written; a whole document after ``end()``.
    package private(set) var bytes: [UInt8] = []
    private var isFirst = true

    /// Begins an object. The default reserves 1 KiB.
    package init(reserving capacity: Int = 1024) {
        bytes.reserveCapacity(capacity)
        bytes.append(UInt8(ascii: "{"))
    }

    /// Ends the object, or the one that ``beginObject(_:)`` has begun.
    package mutating func end() {
        bytes.append(UInt8(ascii: "}"))
        isFirst = false
    }

    /// Begins an object as a member.
    package mutating func beginObject(_ key: StaticString) {
        self.key(key)
        bytes.append(UInt8(ascii: "{"))
        isFirst = true
    }

    /// Begins an array of objects as a member; each is written between ``beginElement()`` and ``end()``.
    package mutating func beginArray(_ key: StaticString) {
        self.key(key)
        bytes.append(UInt8(ascii: "["))
        isFirst = true
    }

    /// Begins an object in an array.
    package mutating func beginElement() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "{"))
        isFirst = true
    }

    /// Ends an array.
    package mutating func endArray() {
        bytes.append(UInt8(ascii: "]"))
        isFirst = false
    }

    /// A string, or null for nil.
    package mutating func write(_ key: StaticString, _ text: String?) {
        self.key(key)
        JSONValue(text).write(into: &bytes)
    }

    /// An integer, or null for nil.
    package mutating func write(_ key: StaticString, _ number: Int64?) {
        self.key(key)
        JSONValue(number).write(into: &bytes)
    }

    /// Any value.
    package mutating func write(_ key: StaticString, _ value: JSONValue) {
        self.key(key)
        value.write(into: &bytes)
    }

    /// A string of ASCII that needs no escapes.
    package mutating func write(_ key: StaticString, plain text: (inout [UInt8]) -> Void) {
        self.key(key)
        bytes.append(UInt8(ascii: "\""))
        text(&bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func key(_ key: StaticString) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }
}
