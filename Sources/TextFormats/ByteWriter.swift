// SPDX-License-Identifier: MIT

import Platform

/// Bytes that are written one after the other and read once: a reply, a record of a log.
///
/// An array does the same for most purposes. It takes ten times as many instructions for each short text that is appended,
/// which are a tenth of all that a gateway spends on a request.
package struct ByteWriter: ~Copyable {
    private var bytes: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// How many bytes have been written.
    package private(set) var count = 0

    /// The default capacity is 1 KiB; there is more when it is needed.
    package init(capacity: Int = 1024) {
        self.capacity = capacity
        bytes = .allocate(capacity: capacity)
    }

    deinit { bytes.deallocate() }

    /// What has been written, for the time of the call.
    package borrowing func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: bytes, count: count))
    }

    /// A copy of what has been written.
    package var array: [UInt8] { Array(UnsafeBufferPointer(start: bytes, count: count)) }

    package mutating func append(_ byte: UInt8) {
        room(1).initialize(to: byte)
        count += 1
    }

    package mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    @inline(__always)
    package mutating func append(_ other: UnsafeBufferPointer<UInt8>) {
        guard let start = other.baseAddress else { return }
        memcpy(room(other.count), start, other.count)
        count += other.count
    }

    /// The bytes between two quotation marks, unless one of them needs an escape in JSON.
    ///
    /// - Returns: Whether they were appended.
    package mutating func append(quoted other: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = room(other.count + 2)
        start[0] = UInt8(ascii: "\"")
        var place = 1
        for byte in other {
            // Everything that is escaped is among these, or begins with one of them.
            if byte &- 0x20 >= 0x5F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return false }
            start[place] = byte
            place += 1
        }
        start[place] = UInt8(ascii: "\"")
        count += place + 1
        return true
    }

    /// A key of an object in JSON, which needs no escapes, with its colon and, unless it is the first one, the comma before it.
    package mutating func append(key: StaticString, isFirst: Bool) {
        let length = key.utf8CodeUnitCount
        let start = room(length + 4)
        start[0] = UInt8(ascii: ",")
        let place = isFirst ? 0 : 1
        start[place] = UInt8(ascii: "\"")
        memcpy(start + place + 1, key.utf8Start, length)
        start[place + length + 1] = UInt8(ascii: "\"")
        start[place + length + 2] = UInt8(ascii: ":")
        count += place + length + 3
    }

    /// The beginning of a header field: a line end, the name, a colon and a space.
    package mutating func append(field name: StaticString) {
        let length = name.utf8CodeUnitCount
        let start = room(length + 4)
        start[0] = UInt8(ascii: "\r")
        start[1] = UInt8(ascii: "\n")
        memcpy(start + 2, name.utf8Start, length)
        start[length + 2] = UInt8(ascii: ":")
        start[length + 3] = UInt8(ascii: " ")
        count += length + 4
    }

    /// In decimal digits, with a sign when it is negative.
    package mutating func append(_ number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(decimal: number.magnitude, digits: 1)
    }

    /// In decimal digits, with zeros in front up to a number of digits.
    package mutating func append(decimal number: UInt64, digits minimum: Int) {
        var length = minimum
        var bound: UInt64 = 1
        for _ in 0..<minimum { bound *= 10 }
        while number >= bound, length < 20 {  // UInt64.max has twenty.
            length += 1
            if length < 20 { bound *= 10 }
        }
        let start = room(length)
        var rest = number
        for place in (0..<length).reversed() {
            start[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += length
    }

    /// In sixteen lower-case hexadecimal digits.
    package mutating func append(hexadecimal number: UInt64) {
        let start = room(16)
        for place in 0..<16 {
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * place) & 0xF)
            start[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
        count += 16
    }

    /// Where the next bytes go: there is room for so many of them.
    @inline(__always)
    private mutating func room(_ needed: Int) -> UnsafeMutablePointer<UInt8> {
        if capacity - count < needed { grow(needed) }
        return bytes + count
    }

    @inline(never)
    private mutating func grow(_ needed: Int) {
        capacity = max(2 * capacity, count + needed)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.moveInitialize(from: bytes, count: count)
        bytes.deallocate()
        bytes = larger
    }
}
