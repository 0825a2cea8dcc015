// SPDX-License-Identifier: MIT

import MoondialStore

/// A ``WindowLog`` for files, of which a count reads and writes only a part: this value holds the newest moments, and
/// chunks in the file hold the older ones.
///
/// It counts exactly as `WindowLog` does, and uses a `WindowLog` for operations that need all moments.
struct StoredLog {
    /// The number of moments in a chunk, and the maximum in `newest`.
    static let chunkLength = 32

    let window: Int64
    /// The sum before the first moment.
    private var base: Int64 = 0
    /// The time of the first moment; has no meaning in an empty log.
    private var firstTime: Int64 = 0
    /// The numbers of the chunks, the oldest first.
    private(set) var chunks: Range<Int64> = 0..<0
    /// The number of first moments of the first chunk that have left the window.
    private var gone: Int64 = 0
    private var newest: [WindowMoment] = []

    /// An empty log for windows of a length in microseconds.
    init(window: Int64) {
        self.window = window
    }

    /// When the last moment leaves the window; nil for an empty log.
    var expiry: StoreTime? {
        newest.last.map { StoreTime(microseconds: $0.time + window) }
    }

    /// Counts the cost, if it stays within the limit.
    mutating func count(_ request: CountRequest, at time: StoreTime, in file: LogChunks) throws -> CountResult {
        let now = try advance(to: time, in: file)
        let used = self.used
        if request.cost <= request.limit - used {
            if request.cost > 0 { try append(request, at: now, in: file) }
            return CountResult(allowed: true, used: used + request.cost, limit: request.limit, retryAfter: nil)
        }
        var retryAfter: Duration?
        if request.cost <= request.limit {
            // Every moment has an amount of at least 1: an excess of 1 is gone when the first moment leaves the window.
            guard used + request.cost - request.limit == 1 else {
                var log = try whole(in: file)
                return log.count(request, at: time)
            }
            retryAfter = .microseconds(firstTime + window - now)
        }
        return CountResult(allowed: false, used: used, limit: request.limit, retryAfter: retryAfter)
    }

    /// The amount that is counted in the window that ends at `time`.
    func used(at time: StoreTime, in file: LogChunks) throws -> Int64 {
        var log = self
        _ = try log.advance(to: time, in: file)
        return log.used
    }

    private var used: Int64 { (newest.last?.sum ?? base) &- base }

    private var momentCount: Int { chunks.count * Self.chunkLength - Int(gone) + newest.count }

    /// Drops moments that have left the window.
    ///
    /// - Returns: The time, or that of the last moment if the clock was set back.
    private mutating func advance(to time: StoreTime, in file: LogChunks) throws -> Int64 {
        guard let last = newest.last else { return time.microseconds }
        let now = max(time.microseconds, last.time)
        let start = now - window
        guard firstTime <= start else { return now }
        guard last.time > start else {
            base = last.sum
            chunks = chunks.upperBound..<chunks.upperBound
            gone = 0
            newest = []
            return now
        }
        while let number = chunks.first {
            let moments = try file.read(number)
            if let first = moments.firstIndex(where: { $0.time > start }) {
                if first > 0 { base = moments[first - 1].sum }
                gone = Int64(first)
                firstTime = moments[first].time
                return now
            }
            base = moments[moments.count - 1].sum
            chunks = (number + 1)..<chunks.upperBound
            gone = 0
        }
        if let first = newest.firstIndex(where: { $0.time > start }) {
            if first > 0 { base = newest[first - 1].sum }
            newest.removeFirst(first)
            firstTime = newest[0].time
        }
        return now
    }

    private mutating func append(_ request: CountRequest, at now: Int64, in file: LogChunks) throws {
        let sum = (newest.last?.sum ?? base) &+ request.cost
        if let last = newest.last, last.time == now {
            newest[newest.count - 1].sum = sum
            return
        }
        if momentCount >= WindowLog.capacity {
            var log = try whole(in: file)
            _ = log.count(request, at: StoreTime(microseconds: now))
            return try replace(with: log, in: file)
        }
        if newest.count == Self.chunkLength {
            try store(newest[...], in: file)
            newest = []
        }
        if momentCount == 0 { firstTime = now }
        newest.append(WindowMoment(time: now, sum: sum))
    }

    private mutating func store(_ moments: ArraySlice<WindowMoment>, in file: LogChunks) throws {
        try file.insert(moments, as: chunks.upperBound)
        chunks = chunks.lowerBound..<(chunks.upperBound + 1)
    }

    private func whole(in file: LogChunks) throws -> WindowLog {
        var moments: [WindowMoment] = []
        moments.reserveCapacity(momentCount)
        for number in chunks { moments += try file.read(number) }
        moments.removeFirst(Int(gone))
        return WindowLog(window: window, base: base, moments: moments + newest)
    }

    private mutating func replace(with log: WindowLog, in file: LogChunks) throws {
        try file.remove(before: chunks.upperBound)
        chunks = chunks.upperBound..<chunks.upperBound
        gone = 0
        base = log.base
        var rest = log.kept
        firstTime = rest.first?.time ?? 0
        while rest.count > Self.chunkLength {
            try store(rest.prefix(Self.chunkLength), in: file)
            rest = rest.dropFirst(Self.chunkLength)
        }
        newest = Array(rest)
    }
}

/// The encoding as bytes: 64-bit integers in little-endian order.
extension StoredLog {
    private static let headBytes = 40

    /// The bytes that ``init(window:bytes:)`` reads. The log must have moments.
    var bytes: [UInt8] {
        let head = [base, firstTime, chunks.lowerBound, chunks.upperBound, gone]
        return head.flatMap(\.littleEndianBytes) + WindowMoment.bytes(of: newest[...])
    }

    /// Nil for bytes that ``bytes`` did not write.
    init?(window: Int64, bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.headBytes,
            let newest = WindowMoment.read(UnsafeRawBufferPointer(rebasing: bytes[Self.headBytes...])),
            (1...Self.chunkLength).contains(newest.count)
        else { return nil }
        let head = (0..<5).map { bytes.number(at: 8 * $0) }
        let (first, end) = (head[2], head[3])
        guard first >= 0, first <= end, end - first <= WindowLog.capacity / Self.chunkLength,
            (0..<Int64(Self.chunkLength)).contains(head[4]), first < end || head[4] == 0
        else { return nil }
        self.window = window
        base = head[0]
        firstTime = head[1]
        chunks = first..<end
        gone = head[4]
        self.newest = newest
    }
}

extension WindowMoment {
    static let byteCount = 16

    /// The bytes that ``read(_:)`` reads.
    static func bytes(of moments: ArraySlice<WindowMoment>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: moments.count * byteCount) { buffer, count in
            for moment in moments {
                let place = UnsafeMutableRawBufferPointer(buffer)
                place.storeBytes(of: moment.time.littleEndian, toByteOffset: count, as: Int64.self)
                place.storeBytes(of: moment.sum.littleEndian, toByteOffset: count + 8, as: Int64.self)
                count += byteCount
            }
        }
    }

    /// Reads moments; nil unless they are complete and in ascending order.
    static func read(_ bytes: UnsafeRawBufferPointer) -> [WindowMoment]? {
        guard bytes.count % byteCount == 0 else { return nil }
        var moments: [WindowMoment] = []
        moments.reserveCapacity(bytes.count / byteCount)
        var last = Int64.min
        for offset in stride(from: 0, to: bytes.count, by: byteCount) {
            let moment = WindowMoment(time: bytes.number(at: offset), sum: bytes.number(at: offset + 8))
            guard moment.time > last else { return nil }
            last = moment.time
            moments.append(moment)
        }
        return moments
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func number(at offset: Int) -> Int64 {
        Int64(littleEndian: loadUnaligned(fromByteOffset: offset, as: Int64.self))
    }
}

extension Int64 {
    fileprivate var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}
