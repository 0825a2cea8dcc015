// SPDX-License-Identifier: MIT

package import TextFormats

/// The value of a `traceparent` field: the trace that a request belongs to, and the step of it that has sent the
/// request.
///
/// Source: www.w3.org/TR/trace-context, section 3.2.
package struct TraceParent: Sendable, Hashable {
    /// The halves of the trace's id; not both are zero.
    private let high: UInt64
    private let low: UInt64
    /// The step that has sent the request; not zero.
    private let parent: UInt64
    private let flags: UInt8

    /// The value that a step sends when it begins a trace. A step of 0 counts as 1.
    package init(beginning step: UInt64) {
        high = 0
        low = max(step, 1)
        parent = low
        flags = 0
    }

    /// The value that another step of the same trace sends. A step of 0 counts as 1.
    package func next(_ step: UInt64) -> TraceParent { TraceParent(high, low, max(step, 1), flags) }

    private init(_ high: UInt64, _ low: UInt64, _ parent: UInt64, _ flags: UInt8) {
        self.high = high
        self.low = low
        self.parent = parent
        self.flags = flags
    }

    /// Reads a value of version 00, or the part of a later version that is the same; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 4 || (parts.count == 5 && parts[0] != "00"),
            zip(parts, [2, 32, 16, 2]).allSatisfy({ $0.utf8.count == $1 }),
            text.utf8.prefix(55).allSatisfy(Self.mayOccur),
            let version = UInt8(parts[0], radix: 16), version != 0xFF,
            let high = UInt64(parts[1].prefix(16), radix: 16), let low = UInt64(parts[1].suffix(16), radix: 16),
            let parent = UInt64(parts[2], radix: 16), let flags = UInt8(parts[3], radix: 16),
            high | low != 0, parent != 0
        else { return nil }
        // The value is sent on as version 00, which defines only the last bit of the flags.
        self.init(high, low, parent, version == 0 ? flags : flags & 1)
    }

    /// Hexadecimal digits in lower case, and the separator.
    private static func mayOccur(_ byte: UInt8) -> Bool {
        0x30...0x39 ~= byte || 0x61...0x66 ~= byte || byte == UInt8(ascii: "-")
    }

    /// Appends the value of the field: version 00, always 55 characters.
    package func write(to output: inout ByteWriter) {
        output.append("00-")
        output.append(hexadecimal: high)
        output.append(hexadecimal: low)
        output.append("-")
        output.append(hexadecimal: parent)
        output.append("-")
        let digits: StaticString = "0123456789abcdef"
        output.append(digits.utf8Start[Int(flags >> 4)])
        output.append(digits.utf8Start[Int(flags & 15)])
    }
}

extension TraceParent: CustomStringConvertible {
    /// The value of the field.
    package var description: String {
        var output = ByteWriter(capacity: 56)
        write(to: &output)
        return output.withBytes { String(decoding: $0, as: UTF8.self) }
    }
}
