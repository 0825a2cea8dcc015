// SPDX-License-Identifier: MIT

package import NIOCore

/// One argument of a ``RESPCommand``: bytes without any meaning.
package enum RESPArgument: Sendable, Hashable {
    case text(String)
    case bytes([UInt8])
    /// Sent in decimal digits.
    case integer(Int64)
}

extension RESPArgument: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self = .text(text) }
}

/// The name of a command with its first arguments, written once for many commands.
package struct RESPCommandHead: Sendable, Hashable {
    package let name: String
    /// The name and the arguments as they are sent.
    fileprivate let bytes: [UInt8]
    /// The name and the arguments.    /// The number of arguments, the name included.
    fileprivate let count: Int

    package init(_ name: String, _ arguments: RESPArgument...) {
        var buffer = ByteBuffer()
        buffer.writeBulks([.text(name)] + arguments)
        self.name = name
        bytes = Array(buffer.readableBytesView)
        count = arguments.count + 1
    }
}

/// A command for the server: its name and arguments.
///
/// Descriptions and dumps show only the name: arguments can be secret.
package struct RESPCommand: Sendable, Hashable {
    fileprivate let head: RESPCommandHead
    fileprivate let arguments: [RESPArgument]

    package var name: String { head.name }

    package init(_ name: String, _ arguments: RESPArgument...) {
        self.init(RESPCommandHead(name), arguments)
    }

    package init(_ name: String, _ arguments: [RESPArgument]) {
        self.init(RESPCommandHead(name), arguments)
    }

    package init(_ head: RESPCommandHead, _ arguments: [RESPArgument]) {
        self.head = head
        self.arguments = arguments
    }
}

extension RESPCommand: CustomStringConvertible, CustomReflectable {
    package var description: String { name }

    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension ByteBuffer {
    /// Writes a command as an array of bulk strings, which servers of both protocols read.
    package mutating func write(_ command: RESPCommand) {
        writeWithUnsafeMutableBytes(minimumWritableBytes: RESPWriter.maximumNumberBytes) { place in
            var writer = RESPWriter(place)
            writer.writeLine(UInt8(ascii: "*"), command.head.count + command.arguments.count)
            return writer.count
        }
        writeBytes(command.head.bytes)
        writeBulks(command.arguments)
    }

    fileprivate mutating func writeBulks(_ arguments: [RESPArgument]) {
        let length = arguments.reduce(0) { $0 + $1.maximumLength }
        writeWithUnsafeMutableBytes(minimumWritableBytes: length) { place in
            var writer = RESPWriter(place)
            for argument in arguments { writer.write(argument) }
            return writer.count
        }
    }
}

extension RESPArgument {
    /// An upper bound of the bytes that the argument takes on the wire.
    fileprivate var maximumLength: Int {
        let length =
            switch self {
            case .text(let text): text.utf8.count
            case .bytes(let bytes): bytes.count
            case .integer: RESPWriter.maximumNumberBytes
            }
        return length + RESPWriter.maximumNumberBytes + 2
    }
}

/// Writes into memory that the caller has made large enough.
private struct RESPWriter {
    /// Room for a type byte, a 64-bit number in decimal digits, and the end of a line.
    static let maximumNumberBytes = 24

    private let place: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ place: UnsafeMutableRawBufferPointer) {
        self.place = place
    }

    mutating func write(_ argument: RESPArgument) {
        switch argument {
        case .text(var text): text.withUTF8 { writeBulk(UnsafeRawBufferPointer($0)) }
        case .bytes(let bytes): bytes.withUnsafeBytes { writeBulk($0) }
        case .integer(let number):
            withUnsafeTemporaryAllocation(byteCount: Self.maximumNumberBytes, alignment: 1) { digits in
                var writer = RESPWriter(digits)
                writer.write(number)
                writeBulk(UnsafeRawBufferPointer(rebasing: digits[..<writer.count]))
            }
        }
    }

    mutating func writeLine(_ type: UInt8, _ number: Int) {
        write(byte: type)
        write(Int64(number))
        writeEnd()
    }

    private mutating func writeBulk(_ bytes: UnsafeRawBufferPointer) {
        writeLine(UInt8(ascii: "$"), bytes.count)
        UnsafeMutableRawBufferPointer(rebasing: place[count...]).copyMemory(from: bytes)
        count += bytes.count
        writeEnd()
    }

    private mutating func writeEnd() {
        write(byte: UInt8(ascii: "\r"))
        write(byte: UInt8(ascii: "\n"))
    }

    private mutating func write(_ number: Int64) {
        if number < 0 { write(byte: UInt8(ascii: "-")) }
        var rest = number.magnitude
        let start = count
        repeat {
            write(byte: UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        var digits = UnsafeMutableRawBufferPointer(rebasing: place[start..<count])
        digits.reverse()
    }

    private mutating func write(byte: UInt8) {
        place[count] = byte
        count += 1
    }
}
