// SPDX-License-Identifier: MIT

import NIOCore

/// Finds the client's address: the peer, or the address that a trusted proxy gives in `X-Forwarded-For`.
package struct ClientAddress: Sendable {
    /// The addresses of trusted proxies. A Unix socket is always trusted.
    private let trusted: [AddressRange]

    package init(trustedProxies: [AddressRange]) { trusted = trustedProxies }

    /// The address without a port; nil when none is known.
    ///
    /// - Parameters:
    ///   - peer: The IP address of the other end of the connection; nil for a Unix socket.
    ///   - forwarded: The values of the `X-Forwarded-For` fields. Each proxy adds the address of its own peer at the end, so
    ///     the last address that is not a trusted proxy is the client's. Ports and quotation marks are left out.
    /// - Returns: The address as a text. The peer, if the place where the client should be holds no address.
    package func address(peer: String?, forwarded: () -> [String]) -> String? {
        if let peer, !isTrusted(peer) { return peer }
        let hops = forwarded().flatMap { $0.split(separator: ",") }.map { hop in
            Self.withoutPort(hop.filter { !" \t\"".contains($0) })
        }
        for hop in hops.reversed() where !isTrusted(hop) {
            return AddressRange.bytes(of: hop) == nil ? peer : hop
        }
        return hops.first ?? peer
    }

    /// `1.2.3.4` of `1.2.3.4:5678`, and `2001:db8::1` of `[2001:db8::1]:443`.
    private static func withoutPort(_ hop: String) -> String {
        if hop.hasPrefix("["), let end = hop.firstIndex(of: "]") {
            return String(hop[hop.index(after: hop.startIndex)..<end])
        }
        let parts = hop.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? String(parts[0]) : hop
    }

    private func isTrusted(_ address: String) -> Bool {
        if trusted.isEmpty { return false }
        guard let bytes = AddressRange.bytes(of: address) else { return false }
        return trusted.contains { $0.contains(bytes) }
    }
}

/// An IP address, or a range of addresses with a common prefix, such as `10.0.0.0/8`.
package struct AddressRange: Sendable, Hashable {
    private let bytes: [UInt8]
    private let bits: Int

    /// Nil for a text that is neither an address nor a range.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let bytes = Self.bytes(of: String(parts[0])) else { return nil }
        let all = bytes.count * 8
        guard let bits = parts.count == 2 ? Int(parts[1]) : all, (0...all).contains(bits) else { return nil }
        self.bytes = bytes
        self.bits = bits
    }

    /// The bytes of an IP address: four, or sixteen. An IPv4 address that is written as IPv6 has four.
    static func bytes(of text: String) -> [UInt8]? {
        guard let address = try? SocketAddress(ipAddress: text, port: 0) else { return nil }
        // The address follows family, port and, for IPv6, the flow.
        let (offset, count) = if case .v6 = address { (8, 16) } else { (4, 4) }
        let bytes = address.withSockAddr { pointer, _ in
            Array(UnsafeRawBufferPointer(start: UnsafeRawPointer(pointer) + offset, count: count))
        }
        let isMapped = count == 16 && bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? Array(bytes[12...]) : bytes
    }

    func contains(_ other: [UInt8]) -> Bool {
        guard other.count == bytes.count else { return false }
        let whole = bits / 8
        guard bytes[..<whole] == other[..<whole] else { return false }
        let rest = bits % 8
        return rest == 0 || (bytes[whole] ^ other[whole]) >> (8 - rest) == 0
    }
}
