// SPDX-License-Identifier: MIT

package import NIOCore

/// One argument of a ``RESPCommand``: bytes without any meaning.
package enum RESPArgument: Sendable, Hashable {
    case text(String)
    case bytes([UInt8])
    /// In decimal digits.
    case integer(Int64)
}

extension RESPArgument: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self = .text(text) }
}

/// A command for the server: its name and arguments.
///
/// Shows only its name: arguments can be secret.
package struct RESPCommand: Sendable, Hashable {
    package let name: String
    fileprivate let arguments: [RESPArgument]

    package init(_ name: String, _ arguments: RESPArgument...) {
        self.init(name, arguments)
    }

    package init(_ name: String, _ arguments: [RESPArgument]) {
        self.name = name
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
        writeLine(UInt8(ascii: "*"), command.arguments.count + 1)
        writeBulk(command.name)
        for argument in command.arguments {
            switch argument {
            case .text(let text): writeBulk(text)
            case .integer(let number): writeBulk(String(number))
            case .bytes(let bytes):
                writeLine(UInt8(ascii: "$"), bytes.count)
                writeBytes(bytes)
                writeStaticString("\r\n")
            }
        }
    }

    private mutating func writeBulk(_ text: String) {
        writeLine(UInt8(ascii: "$"), text.utf8.count)
        writeString(text)
        writeStaticString("\r\n")
    }

    private mutating func writeLine(_ type: UInt8, _ number: Int) {
        writeInteger(type)
        writeString(String(number))
        writeStaticString("\r\n")
    }
}
