// SPDX-License-Identifier: MIT

import NIOCore
import Platform

/// One header or trailer field. Valid only as long as the memory that it points to.
struct HTTPField {
    let name: UnsafeRawBufferPointer
    /// Without the whitespace around it.
    let value: UnsafeRawBufferPointer

    /// Reads a line without its end. Folded lines and whitespace before the colon are refused, as RFC 9112 asks.
    init(_ line: UnsafeRawBufferPointer) throws(HTTPSyntaxError) {
        guard let base = line.baseAddress, let found = memchr(base, CInt(UInt8.colon), line.count) else {
            throw .badField
        }
        let colon = base.distance(to: UnsafeRawPointer(found))
        guard colon > 0 else { throw .badField }
        name = UnsafeRawBufferPointer(rebasing: line[..<colon])
        value = UnsafeRawBufferPointer(rebasing: line[(colon + 1)...]).trimmed
        guard name.allSatisfy({ $0.isTokenCharacter }), value.areFieldContent else {
            throw .badField
        }
    }

    /// Calls `body` for each element of a comma-separated value.
    func forEachElement(_ body: (UnsafeRawBufferPointer) -> Void) {
        var start = value.startIndex
        while start < value.endIndex {
            let end = value[start...].firstIndex(of: .comma) ?? value.endIndex
            if start < end { body(UnsafeRawBufferPointer(rebasing: value[start..<end]).trimmed) }
            start = end + 1
        }
    }

    /// Whether the value is a list with this element, given in lower case.
    func hasElement(_ text: StaticString) -> Bool {
        var isFound = false
        forEachElement { if $0.matches(text) { isFound = true } }
        return isFound
    }
}

/// The header fields of a request or reply, in the order of the wire. Costs nothing until a field is looked up.
package struct HTTPFields: Sendable, Hashable {
    /// No fields.
    package static let none = HTTPFields(head: ByteBuffer())

    /// A head that was read without an error, from its first line to the empty line at its end.
    private let head: ByteBuffer

    init(head: ByteBuffer) {
        self.head = head
    }

    /// Whether a text can be the name of a field.
    package static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(\.isTokenCharacter)
    }

    /// The values of all fields of that name, which is given in lower case, without the whitespace around them. Bytes that
    /// are no UTF-8 are replaced.
    package func values(of name: StaticString) -> [String] {
        var values: [String] = []
        let length = name.utf8CodeUnitCount
        head.withUnsafeReadableBytes { bytes in
            HTTPHead.forEachFieldLine(bytes) { line in
                // Only a line whose name has that length is parsed.
                guard line.count > length, line[length] == .colon, let field = try? HTTPField(line),
                    field.name.matches(name)
                else { return }
                values.append(field.value.text)
            }
        }
        return values
    }

    /// The values of all fields of that name, which is given in lower case and known only at run time.
    package func values(named name: String) -> [String] {
        var values: [String] = []
        head.withUnsafeReadableBytes { bytes in
            HTTPHead.forEachFieldLine(bytes) { line in
                guard let field = try? HTTPField(line), field.name.text.lowercased() == name else { return }
                values.append(field.value.text)
            }
        }
        return values
    }

    /// The value of the first field of that name, which is given in lower case, or nil without one.
    package subscript(name: StaticString) -> String? {
        head.withUnsafeReadableBytes { bytes in
            // The name is compared only if the line is long enough and has the colon at the right place.
            let length = name.utf8CodeUnitCount
            var next = bytes.lineFeed(from: 0)
            while let end = next, end + length + 1 < bytes.count {
                next = bytes.lineFeed(from: end + 1)
                guard let next, next > end + length + 2, bytes[end + length + 1] == .colon,
                    let field = try? HTTPField(UnsafeRawBufferPointer(rebasing: bytes[(end + 1)..<(next - 1)])),
                    field.name.matches(name)
                else { continue }
                return field.value.text
            }
            return nil
        }
    }
}
