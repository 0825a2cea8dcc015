// SPDX-License-Identifier: MIT

import Crypto
package import MoondialStore
package import NIOCore
package import NumberVerification
import TextFormats

/// Which store `moondial.store` uses, and how entries are named.
package struct StoreSettings: Sendable {
    /// One object for all engines of a process. The default keeps entries in the memory of the process.
    package var engine: any StoreEngine = MemoryStoreEngine()
    /// Keeps the entries of rulebooks apart. The default is `default`.
    package var namespace: StoreNamespace
    /// The key with which phones and tokens in keys are hashed: the same in all processes that share a store. The
    /// default is empty: then anyone who can read the store can find out phones by trying all numbers.
    package var hashKey: [UInt8] = []

    package init() {
        namespace = .default
    }

    /// Whether other processes can read the entries, also after the end of this process.
    package var outlivesProcess: Bool { !(engine is MemoryStoreEngine) }

    /// A hash key that is derived from the master secret of an application. The secret cannot be computed from the key.
    package static func hashKey(of credentials: Credentials) -> [UInt8] {
        let secret = SymmetricKey(data: Array(credentials.masterSecret.reveal().utf8))
        return Array(HMAC<SHA256>.authenticationCode(for: Array("moondial store names".utf8), using: secret))
    }
}

/// The names of entries and of members of lists, in which texts of the form of a phone or a token are hashed.
///
/// A name depends on the text and the hash key alone, never on what was submitted: all processes have to find an entry,
/// and a caller who sends the text as a token must not be able to hide it.
package final class StoreNames: Sendable {
    private let hashKey: SymmetricKey
    package let namespace: StoreNamespace
    /// Where the entries of the host itself are, apart from those of rules.
    package let ownNamespace: StoreNamespace

    package init(_ settings: StoreSettings) {
        hashKey = SymmetricKey(data: settings.hashKey)
        namespace = settings.namespace
        ownNamespace = settings.namespace.ofHost
    }

    /// A key of these parts. A part that may hold a phone or a token becomes a keyed hash of the whole part.
    ///
    /// - Throws: `StoreNameError` when the parts are empty or longer than 256 bytes.
    package func key(_ parts: [[UInt8]]) throws(StoreNameError) -> StoreKey {
        var name = StoreKeyName()
        for part in parts { part.withUnsafeBufferPointer { add($0, to: &name) } }
        return try StoreKey(namespace: namespace, name)
    }

    /// Adds a part to a key, by the same rule.
    func add(_ part: UnsafeBufferPointer<UInt8>, to name: inout StoreKeyName) {
        if Self.mayHoldSecret(part) {
            hashed(part).withUnsafeBufferPointer { name.add(part, as: $0) }
        } else {
            name.add(part, as: part)
        }
    }

    /// Parts as they are in keys: hashed if they hold a phone or a token.
    package func protectedParts(_ parts: [[UInt8]]) -> [[UInt8]] { parts.map(protected) }

    /// A member of a list, by the same rule: a list that is loaded has to name its members so.
    ///
    /// - Throws: `StoreNameError` when there are no bytes, or more than 256.
    package func member(_ bytes: [UInt8]) throws(StoreNameError) -> StoreMember {
        _ = try StoreMember(bytes)
        return try StoreMember(protected(bytes))
    }

    private func protected(_ part: [UInt8]) -> [UInt8] {
        part.withUnsafeBufferPointer { Self.mayHoldSecret($0) ? hashed($0) : part }
    }

    /// Whether a part has the form of a phone, nine digits in a row or eleven in groups, or that of a token, a word of 16
    /// bytes or more with a digit or a capital letter.
    private static func mayHoldSecret(_ part: UnsafeBufferPointer<UInt8>) -> Bool {
        if PhoneForm.mayStand(in: part) { return true }
        var (length, digits, isWordOfText) = (0, 0, true)
        for byte in part {
            guard byte > UInt8(ascii: " ") else {
                (length, digits, isWordOfText) = (0, 0, true)
                continue
            }
            length += 1
            let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            digits = isDigit ? digits + 1 : 0
            if isDigit || (byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")) { isWordOfText = false }
            if digits == 9 || (length >= 16 && !isWordOfText) { return true }
        }
        return false
    }

    /// Replaces a part that must not be readable.
    private func hashed(_ part: UnsafeBufferPointer<UInt8>) -> [UInt8] { Array("#\(hash(part))".utf8) }

    /// 128 bits of HMAC-SHA256 in hexadecimal digits.
    private func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        HMAC<SHA256>.authenticationCode(for: bytes, using: hashKey).withUnsafeBytes {
            Hexadecimal.lowercase(UnsafeRawBufferPointer(rebasing: $0.prefix(16)))
        }
    }

    /// A keyed hash of texts, which is the same in all gateways of an application. Different lists of texts have different
    /// hashes.
    package func hash(of texts: some Sequence<String>) -> String {
        texts.flatMap { Array("\($0.utf8.count):\($0)".utf8) }.withUnsafeBufferPointer { hash($0) }
    }

    /// The key of an entry of the host itself. Rules cannot reach the entry, and `texts` cannot be read from its key.
    ///
    /// - Parameters:
    ///   - kind: A word.
    ///   - texts: What the entry is about.
    /// - Returns: The same key for the same words, with the same hash key.
    package func own(_ kind: String, _ texts: [String]) -> StoreKey {
        StoreKey(namespace: ownNamespace, storedName: "\(kind):\(hash(of: texts))")
    }

    /// The same, for single texts.
    package func own(_ kind: String, _ texts: String...) -> StoreKey { own(kind, texts) }
}

/// The store of an engine.
package final class StoreAccess {
    package let store: any Store
    package let names: StoreNames
    /// How long a call waits.
    package let timeout: TimeAmount
    private let engine: any StoreEngine
    /// A buffer for the key of a call, kept to avoid an allocation per call.
    var keyName = StoreKeyName()

    /// Opens the store. To be called on the event loop.
    package convenience init(
        _ settings: StoreSettings, timeout: Duration, on eventLoop: any EventLoop
    ) {
        self.init(settings.engine, StoreNames(settings), timeout: TimeAmount(timeout), on: eventLoop)
    }

    private init(_ engine: any StoreEngine, _ names: StoreNames, timeout: TimeAmount, on eventLoop: any EventLoop) {
        store = engine.makeStore(on: eventLoop)
        self.engine = engine
        self.names = names
        self.timeout = timeout
    }

    /// The same store, opened once more, for calls that make later calls on the same connection wait.
    ///
    /// - Parameter eventLoop: That of the store.
    /// - Returns: An access whose store the caller has to close.
    package func openedAgain(on eventLoop: any EventLoop) -> StoreAccess {
        StoreAccess(engine, names, timeout: timeout, on: eventLoop)
    }
}
