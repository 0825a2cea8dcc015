// SPDX-License-Identifier: MIT

import Platform

/// The open file, pipe or terminal that gets the records.
struct LogDestination: Sendable {
    enum Progress {
        case written(Int)
        /// A pipe is full.
        case blocked
        case failed(RecordSink.Failure)
    }

    /// A file that can take the place of the one in use.
    struct File {
        let descriptor: Int32
        let status: stat
        /// Whether the last line has no end.
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
    /// Whether a line feed must end what another process has left.
    private var needsLineFeed = false
    /// Why the last rotation did not happen.
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

    /// What becomes writable when a write that was blocked can go on.
    var writable: Int32 { descriptor }

    /// Whether this failure is the last word: nobody can begin to read from a standard stream that has lost its reader.
    func isGone(after failure: RecordSink.Failure) -> Bool { path == nil && failure.code == EPIPE }

    /// Why the file was not rotated, once.
    mutating func takeRotationFailure() -> RecordSink.Failure? {
        defer { rotationFailure = nil }
        return rotationFailure
    }

    /// Writes some of the batch with one call of the system, after rotating if the next line needs it.
    mutating func write(_ batch: RecordBatch) -> Progress {
        if needsLineFeed {
            let progress = write(bytes: [UInt8(ascii: "\n")], 0, 1)
            guard case .written = progress else { return progress }
            needsLineFeed = false
        }
        var end = batch.isTorn ? batch.lineEnd : endInFile(batch)
        if !isRegular {
            guard canTake else { return .blocked }
            // So many bytes do not block then, and lines that are not longer are not mixed with other writers'.
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

    /// Whether a write returns at once, be it with an error.
    private var canTake: Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&request, 1, 0) > 0
    }

    /// The end of the lines that belong into the file.
    private mutating func endInFile(_ batch: RecordBatch) -> Int {
        if let end = batch.lastLineEnd(within: limit - size) { return end }
        // Another program may have cut the file.
        if let status = SystemCalls.status(of: descriptor) { size = Int(status.st_size) }
        if let end = batch.lastLineEnd(within: limit - size) { return end }
        if size > 0 { rotate() }
        return batch.lastLineEnd(within: limit - size) ?? batch.lineEnd
    }
}

// MARK: - Files

extension LogDestination {
    private static func openFile(_ path: String) throws(RecordSinkError) -> File {
        // What is no regular file must not keep the thread.
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

    private static func isTorn(_ status: stat, _ path: String) -> Bool {
        guard SystemCalls.isRegular(status), status.st_size > 0 else { return false }
        let reader = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        defer { SystemCalls.close(reader) }
        var last: UInt8 = 0
        // An empty line does no harm in a file that cannot be read.
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
                // Another program has moved the file.
                return use(file)
            }
            // A link stays where it is.
            guard let resolved = realpath(path, nil) else { throw RecordSinkError(path: path, code: errno) }
            defer { free(resolved) }
            try rotate(String(cString: resolved), keep: rotation.keep, like: status)
        } catch {
            rotationFailure = RecordSink.Failure(code: error.code)
            limit = size + max(1, rotation.maximumBytes / 10)
        }
    }

    private mutating func rotate(_ path: String, keep: Int, like status: stat) throws(RecordSinkError) {
        // A free place ends the shift, so that a rotation that fails again and again pushes out no old file.
        var last = 1
        while last < keep, access("\(path).\(last)", F_OK) == 0 { last += 1 }
        for number in stride(from: last, to: 1, by: -1) {
            _ = rename("\(path).\(number - 1)", "\(path).\(number)")
        }
        guard rename(path, "\(path).1") == 0 else { throw RecordSinkError(path: path, code: errno) }
        do throws(RecordSinkError) {
            let file = try Self.openFile(path)
            // Who may read the old file may read the new one.
            _ = fchown(file.descriptor, uid_t.max, status.st_gid)
            _ = fchmod(file.descriptor, status.st_mode & 0o777)
            use(file)
        } catch {
            _ = rename("\(path).1", path)
            throw error
        }
    }
}
