// SPDX-License-Identifier: MIT

package import NIOCore
import Platform

/// Sends bytes to the socket of a channel directly, as many as the socket takes without waiting. That costs a third of
/// a write through the channel's pipeline.
///
/// Only for a channel without handlers that change bytes, and without pending writes.
package struct SocketSender {
    private let socket: NIOBSDSocket.Handle

    /// Nil for a channel without a socket.
    package init?(_ channel: any Channel) {
        let socket = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { $0 }
        guard let socket else { return nil }
        self.socket = socket
    }

    /// Sends bytes and returns how many the system has taken: fewer than given if the socket is full or has an error. A
    /// write of the rest through the channel reports that error.
    package func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        // The types of these constants differ between platforms.
        #if canImport(Darwin)
            let flags = Int32(MSG_DONTWAIT)  // NIO has set SO_NOSIGPIPE.
        #else
            let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        #endif
        return max(0, send(socket, bytes.baseAddress, bytes.count, flags))
    }
}
