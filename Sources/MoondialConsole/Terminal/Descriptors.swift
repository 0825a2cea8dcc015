// SPDX-License-Identifier: MIT

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// What the terminal or a file refused.
package struct TerminalError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was tried, and what the system says: "cannot read input: Input/output error".
    package let description: String

    /// `code`: the system's error number.
    init(_ attempt: String, code: Int32) {
        description = "\(attempt): \(String(cString: strerror(code)))"
    }
}

/// Reading and writing of file descriptors that may be non-blocking, because another program has made them so.
enum Descriptors {
    enum Input {
        case bytes([UInt8])
        case end, interrupted
        case failure(Int32)
    }

    private static let chunkSize = 64 * 1024

    /// Waits for some bytes.
    static func read(_ descriptor: Int32) -> Input {
        while true {
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: chunkSize) { buffer, initialised in
                count = systemRead(descriptor, buffer.baseAddress, buffer.count)
                initialised = max(0, count)
            }
            if count > 0 { return .bytes(bytes) }
            if count == 0 { return .end }
            switch errno {
            case EAGAIN: wait(for: descriptor, POLLIN)
            case EINTR: return .interrupted
            // Linux says so when the other side of a pseudo-terminal is gone.
            case EIO: return .end
            default: return .failure(errno)
            }
        }
    }

    /// - Returns: whether all was written.
    @discardableResult
    static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                wait(for: descriptor, POLLOUT)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    /// - Returns: whether there is something to read, be it the end.
    static func isReadable(_ descriptor: Int32, within milliseconds: Int32 = 0) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, milliseconds) > 0
    }

    private static func wait(for descriptor: Int32, _ events: Int32) {
        var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        _ = poll(&request, 1, -1)
    }

    private static func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutablePointer<UInt8>?, _ count: Int) -> Int {
        #if canImport(Darwin)
            Darwin.read(descriptor, buffer, count)
        #elseif canImport(Musl)
            Musl.read(descriptor, buffer, count)
        #else
            Glibc.read(descriptor, buffer, count)
        #endif
    }

    private static func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
        #if canImport(Darwin)
            Darwin.write(descriptor, buffer, count)
        #elseif canImport(Musl)
            Musl.write(descriptor, buffer, count)
        #else
            Glibc.write(descriptor, buffer, count)
        #endif
    }
}
