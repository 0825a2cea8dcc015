// SPDX-License-Identifier: MIT

import MoondialRules
import Platform

/// The open file, pipe or terminal that gets the records.
struct LogDestination: Sendable {
    enum Progress {
        case written(Int)
        /// A pipe is full.
        case blocked
        case failed(RecordSink.Failure)
    }

    /// An open file that can replace the one in use.
    struct File {
        let descriptor: Int32
        let status: stat
        /// Whether the last line lacks its line feed.
        let isTorn: Bool

        func isSame(as other: stat) -> Bool { status.st_dev == other.st_dev && status.st_ino == other.st_ino }
    }

    private let path: String?
    private let rotation: RecordSink.Rotation?
    private let systemWrite: SystemCalls.Write
    private var descriptor: Int32
    private var isRegular = false
    private var size = 0
    /// The size at which the file is rotated.
    private var limit: Int
    /// Whether a line feed must be written first, since another process has left an incomplete line.
    private var needsLineFeed = false
    /// Why the last rotation failed.
    private var rotationFailure: RecordSink.Failure?

    init(_ options: RecordSink.Options, write: @escaping SystemCalls.Write) throws(RecordSinkError) {
        systemWrite = write
        switch options.destination {
        case .standardOutput, .standardError:
            (path, rotation) = (nil, nil)
            descriptor = options.destination == .standardOutput ? STDOUT_FILENO : STDERR_FILENO
            limit = Int.max
            guard let status = SystemCalls.status(of: descriptor) else {
                let name = options.destination == .standardOutput ? "standard output" : "standard error"
                throw RecordSinkError(path: name, code: errno)
            }
            isRegular = SystemCalls.isRegular(status)
        case .file(let path, let rotation):
            (self.path, self.rotation) = (path, rotation)
            descriptor = -1
            limit = rotation?.maximumBytes ?? Int.max
            use(try Self.openFile(path))
        }
    }

    func close() {
        if path != nil { SystemCalls.close(descriptor) }
    }

    /// The descriptor to poll after a write that was blocked.
    var writable: Int32 { descriptor }

    /// Whether a failure is final: a standard stream whose reader has closed it never gets another reader.
    func isGone(after failure: RecordSink.Failure) -> Bool { path == nil && failure.code == EPIPE }

    /// Returns why the last rotation failed, and clears that, so that each failure is reported once.
    mutating func takeRotationFailure() -> RecordSink.Failure? {
        defer { rotationFailure = nil }
        return rotationFailure
    }

    /// Writes a part of the batch with one system call. Rotates first if the next line does not fit.
    mutating func write(_ batch: RecordBatch) -> Progress {
        if needsLineFeed {
            let progress = write(bytes: [UInt8(ascii: "\n")], 0, 1)
            guard case .written = progress else { return progress }
            needsLineFeed = false
        }
        var end = batch.isTorn ? batch.lineEnd : endInFile(batch)
        if !isRegular {
            guard Descriptors.isWritable(descriptor) else { return .blocked }
            // poll() has reported space for PIPE_BUF bytes, so the write does not block. Lines up to that length are
            // written atomically and do not mix with those of other writers.
            let most = min(end - batch.offset, Int(PIPE_BUF))
            end = batch.lastLineEnd(within: most) ?? batch.offset + most
        }
        return write(bytes: batch.bytes, batch.offset, end)
    }

    private mutating func write(bytes: [UInt8], _ start: Int, _ end: Int) -> Progress {
        while true {
            let count = bytes.withUnsafeBytes {
                systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: $0[start..<end]))
            }
            if count > 0 {
                size += count
                return .written(count)
            }
            switch Int32(-count) {
            case EINTR: continue
            case EAGAIN where !isRegular: return .blocked
            case 0: return .failed(RecordSink.Failure(code: EIO))
            case let code: return .failed(RecordSink.Failure(code: code))
            }
        }
    }

    /// The end of the lines that fit into the file. Rotates the file if none fits.
    private mutating func endInFile(_ batch: RecordBatch) -> Int {
        if let end = batch.lastLineEnd(within: limit - size) { return end }
        // Another program may have truncated the file.
        if let status = SystemCalls.status(of: descriptor) { size = Int(status.st_size) }
        if let end = batch.lastLineEnd(within: limit - size) { return end }
        if size > 0 { rotate() }
        return batch.lastLineEnd(within: limit - size) ?? batch.lineEnd
    }
}

// MARK: - Files

extension LogDestination {
    private static func openFile(_ path: String) throws(RecordSinkError) -> File {
        // O_NONBLOCK: opening or writing a pipe must not block the thread.
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        let descriptor = open(path, flags, 0o600)
        guard descriptor >= 0 else {
            if errno == ENXIO { throw RecordSinkError(path: path, code: ENXIO, reason: "no program reads from it") }
            throw RecordSinkError(path: path, code: errno)
        }
        guard let status = SystemCalls.status(of: descriptor) else {
            let error = RecordSinkError(path: path, code: errno)
            SystemCalls.close(descriptor)
            throw error
        }
        return File(descriptor: descriptor, status: status, isTorn: isTorn(status, path))
    }

    /// Checks that a file can be written, or made if there is none, without changing anything.
    static func check(_ path: String) throws(RecordSinkError) {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        if descriptor >= 0 { return SystemCalls.close(descriptor) }
        // A pipe without a reader may have one by the time the gateway starts.
        if errno == ENXIO { return }
        guard errno == ENOENT else { throw RecordSinkError(path: path, code: errno) }
        guard access(FileSystem.folder(of: path), W_OK | X_OK) == 0 else {
            throw RecordSinkError(path: path, code: errno)
        }
    }

    private static func isTorn(_ status: stat, _ path: String) -> Bool {
        guard SystemCalls.isRegular(status), status.st_size > 0 else { return false }
        let reader = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        defer { SystemCalls.close(reader) }
        var last: UInt8 = 0
        // If the file cannot be read, the line counts as incomplete: at worst an empty line is added.
        return pread(reader, &last, 1, status.st_size - 1) != 1 || last != UInt8(ascii: "\n")
    }

    /// Opens the path again.
    ///
    /// - Returns: The file there, or nil if it is the one in use.
    func openAgain() throws(RecordSinkError) -> File? {
        guard let path else { return nil }
        let file = try Self.openFile(path)
        guard let status = SystemCalls.status(of: descriptor), file.isSame(as: status) else { return file }
        SystemCalls.close(file.descriptor)
        return nil
    }

    /// Writes to this file from now on.
    mutating func use(_ file: File) {
        if descriptor >= 0 { SystemCalls.close(descriptor) }
        descriptor = file.descriptor
        isRegular = SystemCalls.isRegular(file.status)
        size = isRegular ? Int(file.status.st_size) : 0
        limit = isRegular ? rotation?.maximumBytes ?? Int.max : Int.max
        needsLineFeed = file.isTorn
    }
}

// MARK: - Rotation

extension LogDestination {
    private mutating func rotate() {
        guard let path, let rotation, let status = SystemCalls.status(of: descriptor) else { return }
        do throws(RecordSinkError) {
            if let file = try openAgain() {
                // Another program has moved the file: no rotation is needed.
                return use(file)
            }
            // A symbolic link stays; the file that it names is rotated.
            guard let resolved = realpath(path, nil) else { throw RecordSinkError(path: path, code: errno) }
            defer { free(resolved) }
            try rotate(String(cString: resolved), keep: rotation.keep, like: status)
        } catch {
            rotationFailure = RecordSink.Failure(code: error.code)
            limit = size + max(1, rotation.maximumBytes / 10)
        }
    }

    private mutating func rotate(_ path: String, keep: Int, like status: stat) throws(RecordSinkError) {
        // Only files up to the first unused number are shifted, so that repeated failed rotations delete no old file.
        var last = 1
        while last < keep, access("\(path).\(last)", F_OK) == 0 { last += 1 }
        for number in stride(from: last, to: 1, by: -1) {
            _ = rename("\(path).\(number - 1)", "\(path).\(number)")
        }
        guard rename(path, "\(path).1") == 0 else { throw RecordSinkError(path: path, code: errno) }
        do throws(RecordSinkError) {
            let file = try Self.openFile(path)
            // The new file gets the group and mode of the old one, so that the same users can read it.
            _ = fchown(file.descriptor, uid_t.max, status.st_gid)
            _ = fchmod(file.descriptor, status.st_mode & 0o777)
            use(file)
        } catch {
            _ = rename("\(path).1", path)
            throw error
        }
    }
}
