// SPDX-License-Identifier: MIT

extension JSONValue: CustomStringConvertible {
    /// The document without white space, members in order, as UTF-8.
    ///
    /// Integers are exact; doubles are the shortest text that reads back as the same double, and always have a
    /// fraction or an exponent, so that they stay doubles. Characters that terminals interpret are escaped: control
    /// characters (C0, DEL and C1), line separators, and characters that change the direction of text.
    package var bytes: [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(128)  // Enough for a request or reply.
        write(into: &output)
        return output
    }

    /// The same as `bytes`, as text.
    package var description: String { String(decoding: bytes, as: UTF8.self) }

    /// The document for human readers: two spaces a level, one element or member a line, no line feed at the end.
    package func pretty() -> String {
        var writer = JSONWriter(output: [], indentation: 0)
        writer.value(self)
        return String(decoding: writer.output, as: UTF8.self)
    }

    /// Appends what `bytes` returns.
    package func write(into output: inout [UInt8]) {
        var writer = JSONWriter(output: [], indentation: nil)
        swap(&writer.output, &output)  // Not a copy: `output` keeps its storage.
        writer.value(self)
        swap(&writer.output, &output)
    }
}

private struct JSONWriter {
    var output: [UInt8]
    /// The level of the line being written, or nil for the compact form.
    var indentation: Int?

    mutating func value(_ value: JSONValue) {
        switch value {
        case .null: text("null")
        case .bool(let value): text(value ? "true" : "false")
        case .integer(let value): integer(value)
        case .double(let value): double(value)
        case .string(let value): string(value)
        case .array(let elements):
            list(elements, UInt8(ascii: "["), UInt8(ascii: "]")) { writer, element in writer.value(element) }
        case .object(let object):
            list(object.members, UInt8(ascii: "{"), UInt8(ascii: "}")) { writer, member in
                writer.string(member.key)
                writer.text(writer.indentation == nil ? ":" : ": ")
                writer.value(member.value)
            }
        }
    }

    private mutating func list<Item>(
        _ items: [Item], _ opening: UInt8, _ closing: UInt8, item write: (inout Self, Item) -> Void
    ) {
        output.append(opening)
        indentation? += 1
        var isFirst = true
        for item in items {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            breakLine()
            write(&self, item)
        }
        indentation? -= 1
        if !isFirst { breakLine() }
        output.append(closing)
    }

    private mutating func breakLine() {
        guard let indentation else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * indentation))
    }

    private mutating func text(_ text: StaticString) {
        output.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func integer(_ value: Int64) {
        if value < 0 { output.append(UInt8(ascii: "-")) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in  // UInt64.max has twenty.
            var first = digits.endIndex
            var rest = value.magnitude
            repeat {
                first -= 1
                digits.initializeElement(at: first, to: UInt8(ascii: "0") + UInt8(rest % 10))
                rest /= 10
            } while rest > 0
            output.append(contentsOf: UnsafeMutableBufferPointer(rebasing: digits[first...]))
        }
    }

    private mutating func double(_ value: Double) {
        precondition(value.isFinite, "JSON has no NaN and no infinity")
        // The standard library writes the shortest text that reads back exactly, always with a point or an exponent.
        output.append(contentsOf: value.description.utf8)
    }
}

extension JSONWriter {
    private mutating func string(_ text: String) {
        output.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var written = 0
            for index in utf8.indices {
                let (control, length): (UInt32, Int)
                switch utf8[index] {
                case 0..<0x20, 0x7F, UInt8(ascii: "\""), UInt8(ascii: "\\"):
                    (control, length) = (UInt32(utf8[index]), 1)
                case 0xC2 where utf8[index + 1] < 0xA0:
                    (control, length) = (UInt32(utf8[index + 1]), 2)
                case 0xD8 where utf8[index + 1] == 0x9C:
                    (control, length) = (0x61C, 2)
                case 0xE2 where utf8[index + 1] & 0xFE == 0x80:
                    let scalar = 0x2000 | UInt32(utf8[index + 1] & 1) << 6 | UInt32(utf8[index + 2] & 0x3F)
                    guard Self.changesLines(scalar) else { continue }
                    (control, length) = (scalar, 3)
                default:
                    continue
                }
                output.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[written..<index]))
                escape(control)
                written = index + length
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[written...]))
        }
        output.append(UInt8(ascii: "\""))
    }

    /// Separators of lines and paragraphs, marks, embeddings, overrides and isolates of a direction (Unicode, UAX 9).
    private static func changesLines(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private mutating func escape(_ scalar: UInt32) {
        switch scalar {
        case 0x22: text("\\\"")
        case 0x5C: text("\\\\")
        case 0x08: text("\\b")
        case 0x09: text("\\t")
        case 0x0A: text("\\n")
        case 0x0C: text("\\f")
        case 0x0D: text("\\r")
        default:
            text("\\u")
            for shift in [12, 8, 4, 0] as [UInt32] { output.append(Self.hexDigit(UInt8(scalar >> shift & 0xF))) }
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
