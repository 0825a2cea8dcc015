// SPDX-License-Identifier: MIT

package import HTTP1
package import NIOCore

/// Limits of size and time for the peers of a listener.
package struct ServerLimits: Sendable, Hashable {
    /// Connections of one event loop. The default is 10,000.
    package var connections = 10_000
    /// From the first byte of a head to its last. The default is 5 s.
    package var headTime = TimeAmount.seconds(5)
    /// From the end of the head to the last byte of the body. The default is 10 s.
    package var bodyTime = TimeAmount.seconds(10)
    /// How long a connection may be idle before the first byte of a request. The default is 75 s.
    package var idleTime = TimeAmount.seconds(75)
    /// How long a peer may leave a reply unread. The default is 10 s.
    package var writeTime = TimeAmount.seconds(10)
    /// The sizes of head and body of a request. The default is 16 KiB each.
    package var sizes: HTTPLimits

    /// The defaults.
    package init() {
        sizes = HTTPLimits()
        sizes.bodyBytes = 16 << 10
    }

    /// The maximum number of bytes of later requests that are read while one is answered.
    var pipelinedBytes: Int { sizes.headBytes + sizes.bodyBytes }
}
