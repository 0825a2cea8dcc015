// SPDX-License-Identifier: MIT

import NumberVerification
import Testing

struct BaseURLTests {
    struct Good: Sendable, CustomTestStringConvertible {
        let text: String
        let authority: String
        let peer: String
        var path = ""

        var testDescription: String { text }
    }

    @Test(arguments: [
        Good(text: "http://127.0.0.1:8080", authority: "127.0.0.1:8080", peer: "127.0.0.1:8080"),
        Good(text: "http://127.0.0.1:8080/", authority: "127.0.0.1:8080", peer: "127.0.0.1:8080"),
        Good(text: "http://localhost", authority: "localhost", peer: "localhost:80"),
        Good(text: "http://localhost:80", authority: "localhost", peer: "localhost:80"),
        Good(text: "http://localhost:443", authority: "localhost:443", peer: "localhost:443"),
        Good(text: "HTTPS://Api.Example.COM", authority: "api.example.com", peer: "api.example.com:443"),
        Good(text: "https://host:443/a/b//", authority: "host", peer: "host:443", path: "/a/b"),
        Good(text: "https://host:00443", authority: "host", peer: "host:443"),
        Good(text: "http://host/a%20b/~c;d=e,f@g:h", authority: "host", peer: "host:80", path: "/a%20b/~c;d=e,f@g:h"),
        Good(text: "http://[::1]:8080/x", authority: "[::1]:8080", peer: "[::1]:8080", path: "/x"),
        Good(text: "https://[2001:DB8::1]", authority: "[2001:db8::1]", peer: "[2001:db8::1]:443"),
        Good(text: "http://a_b-c.d", authority: "a_b-c.d", peer: "a_b-c.d:80"),
    ])
    func validURLIsRead(_ good: Good) throws {
        let url = try BaseURL(good.text)
        #expect(url.destination.authority == good.authority)
        #expect(url.destination.peer == good.peer)
        #expect(url.basePath == good.path)
        #expect(try BaseURL(url.description) == url)
    }

    @Test(
        arguments: [
            ("", .scheme), ("localhost", .scheme), ("localhost:8080", .scheme), ("//host", .scheme),
            ("ftp://host", .scheme), ("http:/host", .scheme), (" http://host", .scheme), ("https", .scheme),
            ("http://", .host), ("http:///path", .host), ("http://:80", .host), ("http://ho st", .host),
            ("http://.host", .host), ("http://höst", .host), ("http://::1", .host), ("http://[::1", .host),
            ("http://[::1]x", .host), ("http://[]", .host), ("http://[host]", .host), ("http://[127.0.0.1]", .host),
            ("http://[::1%25eth0]", .host), ("http://a%2eb", .host), ("http://a\r\nb", .host), ("http://a\\b", .host),
            ("http://" + String(repeating: "a", count: 254), .host),
            ("http://host:", .port), ("http://host:0", .port), ("http://host:65536", .port), ("http://host:-1", .port),
            ("http://host:+1", .port), ("http://host:http", .port), ("http://host:8080:1", .port),
            ("http://[::1]:", .port), ("http://host:99999999999999999999", .port), ("http://host:８０", .port),
            ("http://user@host", .userinfo), ("http://user:secret@host/x", .userinfo), ("http://@host", .userinfo),
            ("http://user:secret@host?a#b", .userinfo),
            ("http://host?", .query), ("http://host/p?token=secret", .query), ("http://host?a#b", .query),
            ("http://host#", .fragment), ("http://host/p#a", .fragment),
            ("http://host/a b", .path), ("http://host/ä", .path), ("http://host/a\nb", .path), ("http://host/<", .path),
            ("http://host/a\\b", .path), ("http://host/\"", .path), ("http://host/{x}", .path),
        ] as [(String, BaseURLError.Code)])
    func invalidURLIsRefused(text: String, code: BaseURLError.Code) throws {
        let error = #expect(throws: BaseURLError.self) { try BaseURL(text) }
        #expect(error?.code == code)
        #expect(error?.message.contains("secret") == false)
    }

    @Test func providerURLIsHTTPS() {
        #expect(BaseURL.provider.description == "https://api.verification.jpush.cn")
    }
}
