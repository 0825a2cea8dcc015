// SPDX-License-Identifier: MIT

package import NIOCore

/// Where requests come from: the peer, or what a proxy that is trusted says in `X-Forwarded-For`.
package struct ClientAddress: Sendable {
    /// The addresses of trusted proxies, as texts without a port. A Unix socket is always trusted.
    private let trusted: Set<String>

    package init(trustedProxies: [String]) { trusted = Set(trustedProxies) }

    /// The address without a port; nil when none is known.
    ///
    /// - Parameters:
    ///   - peer: The other end of the connection; nil for a Unix socket.
    ///   - forwarded: The values of the `X-Forwarded-For` fields. Each proxy adds the address of its own peer at the end, so
    ///     that the last one that is no trusted proxy counts.
    /// - Returns: The address as a text.
    package func address(peer: SocketAddress?, forwarded: () -> [String]) -> String? {
        let peerText = peer?.ipAddress
        if let peerText, !trusted.contains(peerText) { return peerText }
        let hops = forwarded().flatMap { $0.split(separator: ",") }.map { hop in
            String(hop.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
        }
        for hop in hops.reversed() where !trusted.contains(hop) {
            return hop.utf8.count <= 64 && !hop.isEmpty ? hop : peerText
        }
        return hops.first ?? peerText
    }
}
