// SPDX-License-Identifier: MIT

import MoondialGateway
import NIOCore
import Testing

/// The end user's address, read from header fields of trusted proxies only.
@Suite struct ClientAddressTests {
    @Test(
        arguments: [
            ([], "10.1.2.3", ["1.1.1.1"], "10.1.2.3"), (["10.1.2.3"], "10.1.2.3", ["1.1.1.1"], "1.1.1.1"),
            (["10.0.0.0/8"], "10.1.2.3", ["6.6.6.6, 1.1.1.1 , 10.9.9.9"], "1.1.1.1"),
            (["10.0.0.0/8"], "10.1.2.3", ["6.6.6.6", "1.1.1.1"], "1.1.1.1"),
            (["10.0.0.0/8"], "10.1.2.3", [], "10.1.2.3"),
            (["10.0.0.0/8"], "11.1.2.3", ["1.1.1.1"], "11.1.2.3"),
            (["10.0.0.0/9"], "10.200.2.3", ["1.1.1.1"], "10.200.2.3"),
            (["10.0.0.0/8"], "::ffff:10.1.2.3", ["1.1.1.1"], "1.1.1.1"),
            (["::1"], "::1", ["2001:db8::1"], "2001:db8::1"),
            (["2001:db8::/32"], "2001:db8:1::2", ["1.1.1.1"], "1.1.1.1"),
            (["10.0.0.0/8"], "10.1.2.3", ["1.2.3.4:5678, 10.1.1.1:1234"], "1.2.3.4"),
            (["10.0.0.0/8"], "10.1.2.3", ["[2001:db8::1]:443"], "2001:db8::1"),
            (["10.0.0.0/8"], "10.1.2.3", ["\"1.2.3.4\""], "1.2.3.4"),
            (["10.0.0.0/8"], "10.1.2.3", ["6.6.6.6, unknown"], "10.1.2.3"),
            (["10.0.0.0/8"], "10.1.2.3", ["token 13912345678"], "10.1.2.3"),
        ] as [([String], String, [String], String)])
    func clientAddressIsTheLastUntrustedHop(trusted: [String], peer: String, forwarded: [String], expected: String)
        throws
    {
        let addresses = ClientAddress(trustedProxies: trusted.compactMap(AddressRange.init))
        let socket = try SocketAddress(ipAddress: peer, port: 80)
        #expect(addresses.address(peer: socket.ipAddress, forwarded: { forwarded }) == expected)
    }

    @Test(arguments: ["", "x", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0/8", "::/129", "10.0.0.0/8/8"])
    func invalidAddressRangeIsRefused(text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1:80", true), ("localhost:0", true), ("[::1]:80", true), ("unix:/run/admin", true),
        ("127.example.com:80", false), ("0.0.0.0:80", false), ("[::]:80", false), ("10.0.0.1:80", false),
    ])
    func loopbackAddressesAreRecognizedAsLocal(text: String, isLocal: Bool) {
        #expect(ListenAddress(text)?.isLocal == isLocal)
    }

    @Test(arguments: ["80", "::1:80", ":80", "host:", "host:99999", "unix:"])
    func invalidListenAddressIsRefused(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
