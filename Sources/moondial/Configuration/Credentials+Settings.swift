// SPDX-License-Identifier: MIT

import MoondialRules
import NumberVerification
import TextFormats

extension Credentials {
    /// The credentials that are configured, or nil when neither app key nor master secret is.
    ///
    /// - Throws: A failure when one of the two is missing, or the file with the secret cannot be used.
    init?(_ sources: SettingSources, warn: (String) -> Void) throws(Failure) {
        let appKey = try sources.value(of: .appKey, parse: Self.appKey(of:))
        let secret = try Self.masterSecret(sources, warn)
        if let failure = Self.incomplete(hasAppKey: appKey != nil, hasSecret: secret != nil) { throw failure }
        guard let appKey, let secret else { return nil }
        self.init(appKey: appKey, masterSecret: secret)
    }

    /// The failure when one of the two is missing; nil when both are there, or none.
    static func incomplete(hasAppKey: Bool, hasSecret: Bool) -> Failure? {
        guard hasAppKey != hasSecret else { return nil }
        let secret =
            "set \(Setting.masterSecretFile.variable) to a file that holds it, or \(Setting.masterSecret.variable)"
        return Failure(
            Diagnostic(
                .credentials,
                "the credentials are incomplete: the \(hasAppKey ? "master secret" : "app key") is missing",
                fix: hasAppKey ? secret : "set \(Setting.appKey.variable)"))
    }

    /// The failure of `--live` without credentials.
    static let missingForLive = Failure(
        Diagnostic(
            .credentials, "--live needs the app key and the master secret of an application",
            fix: "set \(Setting.appKey.variable), and \(Setting.masterSecretFile.variable) or "
                + "\(Setting.masterSecret.variable)"))

    private static func masterSecret(
        _ sources: SettingSources, _ warn: (String) -> Void
    ) throws(Failure) -> Secret? {
        let secret = try sources.value(of: .masterSecret, parse: word)
        guard let (texts, origin) = sources.find(.masterSecretFile) else { return secret.map(Secret.init) }
        if let secret {
            // The environment takes precedence over moondial.yaml; two variables contradict each other.
            guard case .environment = origin else { return Secret(secret) }
            throw .configuration(
                "\(Setting.masterSecret.variable) and \(Setting.masterSecretFile.variable) are both set",
                fix: "unset one of them")
        }
        let path = texts.joined(separator: ", ")
        if case .file(let value) = origin { try FoundFileRule.check(secretFile: path, value) }
        return Secret(try readSecret(path, { origin.failure($0, fix: $1) }, warn))
    }

    /// Reads a file that holds a master secret. `failure` makes a failure that names the place of the setting.
    static func readSecret(
        _ path: String, _ failure: (String, String?) -> Failure, _ warn: (String) -> Void
    ) throws(Failure) -> String {
        var content: ArraySlice<UInt8>
        do throws(FileSystem.Failure) {
            content = try FileSystem.read(path, limit: .fixed(1 << 16))[...]
        } catch {
            let diagnostic = Diagnostic(unreadable: error)
            throw failure(diagnostic.message, diagnostic.fix)
        }
        if FileSystem.isOpenToOthers(path) {
            warn("'\(ByteText.shown(path))' holds the master secret and is open to other users: chmod 600 it")
        }
        if content.starts(with: [0xEF, 0xBB, 0xBF]) { content = content.dropFirst(3) }
        if content.last == UInt8(ascii: "\n") { content = content.dropLast() }
        if content.last == UInt8(ascii: "\r") { content = content.dropLast() }
        if content.isEmpty {
            throw failure("'\(ByteText.shown(path))' is empty; it must hold the master secret", nil)
        }
        guard let secret = word(String(decoding: content, as: UTF8.self)) else {
            throw failure(
                "'\(ByteText.shown(path))' must hold the master secret in one line and nothing else, also no spaces",
                nil)
        }
        return secret
    }

    /// An app key that HTTP's Basic authentication can send: it ends at the first colon.
    ///
    /// - Returns: Nil for another text.
    static func appKey(of text: String) -> String? { text.utf8.contains(UInt8(ascii: ":")) ? nil : word(text) }

    private static func word(_ text: String) -> String? {
        let isWord = !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        return isWord ? text : nil
    }
}
