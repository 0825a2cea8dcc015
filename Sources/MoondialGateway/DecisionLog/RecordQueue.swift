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
    /// Chunks whose memory is used again.
    private static let spareChunks = 16

    private let boundBytes: Int
    private var fullChunks: [[UInt8]] = []
    private var lastChunk: [UInt8] = []
    private var spare: [[UInt8]] = []
    private var gap: Gap?

    /// All bytes and lines that were ever queued.
    private(set) var appended = Amount()
    /// Those of them that are in a file, or were given up.
    private(set) var settled = Amount()

    /// A quantity of the log.
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

    /// Takes a line, without its line feed. If there is no room, the place is marked.
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

    /// Hands over everything that is queued. It counts as queued until ``settle(_:)``.
    mutating func take() -> [[UInt8]] {
        // There may be no record after the gap for a long time.
        writeGap()
        if !lastChunk.isEmpty { endChunk() }
        defer { fullChunks.removeAll() }
        return fullChunks
    }

    mutating func settle(_ amount: Amount) {
        settled.bytes += amount.bytes
        settled.lines += amount.lines
    }

    /// Gives up everything.
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

    /// Keeps the memory of a chunk that was taken, if it is needed.
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
