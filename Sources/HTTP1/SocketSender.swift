// SPDX-License-Identifier: MIT

package import NIOCore
import Platform

/// Sends what a socket takes at once, past the pipeline of its channel: that costs a third of a write through it.
///
/// Only for a channel without handlers that change bytes, and without writes that are not done yet.
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

    /// The number of bytes that the system has taken: fewer than there are when the socket is full, or has an error, which a
    /// write of the rest through the channel then meets.
    package func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        // Their types differ between platforms.
        #if canImport(Darwin)
            let flags = Int32(MSG_DONTWAIT)  // NIO has set SO_NOSIGPIPE.
        #else
            let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        #endif
        return max(0, send(socket, bytes.baseAddress, bytes.count, flags))
    }
}
