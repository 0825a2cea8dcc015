// SPDX-License-Identifier: MIT

import NIOCore

extension RedisConfiguration {
    /// Reads a URL:
    ///
    /// - `redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]`, the port being 6379 and the database 0 without them;
    /// - `rediss://…`, the same with TLS;
    /// - `redis+unix:///PATH[?database=N]`, also with user and password;
    /// - `redis+sentinel://[USER[:PASSWORD]@]HOST[:PORT][,HOST[:PORT]…]/PRIMARY[/DATABASE]`, the port being 26379 without one;
    ///   `rediss+sentinel://…`, with TLS to the primary.
    ///
    /// A colon, slash or at sign inside user, password or path is written as `%3A`, `%2F` or `%40`.
    ///
    /// - Throws: ``RedisURLError``, whose message repeats no part of the URL.
    package init(url text: String) throws(RedisURLError) {
        guard let separator = text.firstRange(of: "://") else { throw .scheme }
        let scheme = text[..<separator.lowerBound].lowercased()
        var rest = text[separator.upperBound...]
        var credentials: RedisCredentials?
        if let at = rest.firstIndex(of: "@") {
            credentials = try Self.credentials(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        switch scheme {
        case "redis", "rediss":
            let parts = try Self.parts(rest, atMost: 2)
            self.init(server: .at(try Self.address(parts[0], port: 6379)))
            database = try Self.database(parts.count > 1 ? parts[1] : "")
        case "redis+unix":
            let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            guard let path = Self.decode(parts[0]), path.hasPrefix("/"), path.utf8.count <= 100 else { throw .path }
            self.init(server: .at(.unixSocket(path: path)))
            if parts.count > 1 {
                guard parts[1].hasPrefix("database=") else { throw .query }
                database = try Self.database(parts[1].dropFirst("database=".count))
            }
        case "redis+sentinel", "rediss+sentinel":
            let parts = try Self.parts(rest, atMost: 3)
            guard parts.count > 1, let primary = Self.decode(parts[1]), !primary.isEmpty else { throw .primary }
            var sentinels: [RedisAddress] = []
            for part in parts[0].split(separator: ",") { sentinels.append(try Self.address(part, port: 26_379)) }
            guard !sentinels.isEmpty else { throw .host }
            self.init(server: .sentinels(sentinels, primary: primary))
            database = try Self.database(parts.count > 2 ? parts[2] : "")
        default: throw .scheme
        }
        self.credentials = credentials
        usesTLS = scheme.hasPrefix("rediss")
    }

    private static func parts(_ text: Substring, atMost limit: Int) throws(RedisURLError) -> [Substring] {
        guard !text.contains("?"), !text.contains("#") else { throw .query }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= limit else { throw .path }
        return parts
    }

    private static func credentials(_ text: Substring) throws(RedisURLError) -> RedisCredentials? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let user = decode(parts[0]), let password = decode(parts[1]), !password.isEmpty else {
            throw .credentials
        }
        return RedisCredentials(user: user.isEmpty ? nil : user, password: password)
    }

    private static func address(_ text: Substring, port defaultPort: Int) throws(RedisURLError) -> RedisAddress {
        var host = text
        var portText: Substring?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw .host }
            host = text[text.index(after: text.startIndex)..<end]
            let after = text[text.index(after: end)...]
            guard host.contains(":"), after.isEmpty || after.first == ":" else { throw .host }
            guard (try? SocketAddress(ipAddress: String(host), port: 0)) != nil else { throw .host }
            if !after.isEmpty { portText = after.dropFirst() }
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            portText = text[text.index(after: colon)...]
        }
        guard !host.isEmpty, host.utf8.count <= 253, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x25 })
        else { throw .host }
        guard let portText else { return .host(String(host), port: defaultPort) }
        guard let port = number(portText), (1...65_535).contains(port) else { throw .port }
        return .host(String(host), port: port)
    }

    private static func database(_ text: Substring) throws(RedisURLError) -> Int {
        if text.isEmpty { return 0 }
        guard let number = number(text), number <= 1_000_000 else { throw .database }
        return number
    }

    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }

    /// Decodes percent-encoding; nil for a malformed text.
    private static func decode(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard rest.count >= 2, digits.allSatisfy(\.isHexDigit), let decoded = UInt8(digits, radix: 16) else {
                return nil
            }
            bytes.append(decoded)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// Which part of a URL is wrong.
package enum RedisURLError: String, Error, Sendable, CaseIterable, CustomStringConvertible {
    case scheme, credentials, host, port, path, database, query, primary

    /// What is wrong and what to write instead.
    package var description: String {
        switch self {
        case .scheme:
            "the URL must start with redis://, rediss://, redis+unix://, redis+sentinel:// or rediss+sentinel://"
        case .credentials:
            "before '@' stand a user and a password with ':' between them, or ':' and a password; "
                + "write '%40', '%3A' and '%2F' for '@', ':' and '/' in them"
        case .host: "the host is not a name, an IPv4 address or an IPv6 address in brackets"
        case .port: "the port is not a number from 1 to 65535"
        case .path:
            "after the host stands at most one '/' and a database; a socket has an absolute path of at most 100 bytes"
        case .database: "the database is not a number"
        case .query: "the URL has a part after '?' or '#'; only redis+unix:// takes '?database=N'"
        case .primary: "after the sentinels stands '/' and the name of the primary"
        }
    }
}
