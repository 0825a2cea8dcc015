// SPDX-License-Identifier: MIT

/// Reading and writing of file descriptors that may be non-blocking, because another program that shares them has made
/// them so.
package enum Descriptors {
    /// The result of a read.
    package enum Input {
        case bytes([UInt8])
        case end
        /// A signal interrupted the read.
        case interrupted
        case failure(Errno)
    }

    private static let chunkSize = 64 * 1024

    /// Waits until there are bytes, and reads at most 64 KiB of them.
    package static func read(_ descriptor: Int32) -> Input {
        while true {
            do {
                let bytes = try [UInt8](unsafeUninitializedCapacity: chunkSize) { buffer, count in
                    count = try FileDescriptor(rawValue: descriptor)
                        .read(into: UnsafeMutableRawBufferPointer(buffer), retryOnInterrupt: false)
                }
                return bytes.isEmpty ? .end : .bytes(bytes)
            } catch Errno.wouldBlock {
                wait(for: descriptor, POLLIN)
            } catch Errno.interrupted {
                return .interrupted
            } catch {
                return .failure(error as? Errno ?? .ioError)
            }
        }
    }

    /// Writes all bytes, and waits whenever the descriptor takes no more.
    ///
    /// - Returns: The error that stopped the writing; nil when all bytes were written.
    @discardableResult
    package static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Errno? {
        writeAll(bytes[...], to: descriptor)
    }

    /// The same for a part of an array.
    @discardableResult
    package static func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Errno? {
        var rest = bytes
        while !rest.isEmpty {
            do {
                rest = rest.dropFirst(
                    try rest.withUnsafeBytes { try FileDescriptor(rawValue: descriptor).write($0) })
            } catch Errno.wouldBlock {
                wait(for: descriptor, POLLOUT)
            } catch {
                return error as? Errno ?? .ioError
            }
        }
        return nil
    }

    /// - Returns: Whether a read would return at once: there are bytes, or the end is reached.
    package static func isReadable(_ descriptor: Int32, within milliseconds: Int32 = 0) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, milliseconds) > 0
    }

    /// - Returns: Whether a write would not wait: it succeeds for at least one byte, or fails.
    package static func isWritable(_ descriptor: Int32) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&request, 1, 0) > 0
    }

    private static func wait(for descriptor: Int32, _ events: Int32) {
        var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        _ = poll(&request, 1, -1)
    }
}
