// SPDX-License-Identifier: MIT

/// Where the lines of a block are in rows of a window.
struct BlockLayout {
    /// Where each line begins, in bytes.
    let starts: [Int]
    /// In which row each line begins, and at the end how many rows there are.
    private var rows: [Int] = [0]
    private(set) var cursorRow = 0
    private let count: Int

    init(_ buffer: EditBuffer, prompt: Prompt, width: Int) {
        var starts = [0]
        buffer.bytes.withUnsafeBufferPointer { bytes in
            for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") { starts.append(index + 1) }
        }
        self.starts = starts
        count = buffer.count
        let first = DisplayWidth.of(prompt.first.text)
        let next = DisplayWidth.of(prompt.continuation.text)
        rows.reserveCapacity(starts.count + 1)
        for line in starts.indices {
            let range = starts[line]..<end(ofLine: line)
            let hasCursor = range.lowerBound <= buffer.cursor && buffer.cursor <= range.upperBound
            var walk = RowWalk(width: width, column: line == 0 ? first : next)
            if hasCursor {
                walk.advance(over: buffer.bytes[range.lowerBound..<buffer.cursor])
                walk.placeCursor()
                cursorRow = rows[line] + walk.row
                walk.advance(over: buffer.bytes[buffer.cursor..<range.upperBound])
            } else {
                walk.advance(over: buffer.bytes[range])
            }
            rows.append(rows[line] + walk.row + 1)
        }
    }

    var rowCount: Int { rows[starts.count] }

    func end(ofLine line: Int) -> Int { line + 1 < starts.count ? starts[line + 1] - 1 : count }

    func firstRow(ofLine line: Int) -> Int { rows[line] }

    /// The lines that are in some rows, at least in part.
    func lines(in range: Range<Int>) -> Range<Int> {
        line(ofRow: range.lowerBound)..<line(ofRow: range.upperBound - 1) + 1
    }

    private func line(ofRow row: Int) -> Int {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if rows[middle] <= row { low = middle } else { high = middle }
        }
        return low
    }
}

/// Breaks a line as ``ScreenWriter`` does, without drawing it.
private struct RowWalk {
    let width: Int
    private(set) var row: Int
    private var column: Int

    init(width: Int, column: Int) {
        self.width = width
        row = 0
        self.column = 0
        advance(byPlain: column)
    }

    mutating func advance(over bytes: ArraySlice<UInt8>) {
        var walk = self
        DisplayWidth.scan(bytes) {
            walk.advance(byPlain: $0)
        } character: { character in
            if let shown = DisplayWidth.replacement(for: character) {
                walk.advance(byPlain: shown.utf8.count)
            } else {
                walk.advance(by: max(1, DisplayWidth.of(character)))
            }
        }
        self = walk
    }

    /// A cursor after a full row stands in the next one.
    mutating func placeCursor() {
        guard column >= width else { return }
        row += 1
        column = 0
    }

    private mutating func advance(byPlain count: Int) {
        guard count > 0 else { return }
        let total = column + count
        row += (total - 1) / width
        column = (total - 1) % width + 1
    }

    private mutating func advance(by cells: Int) {
        // In a window that is narrower than the character, a replacement of one cell is shown.
        let cells = min(cells, width)
        if column + cells > width {
            row += 1
            column = 0
        }
        column += cells
    }
}
