// SPDX-License-Identifier: MIT

package import HTTP1

/// Limits and timeouts of an ``HTTPTransport``. All limits are per event loop.
package struct HTTPConfiguration: Sendable, Hashable {
    /// Which certificates are accepted over https.
    package enum Trust: Sendable, Hashable {
        /// Those that the system trusts.
        case system
        /// Those signed by an authority in a PEM file.
        case file(String)
        /// Any certificate, for any host name. Anyone on the network path can read and forge everything.
        case insecure
    }

    /// For name resolution and the TCP connection together. The default is 3 s.
    package var connectTimeout = Duration.seconds(3)
    /// For the TLS handshake. The default is 3 s.
    package var tlsTimeout = Duration.seconds(3)
    /// From the write of a request to the end of its reply. The default is a day: the deadline of the call decides.
    package var responseTimeout = Duration.seconds(86_400)
    /// How long a connection is kept without a request; less when the server announces less. The default is 15 s.
    package var idleTimeout = Duration.seconds(15)
    /// Connections open or being opened at once, at least 1. The default is 64.
    package var maxConnections = 64
    /// Calls that may wait beyond those for which a connection is being opened. The default is 1024.
    package var maxQueued = 1024
    /// The maximum size of a reply. The defaults are 16 KiB of head and 64 KiB of body.
    package var replyLimits = HTTPLimits()
    /// The default is ``Trust/system``.
    package var trust = Trust.system

    /// Everything at its default.
    package init() {}
}
