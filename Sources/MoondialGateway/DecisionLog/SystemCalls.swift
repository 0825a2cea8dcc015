// SPDX-License-Identifier: MIT

import Platform

/// The system calls of the sink, with their errors as values.
enum SystemCalls {
    /// Writes to a descriptor; returns the number of bytes, or the negative `errno`.
    typealias Write = @Sendable (_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int

    @Sendable
    static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        let count = Platform.write(descriptor, bytes.baseAddress, bytes.count)
        return count >= 0 ? count : -Int(errno)
    }

    /// Closes a descriptor.
    static func close(_ descriptor: Int32) {
        _ = Platform.close(descriptor)
    }

    /// A pipe that programs which this process starts do not inherit; nil, with `errno`, when it cannot be made.
    static func pipe() -> (reading: Int32, writing: Int32)? {
        var ends: [Int32] = [-1, -1]
        guard Platform.pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    static func status(of descriptor: Int32) -> stat? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status : nil
    }

    /// The status of the file at a path; symbolic links are followed.
    static func status(at path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    static func isRegular(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFREG }

    static func text(_ code: Int32) -> String { Errno(rawValue: code).description }
}

/// Wakes one thread that waits in `poll`.
final class WakePipe: Sendable {
    private let reading: Int32
    private let writing: Int32

    init() throws(RecordSinkError) {
        guard let ends = SystemCalls.pipe() else { throw RecordSinkError(path: "pipe", code: errno) }
        (reading, writing) = ends
        for end in [reading, writing] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    }

    deinit {
        SystemCalls.close(reading)
        SystemCalls.close(writing)
    }

    func wake() {
        // If the pipe is full, the thread is woken anyway.
        _ = withUnsafeBytes(of: UInt8(0)) { SystemCalls.write(writing, $0) }
    }

    /// Waits for ``wake()``, for `writable` if given, or for the time to pass. Without a time, waits without limit.
    func wait(_ time: Duration?, writable: Int32?) {
        var requests = [pollfd(fd: reading, events: Int16(POLLIN), revents: 0)]
        if let writable { requests.append(pollfd(fd: writable, events: Int16(POLLOUT), revents: 0)) }
        _ = poll(&requests, nfds_t(requests.count), Self.milliseconds(time))
        guard requests[0].revents != 0 else { return }
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { bytes in
            while read(reading, bytes.baseAddress, bytes.count) > 0 {}
        }
    }

    /// Rounded up, so that the wait is not shorter than the time.
    private static func milliseconds(_ time: Duration?) -> Int32 {
        guard let time else { return -1 }
        guard time > .zero else { return 0 }
        let (seconds, attoseconds) = time.components
        guard seconds < 1_000_000 else { return Int32.max }
        return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
