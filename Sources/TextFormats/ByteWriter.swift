// SPDX-License-Identifier: MIT

import Platform

/// Bytes that are written one after the other and read once: a reply, a record of a log.
///
/// An array does the same for most purposes, but takes ten times as many instructions for each short text that is
/// appended. In a gateway these were a tenth of all instructions for a request.
package struct ByteWriter: ~Copyable {
    private var bytes: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// How many bytes have been written.
    package private(set) var count = 0

    /// The default capacity is 1 KiB; it grows when needed.
    package init(capacity: Int = 1024) {
        self.capacity = capacity
        bytes = .allocate(capacity: capacity)
    }

    deinit { bytes.deallocate() }

    /// Calls `body` with what has been written; the pointer is valid only during the call.
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
        text.withBytes { append($0) }
    }

    @inline(__always)
    package mutating func append(_ other: UnsafeBufferPointer<UInt8>) {
        guard let start = other.baseAddress else { return }
        memcpy(room(other.count), start, other.count)
        count += other.count
    }

    /// Appends the bytes between two quotation marks, unless one of them needs an escape in JSON.
    ///
    /// - Returns: Whether they were appended.
    package mutating func append(quoted other: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = room(other.count + 2)
        start[0] = UInt8(ascii: "\"")
        if let bytes = UnsafeRawPointer(other.baseAddress) {
            guard PlainBytes.areAll(bytes, other.count) else { return false }
            memcpy(start + 1, bytes, other.count)
        }
        start[other.count + 1] = UInt8(ascii: "\"")
        count += other.count + 2
        return true
    }

    /// Appends a key of a JSON object, which needs no escapes, with its colon and, unless it is the first, a comma
    /// before it.
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

    /// Appends the beginning of a header field: a line end, the name, a colon and a space.
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

    /// Appends a number in decimal digits, with a sign when it is negative.
    package mutating func append(_ number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(decimal: number.magnitude, digits: 1)
    }

    /// Appends a number in decimal digits, with zeros in front up to `minimum` digits.
    package mutating func append(decimal number: UInt64, digits minimum: Int) {
        var digits = 1
        var bound: UInt64 = 10
        while number >= bound, digits < 20 {  // The largest number has 20 digits.
            digits += 1
            bound &*= 10
        }
        digits = max(digits, minimum)
        let start = room(digits)
        var rest = number
        for place in (0..<digits).reversed() {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            start[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
            rest = quotient
        }
        count += digits
    }

    /// Appends a number in sixteen lower-case hexadecimal digits.
    package mutating func append(hexadecimal number: UInt64) {
        let start = room(16)
        for place in 0..<16 {
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * place) & 0xF)
            start[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
        count += 16
    }

    /// The place of the next bytes, with room for `needed` of them.
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
