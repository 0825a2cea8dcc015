// SPDX-License-Identifier: MIT

/// The records in memory, in chunks that are written as a whole, and the places where records are missing.
struct RecordQueue {
    private struct Gap {
        var records: Int
        /// When the first record was dropped.
        let milliseconds: Int64

        var line: [UInt8] { Array(#"{"gap":\#(records),"time_ms":\#(milliseconds)}"#.utf8) }
    }

    static let chunkBytes = 64 * 1024
    private static let gapLineBytes = 64
    /// The maximum number of chunks whose memory is kept for reuse.
    private static let spareChunks = 16

    private let boundBytes: Int
    private var fullChunks: [[UInt8]] = []
    private var lastChunk: [UInt8] = []
    private var spare: [[UInt8]] = []
    private var gap: Gap?

    /// All bytes and lines that were ever queued.
    private(set) var appended = Amount()
    /// The queued bytes and lines that are in a file, or were dropped.
    private(set) var settled = Amount()

    /// A number of bytes and lines.
    struct Amount: Hashable {
        var bytes = 0
        var lines = 0
    }

    init(boundBytes: Int) {
        self.boundBytes = boundBytes
    }

    /// Bytes that are queued or being written.
    var bytes: Int { appended.bytes - settled.bytes }

    /// Whether ``take()`` returns anything.
    var hasRecordsToTake: Bool { !lastChunk.isEmpty || !fullChunks.isEmpty || gap != nil }

    /// Queues a line, given without its line feed. If there is no room, the line is counted in a gap at this position.
    ///
    /// - Returns: Whether there was room.
    mutating func append(_ line: UnsafeRawBufferPointer, now: () -> Int64) -> Bool {
        let needed = line.count + 1 + (gap == nil ? 0 : Self.gapLineBytes)
        guard bytes + needed <= boundBytes else {
            if gap == nil { gap = Gap(records: 0, milliseconds: now()) }
            gap?.records += 1
            return false
        }
        writeGap()
        put(line)
        return true
    }

    /// Removes and returns all queued chunks. Their bytes count as queued until ``settle(_:)``.
    mutating func take() -> [[UInt8]] {
        // The gap is written now, since the next record may come much later.
        writeGap()
        if !lastChunk.isEmpty { endChunk() }
        defer { fullChunks.removeAll() }
        return fullChunks
    }

    mutating func settle(_ amount: Amount) {
        settled.bytes += amount.bytes
        settled.lines += amount.lines
    }

    /// Drops everything that is queued.
    ///
    /// - Returns: The number of lines.
    mutating func discard() -> Int {
        let lines = appended.lines - settled.lines
        settled = appended
        fullChunks = []
        lastChunk = []
        gap = nil
        return lines
    }

    /// Keeps the memory of a chunk for reuse, unless there are enough spare chunks.
    mutating func recycle(_ chunk: inout [UInt8]) {
        guard spare.count < Self.spareChunks, chunk.capacity <= 2 * Self.chunkBytes else { return }
        chunk.removeAll(keepingCapacity: true)
        spare.append(chunk)
    }

    private mutating func writeGap() {
        guard let gap else { return }
        self.gap = nil
        gap.line.withUnsafeBytes { put($0) }
    }

    private mutating func put(_ line: UnsafeRawBufferPointer) {
        let length = line.count + 1
        if lastChunk.count + length > Self.chunkBytes, !lastChunk.isEmpty { endChunk() }
        if lastChunk.capacity == 0 { startChunk(holding: length) }
        lastChunk.append(contentsOf: line)
        lastChunk.append(UInt8(ascii: "\n"))
        appended.bytes += length
        appended.lines += 1
    }

    private mutating func startChunk(holding length: Int) {
        lastChunk = spare.popLast() ?? []
        lastChunk.reserveCapacity(max(length, Self.chunkBytes))
    }

    private mutating func endChunk() {
        fullChunks.append(lastChunk)
        lastChunk = []
    }
}
