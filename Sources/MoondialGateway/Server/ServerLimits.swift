// SPDX-License-Identifier: MIT

package import HTTP1
package import NIOCore

/// What the peers of a listener may make it hold, and how long they may take.
package struct ServerLimits: Sendable, Hashable {
    /// Connections of one event loop. The default is 10,000.
    package var connections = 10_000
    /// From the first byte of a head to its last. The default is 5 s.
    package var headTime = TimeAmount.seconds(5)
    /// From the end of the head to the last byte of the body. The default is 10 s.
    package var bodyTime = TimeAmount.seconds(10)
    /// Before the first byte of a request. The default is 75 s.
    package var idleTime = TimeAmount.seconds(75)
    /// How long a peer may leave a reply unread. The default is 10 s.
    package var writeTime = TimeAmount.seconds(10)
    /// Head and body of a request. The default is 16 KiB each.
    package var sizes: HTTPLimits

    /// The defaults.
    package init() {
        sizes = HTTPLimits()
        sizes.bodyBytes = 16 << 10
    }

    /// Bytes of later requests that are read while one is answered.
    var pipelinedBytes: Int { sizes.headBytes + sizes.bodyBytes }
}
