// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore

/// The server of a service: scheme, host and port.
package struct Destination: Sendable, Hashable {
    /// Without or with TLS.
    package enum Scheme: String, Sendable, CaseIterable {
        case http, https

        /// 80 or 443.
        package var defaultPort: Int {
            switch self {
            case .http: 80
            case .https: 443
            }
        }
    }

    /// With or without TLS.
    package let scheme: Scheme
    /// A name or an address; an IPv6 address is without brackets.
    package let host: String
    /// 1 to 65535.
    package let port: Int

    /// Does not check the parts; ``BaseURL`` does.
    package init(scheme: Scheme, host: String, port: Int? = nil) {
        self.scheme = scheme
        self.host = host
        self.port = port ?? scheme.defaultPort
    }

    /// The value of the Host header: the port only when it is not the scheme's own.
    package var authority: String { port == scheme.defaultPort ? bracketedHost : peer }

    /// `host:port`, for messages.
    package var peer: String { "\(bracketedHost):\(port)" }

    private var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }
}

/// A destination and the path under which the service is mounted there, as in `http://127.0.0.1:8080/prefix`.
package struct BaseURL: Sendable, Hashable {
    /// The server to connect to.
    package let destination: Destination
    /// Empty, or starting with a slash and not ending with one.
    package let basePath: String

    /// The provider itself. Source: docs.jiguang.cn, jverification/server/rest_api/verify_api.
    package static let provider = BaseURL(
        destination: Destination(scheme: .https, host: "api.verification.jpush.cn"), basePath: "")

    private init(destination: Destination, basePath: String) {
        self.destination = destination
        self.basePath = basePath
    }

    /// Reads a URL of scheme, host, optional port and optional path.
    ///
    /// - Throws: ``BaseURLError``, whose message says which part is wrong and repeats neither a password nor a query.
    package init(_ text: String) throws(BaseURLError) {
        guard let separator = text.firstRange(of: "://") else { throw BaseURLError(.scheme) }
        guard let scheme = Destination.Scheme(rawValue: text[..<separator.lowerBound].lowercased()) else {
            throw BaseURLError(.scheme)
        }
        let rest = text[separator.upperBound...]
        // The @ is checked first, since no later message may show the text before it, which can be a password.
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else { throw BaseURLError(.userinfo) }
        guard !rest.contains("?") else { throw BaseURLError(.query) }
        guard !rest.contains("#") else { throw BaseURLError(.fragment) }

        let (host, portText) = try BaseURL.split(authority)
        destination = Destination(
            scheme: scheme, host: try BaseURL.checkedHost(host), port: try portText.map(BaseURL.checkedPort))
        basePath = try BaseURL.checkedPath(rest[authority.endIndex...])
    }

    /// The text that ``init(_:)`` reads back.
    package var description: String { "\(destination.scheme.rawValue)://\(destination.authority)\(basePath)" }
}

extension BaseURL: CustomStringConvertible {
    private static func split(_ authority: Substring) throws(BaseURLError) -> (host: Substring, port: Substring?) {
        var portStart = authority.startIndex
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { throw BaseURLError(.host) }
            portStart = authority.index(after: end)
            guard portStart == authority.endIndex || authority[portStart] == ":" else { throw BaseURLError(.host) }
        }
        guard let colon = authority[portStart...].firstIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }

    private static func checkedHost(_ host: Substring) throws(BaseURLError) -> String {
        if host.first == "[" {
            let address = String(host.dropFirst().dropLast())
            // Asks the system whether the text is an address; any port will do.
            guard address.contains(":"), (try? SocketAddress(ipAddress: address, port: 0)) != nil else {
                throw BaseURLError(.host)
            }
            return address.lowercased()
        }
        let isName = host.utf8.allSatisfy { byte in
            byte.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte.lowercased)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
        }
        guard isName, (1...253).contains(host.utf8.count), host.first != "." else { throw BaseURLError(.host) }
        return host.lowercased()
    }

    private static func checkedPort(_ text: Substring) throws(BaseURLError) -> Int {
        guard text.utf8.allSatisfy(\.isDigit), let port = Int(text), (1...65535).contains(port) else {
            throw BaseURLError(.port)
        }
        return port
    }

    /// Checks for RFC 3986 `pchar` and slashes, and removes slashes at the end, since every endpoint path starts with
    /// one.
    private static func checkedPath(_ path: Substring) throws(BaseURLError) -> String {
        let isPath = path.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "("), UInt8(ascii: ")"),
                .comma, .semicolon, UInt8(ascii: "="):
                true
            case UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "#"): false
            default: byte.isTokenCharacter
            }
        }
        guard isPath else { throw BaseURLError(.path) }
        var path = path
        while path.last == "/" { path.removeLast() }
        return String(path)
    }
}

/// Which part of a base URL is wrong.
package struct BaseURLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The part of the URL.
    package enum Code: String, Sendable, CaseIterable {
        case scheme, userinfo, query, fragment, host, port, path
    }

    /// The part that is wrong or not allowed.
    package let code: Code

    init(_ code: Code) {
        self.code = code
    }

    /// What is wrong and what to write instead.
    package var message: String {
        switch code {
        case .scheme: "the base URL must start with http:// or https://, as in http://127.0.0.1:8080"
        case .userinfo: "the base URL must not hold a user or password; credentials are configured apart from it"
        case .query: "the base URL must not have a query ('?'); give scheme, host, port and path only"
        case .fragment: "the base URL must not have a fragment ('#'); give scheme, host, port and path only"
        case .host: "the host of the base URL is not a name, an IPv4 address or an IPv6 address in brackets"
        case .port: "the port of the base URL is not a number from 1 to 65535"
        case .path: "the path of the base URL holds a character that must be percent-encoded"
        }
    }

    package var description: String { message }
}

extension BaseURL {
    /// Whether the host is this machine.
    package var isLoopback: Bool { destination.host.isLoopbackHost }
}

extension String {
    /// Whether a host is this machine, by its name or address.
    package var isLoopbackHost: Bool { self == "localhost" || self == "::1" || isLoopbackIPv4 }

    /// Four numbers, of which the first is 127.
    private var isLoopbackIPv4: Bool {
        let parts = split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
