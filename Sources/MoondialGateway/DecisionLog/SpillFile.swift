// SPDX-License-Identifier: MIT

import Platform

/// The file that keeps records until they can be written to the destination. It holds complete lines only.
struct SpillFile: Sendable {
    private let descriptor: Int32
    private let maximumBytes: Int
    private var size = 0
    /// How many bytes of the file are in the destination.
    private var start = 0

    /// Opens the file and keeps its records. A last line that is incomplete, because a process was killed, is cut off.
    init(path: String, maximumBytes: Int) throws(RecordSinkError) {
        self.maximumBytes = maximumBytes
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else {
            if errno == ELOOP {
                throw RecordSinkError(path: path, code: ELOOP, reason: "is a symbolic link, which is not followed")
            }
            throw RecordSinkError(path: path, code: errno)
        }
        do throws(RecordSinkError) {
            try adopt(path)
        } catch {
            SystemCalls.close(descriptor)
            throw error
        }
    }

    private mutating func adopt(_ path: String) throws(RecordSinkError) {
        func refusal(_ code: Int32, _ reason: String? = nil) -> RecordSinkError {
            RecordSinkError(path: path, code: code, reason: reason)
        }
        guard let status = SystemCalls.status(of: descriptor) else { throw refusal(errno) }
        guard SystemCalls.isRegular(status) else { throw refusal(EINVAL, "is not a regular file") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? refusal(errno, "is used by another process") : refusal(errno)
        }
        size = Int(status.st_size)
        while size > 0 {
            let length = min(size, RecordQueue.chunkBytes)
            let bytes: [UInt8]
            switch read(at: size - length, length) {
            case .success(let read): bytes = read
            case .failure(let failure): throw refusal(failure.code)
            }
            if let last = bytes.lastIndex(of: UInt8(ascii: "\n")) {
                size += last + 1 - length
                break
            }
            size -= length
        }
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw refusal(errno) }
    }

    func close() {
        SystemCalls.close(descriptor)
    }

    /// Bytes that are not in the destination.
    var bytes: Int { size - start }

    /// The result of ``append(_:)``.
    enum Outcome {
        case appended, full
        case failed(RecordSink.Failure)
    }

    /// Appends all of the lines or none.
    mutating func append(_ lines: ArraySlice<UInt8>) -> Outcome {
        guard lines.count <= maximumBytes - size else { return .full }
        var rest = lines
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { SystemCalls.write(descriptor, $0) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if count != -Int(EINTR) {
                _ = ftruncate(descriptor, off_t(size))
                return .failed(RecordSink.Failure(code: Int32(-count)))
            }
        }
        size += lines.count
        return .appended
    }

    /// The first lines, up to the size of a chunk; one line if that is longer.
    func firstLines() -> Result<RecordBatch, RecordSink.Failure> {
        var length = min(bytes, RecordQueue.chunkBytes)
        while true {
            let read: [UInt8]
            switch self.read(at: start, length) {
            case .success(let bytes): read = bytes
            case .failure(let failure): return .failure(failure)
            }
            if let last = read.lastIndex(of: UInt8(ascii: "\n")) {
                return .success(RecordBatch(Array(read[...last]), from: .spill(bytes: last + 1)))
            }
            guard length < bytes else { return .failure(RecordSink.Failure(code: EIO)) }
            length = min(bytes, length * 2)
        }
    }

    /// Removes lines that are in the destination. When all lines are removed, the file is truncated.
    mutating func removeFirst(bytes count: Int) {
        start += count
        guard start == size else { return }
        _ = ftruncate(descriptor, 0)
        (start, size) = (0, 0)
    }

    private func read(at offset: Int, _ length: Int) -> Result<[UInt8], RecordSink.Failure> {
        var bytes = [UInt8](repeating: 0, count: length)
        var filled = 0
        while filled < length {
            let count = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress?.advanced(by: filled), length - filled, off_t(offset + filled))
            }
            if count > 0 {
                filled += count
            } else if count == 0 {
                return .failure(RecordSink.Failure(code: EIO))
            } else if errno != EINTR {
                return .failure(RecordSink.Failure(code: errno))
            }
        }
        return .success(bytes)
    }
}
