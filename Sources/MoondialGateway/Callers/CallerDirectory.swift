// SPDX-License-Identifier: MIT

import Crypto
package import NumberVerification
import TextFormats

/// A caller of the gateway: a name for logs, and the application on whose account the calls are made.
package struct Caller: Sendable, Hashable {
    /// The app key for a caller that shows the application's own credentials, else the name from the file of callers.
    package let name: String
    package let appKey: String

    package init(name: String, appKey: String) {
        self.name = name
        self.appKey = appKey
    }
}

/// Identifies callers by the `Authorization` field of a request. Can be replaced while the gateway works.
package struct CallerDirectory: Sendable {
    package enum Answer: Sendable, Hashable {
        case known(Caller)
        /// The request has no credentials, and they are required.
        case missing
        /// These credentials are not known.
        case wrong
    }

    /// A line of the file of callers.
    private struct NamedCaller: Sendable {
        let caller: Caller
        /// SHA-256 of the bearer token.
        let hash: [UInt8]
    }

    /// The `Basic` credentials of the applications: the Base64 text after the word `Basic`.
    private let applications: [(field: [UInt8], caller: Caller)]
    private let named: [NamedCaller]
    /// The caller of requests without credentials; nil when credentials are required.
    private let anonymous: Caller?

    /// - Parameters:
    ///   - applications: Their app keys and master secrets are accepted as `Basic` credentials, as at the provider.
    ///   - callers: Further callers, with bearer tokens. The default is none.
    ///   - allowsAnonymous: Whether requests need no credentials; they are for the first application then.
    package init(applications: [Credentials], callers: CallerFile = .none, allowsAnonymous: Bool = false) {
        precondition(!applications.isEmpty, "a gateway has an application")
        self.applications = applications.map { credentials in
            (Array(credentials.encodedPair.utf8), Caller(name: credentials.appKey, appKey: credentials.appKey))
        }
        let first = applications[0].appKey
        named = callers.entries.map {
            NamedCaller(caller: Caller(name: $0.name, appKey: $0.appKey ?? first), hash: $0.hash)
        }
        anonymous = allowsAnonymous ? Caller(name: "anonymous", appKey: first) : nil
    }

    /// Identifies the caller. The time depends on the length of the field, and not on where it first differs from a
    /// secret.
    package func answer(to authorization: String?) -> Answer {
        if let anonymous { return .known(anonymous) }
        guard let authorization else { return .missing }
        if let caller = application(writing: authorization) { return .known(caller) }
        guard let space = authorization.utf8.firstIndex(of: UInt8(ascii: " ")) else { return .wrong }
        let scheme = authorization[..<space].lowercased()
        let value = authorization[space...].utf8.drop { $0 == UInt8(ascii: " ") }
        switch scheme {
        case "basic": return application(with: value).map(Answer.known) ?? .wrong
        case "bearer":
            let hash = Array(SHA256.hash(data: Array(value)))
            var found: Caller?
            for named in named where Self.areEqual(named.hash, hash) { found = named.caller }
            return found.map(Answer.known) ?? .wrong
        default: return .wrong
        }
    }

    /// The application for a field that begins with exactly `Basic` and one space, as nearly all clients write it.
    /// Other spellings take the slower path.
    private func application(writing authorization: String) -> Caller? {
        authorization.withBytes { bytes in
            guard bytes.starts(with: Self.basic) else { return nil }
            return application(with: UnsafeBufferPointer(rebasing: bytes[Self.basic.count...]))
        }
    }

    /// Compares with all applications even after a match, so that the time does not tell which one matched.
    private func application(with value: some Collection<UInt8>) -> Caller? {
        var found: Caller?
        for application in applications where Self.areEqual(application.field, value) { found = application.caller }
        return found
    }

    private static let basic = Array("Basic ".utf8)

    private static func areEqual(_ secret: [UInt8], _ other: some Collection<UInt8>) -> Bool {
        guard secret.count == other.count else { return false }
        var difference: UInt8 = 0
        for (index, byte) in other.enumerated() { difference |= secret[index] ^ byte }
        return difference == 0
    }
}

/// A file of callers: one a line, `NAME SHA256 [APPKEY]`, where SHA256 is that of the bearer token in hexadecimal. Empty
/// lines and those that begin with `#` are comments. Lines may end with CR and LF.
package struct CallerFile: Sendable, Hashable {
    /// What is wrong with a line.
    package struct Problem: Error, Hashable {
        package let line: Int
        package let message: String
    }

    fileprivate struct Entry: Sendable, Hashable {
        let name: String
        let hash: [UInt8]
        let appKey: String?
    }

    /// A file without callers.
    package static let none = CallerFile(entries: [])

    fileprivate let entries: [Entry]

    private init(entries: [Entry]) { self.entries = entries }

    /// - Parameters:
    ///   - text: That of the file.
    ///   - appKeys: Those of the gateway's applications.
    /// - Throws: ``Problem`` for the first line that is wrong.
    package init(_ text: String, appKeys: [String]) throws(Problem) {
        var entries: [Entry] = []
        for (index, line) in text.trimmingPrefix("\u{FEFF}").lines.enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let name = words.first, !name.hasPrefix("#") else { continue }
            func problem(_ message: String) -> Problem { Problem(line: index + 1, message: message) }
            guard (2...3).contains(words.count) else { throw problem("expected NAME SHA256 [APPKEY]") }
            guard name.utf8.count <= 64, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw problem("a name has at most 64 visible characters of ASCII")
            }
            guard let hash = Hexadecimal.decode(words[1]), hash.count == 32 else {
                throw problem("expected a SHA-256 in 64 hexadecimal digits after the name")
            }
            guard !entries.contains(where: { $0.name == name }) else {
                throw problem("the name '\(name)' stands there twice")
            }
            let appKey = words.count == 3 ? words[2] : nil
            if let appKey, !appKeys.contains(appKey) { throw problem("the gateway has no application '\(appKey)'") }
            entries.append(Entry(name: name, hash: hash, appKey: appKey))
        }
        self.entries = entries
    }
}
