// SPDX-License-Identifier: MIT

import Platform

/// Complete lines, and how many of their bytes have been written.
struct RecordBatch {
    enum Origin {
        case memory
        /// The lines are the first of the spill file and take this number of bytes there.
        case spill(bytes: Int)
    }

    private(set) var bytes: [UInt8]
    let origin: Origin
    /// The number of bytes that have been written.
    private(set) var offset = 0
    /// The start of the line that contains `offset`.
    private(set) var lineStart = 0

    init(_ bytes: [UInt8], from origin: Origin) {
        self.bytes = bytes
        self.origin = origin
    }

    var isComplete: Bool { offset == bytes.count }

    /// Whether only a part of a line has been written.
    var isTorn: Bool { offset > lineStart }

    /// The remaining lines. A line that is partly written is included as a whole.
    var remainingLines: ArraySlice<UInt8> { bytes[lineStart...] }

    /// The end of the line that is written next.
    var lineEnd: Int { bytes[offset...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count }

    /// The end of the last line that ends within the next `count` bytes, or nil.
    func lastLineEnd(within count: Int) -> Int? {
        guard count < bytes.count - offset else { return bytes.count }
        guard count > 0 else { return nil }
        return bytes[offset..<offset + count].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
    }

    /// Notes that `count` more bytes were written.
    ///
    /// - Returns: The lines that these bytes have completed.
    mutating func advance(by count: Int) -> RecordQueue.Amount {
        let written = bytes[offset..<offset + count]
        let lastEnd = written.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? lineStart
        defer { (offset, lineStart) = (written.endIndex, lastEnd) }
        return RecordQueue.Amount(bytes: lastEnd - lineStart, lines: Self.lines(in: written))
    }

    /// The number of line feeds.
    static func lines(in bytes: ArraySlice<UInt8>) -> Int {
        bytes.withUnsafeBytes { bytes in
            guard var position = bytes.baseAddress else { return 0 }
            let end = position + bytes.count
            var lines = 0
            // memchr() is many times as fast as a loop over bytes.
            while let found = memchr(position, 0x0A, end - position) {
                lines += 1
                position = UnsafeRawPointer(found) + 1
            }
            return lines
        }
    }

    /// Goes back to the start of the line, for a new destination that holds no part of it.
    mutating func restartLine() {
        offset = lineStart
    }

    /// A batch with the line that is partly written, to be called when the whole line is the first of the spill file.
    /// Nil if no line is partly written.
    func tornLine() -> RecordBatch? {
        guard isTorn else { return nil }
        let line = Array(bytes[lineStart..<lineEnd])
        var batch = RecordBatch(line, from: .spill(bytes: line.count))
        batch.offset = offset - lineStart
        return batch
    }

    /// The memory of the lines, to be used for other lines.
    consuming func takeBytes() -> [UInt8] { bytes }
}
