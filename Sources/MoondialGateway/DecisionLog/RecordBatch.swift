// SPDX-License-Identifier: MIT

import Platform

/// Complete lines, and how far they have been written.
struct RecordBatch {
    enum Origin {
        case memory
        /// The front of the spill file, where the lines take so many bytes.
        case spill(bytes: Int)
    }

    private(set) var bytes: [UInt8]
    let origin: Origin
    /// The number of bytes that have been written.
    private(set) var offset = 0
    /// Where the line begins that is written next, in whole or in part.
    private(set) var lineStart = 0

    init(_ bytes: [UInt8], from origin: Origin) {
        self.bytes = bytes
        self.origin = origin
    }

    var isComplete: Bool { offset == bytes.count }

    /// Whether only a part of a line has been written.
    var isTorn: Bool { offset > lineStart }

    /// The rest, from the beginning of the line that is torn.
    var remainingLines: ArraySlice<UInt8> { bytes[lineStart...] }

    /// The end of the line that is written next.
    var lineEnd: Int { bytes[offset...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count }

    /// The end of the last line that ends within so many bytes, or nil.
    func lastLineEnd(within count: Int) -> Int? {
        guard count < bytes.count - offset else { return bytes.count }
        guard count > 0 else { return nil }
        return bytes[offset..<offset + count].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
    }

    /// - Returns: The lines that are complete now.
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
            // Many times as fast as a loop over bytes.
            while let found = memchr(position, 0x0A, end - position) {
                lines += 1
                position = UnsafeRawPointer(found) + 1
            }
            return lines
        }
    }

    /// For a destination in which no part of the line is.
    mutating func restartLine() {
        offset = lineStart
    }

    /// The rest of the torn line, once the line is at the front of the spill file as a whole.
    func tornLine() -> RecordBatch? {
        guard isTorn else { return nil }
        let line = Array(bytes[lineStart..<lineEnd])
        var batch = RecordBatch(line, from: .spill(bytes: line.count))
        batch.offset = offset - lineStart
        return batch
    }

    /// The memory of the lines, for other lines.
    consuming func takeBytes() -> [UInt8] { bytes }
}
