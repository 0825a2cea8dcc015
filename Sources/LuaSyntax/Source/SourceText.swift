// SPDX-License-Identifier: MIT

/// The bytes of a Lua file, and where its lines begin.
package struct SourceText: Sendable {
    package let bytes: [UInt8]
    /// The offset of the first byte of each line, in order.
    package let lineStarts: [Int]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var starts = [0]
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else { continue }
            // Lua counts \r\n and \n\r as one end of a line.
            if index < bytes.count, bytes[index] != byte,
                bytes[index] == UInt8(ascii: "\n") || bytes[index] == UInt8(ascii: "\r")
            {
                index += 1
            }
            starts.append(index)
        }
        lineStarts = starts
    }

    /// Where a program begins: after a byte order mark, and after a first line that begins with `#`, as the standalone
    /// interpreter reads files.
    package var programStart: Int {
        let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        guard mark < bytes.count, bytes[mark] == UInt8(ascii: "#") else { return mark }
        return bytes[mark...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    }

    /// The number of the line that holds the byte, from 1.
    package func line(at offset: Int) -> Int {
        var (low, high) = (0, lineStarts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low + 1
    }

    /// The line and column of a byte.
    package func position(at offset: Int) -> SourcePosition {
        let line = line(at: offset)
        let before = bytes[lineStarts[line - 1]..<min(offset, bytes.count)]
        return SourcePosition(line: line, column: String(decoding: before, as: UTF8.self).count + 1)
    }

    /// The bytes of a line, from 1, without its end.
    package func bytes(ofLine line: Int) -> ArraySlice<UInt8> {
        let start = lineStarts[line - 1]
        let end = line < lineStarts.count ? lineStarts[line] : bytes.count
        return bytes[start..<end].prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    }

    /// The text in a range of bytes; what is not UTF-8 is replaced.
    package func text(in range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

/// A place in a text: line and column from 1, the column in characters.
package struct SourcePosition: Sendable, Hashable, Comparable {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// Why a text is not a Lua program, and which bytes show it.
package struct SyntaxProblem: Error, Hashable {
    /// The message that Lua's own compiler gives.
    package let message: String
    /// The token that was not expected; empty at the end of the text.
    package let range: Range<Int>
}
