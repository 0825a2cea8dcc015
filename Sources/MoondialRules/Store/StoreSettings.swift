// SPDX-License-Identifier: MIT

import Crypto
package import MoondialStore
package import NIOCore
package import NumberVerification
import TextFormats

/// What rules remember with `moondial.store`, and under which names.
package struct StoreSettings: Sendable {
    /// One object for all engines of a process. The default is the memory of the process.
    package var engine: any StoreEngine = MemoryStoreEngine()
    /// Keeps the entries of rulebooks apart. The default is `default`.
    package var namespace: StoreNamespace
    /// With which phones and tokens in keys are hashed: the same in all processes that share a store. The default is empty:
    /// then everybody who can read the store can find out phones by trying all numbers.
    package var hashKey: [UInt8] = []

    package init() {
        namespace = .default
    }

    /// Whether what is remembered is there for other processes, and after the end of this one.
    package var outlivesProcess: Bool { !(engine is MemoryStoreEngine) }

    /// A hash key that follows from the master secret of an application, and from which the secret does not follow.
    package static func hashKey(of credentials: Credentials) -> [UInt8] {
        let secret = SymmetricKey(data: Array(credentials.masterSecret.reveal().utf8))
        return Array(HMAC<SHA256>.authenticationCode(for: Array("moondial store names".utf8), using: secret))
    }
}

/// How rules name entries and members of lists: phones and tokens never plainly.
package final class StoreNames: Sendable {
    private let redactor: Redactor
    private let hashKey: SymmetricKey
    package let namespace: StoreNamespace
    /// Where the entries of the host itself are, apart from those of rules.
    package let ownNamespace: StoreNamespace

    /// Knows what was submitted in this process, and the form of phones.
    package init(_ settings: StoreSettings, secrets: SubmittedSecrets) {
        // Whatever is shown elsewhere, nothing of it is stored.
        redactor = Redactor(secrets: secrets, showsPhones: false)
        hashKey = SymmetricKey(data: settings.hashKey)
        namespace = settings.namespace
        ownNamespace = settings.namespace.ofHost
    }

    /// A key of these parts. A part that holds a phone or a token becomes a keyed hash of the whole part.
    ///
    /// - Throws: `StoreNameError` when the parts are empty or longer than 256 bytes.
    package func key(_ parts: [[UInt8]]) throws(StoreNameError) -> StoreKey {
        var name = StoreKeyName()
        for part in parts { part.withUnsafeBufferPointer { add($0, to: &name) } }
        return try StoreKey(namespace: namespace, name)
    }

    /// Adds a part to a key, by the same rule.
    func add(_ part: UnsafeBufferPointer<UInt8>, to name: inout StoreKeyName) {
        if redactor.redacts(part) {
            hashed(part).withUnsafeBufferPointer { name.add(part, as: $0) }
        } else {
            name.add(part, as: part)
        }
    }

    /// Parts as they stand in keys.
    package func protectedParts(_ parts: [[UInt8]]) -> [[UInt8]] { parts.map(protected) }

    /// A member of a list, by the same rule: a list that is loaded has to name its members so.
    ///
    /// - Throws: `StoreNameError` when there are no bytes, or more than 256.
    package func member(_ bytes: [UInt8]) throws(StoreNameError) -> StoreMember {
        _ = try StoreMember(bytes)
        return try StoreMember(protected(bytes))
    }

    private func protected(_ part: [UInt8]) -> [UInt8] {
        part.withUnsafeBufferPointer { redactor.redacts($0) ? hashed($0) : part }
    }

    /// What stands for a part that is not to be read.
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

    /// The key of an entry of the host's own: rules cannot reach it, and nothing of what it is about can be read from it.
    ///
    /// - Parameters:
    ///   - kind: A word.
    ///   - texts: What the entry is about.
    /// - Returns: The same key for the same words, with the same hash key.
    package func own(_ kind: String, _ texts: [String]) -> StoreKey {
        StoreKey(namespace: ownNamespace, storedName: "\(kind):\(hash(of: texts))")
    }

    /// The same.
    package func own(_ kind: String, _ texts: String...) -> StoreKey { own(kind, texts) }
}

/// The store of an engine.
package final class StoreAccess {
    package let store: any Store
    package let names: StoreNames
    /// How long a call waits.
    package let timeout: TimeAmount
    private let engine: any StoreEngine
    /// Room in which the key of a call is put together.
    var keyName = StoreKeyName()

    /// Opens the store. To be called on the event loop.
    package convenience init(
        _ settings: StoreSettings, timeout: Duration, secrets: SubmittedSecrets, on eventLoop: any EventLoop
    ) {
        self.init(
            settings.engine, StoreNames(settings, secrets: secrets), timeout: TimeAmount(timeout), on: eventLoop)
    }

    private init(_ engine: any StoreEngine, _ names: StoreNames, timeout: TimeAmount, on eventLoop: any EventLoop) {
        store = engine.makeStore(on: eventLoop)
        self.engine = engine
        self.names = names
        self.timeout = timeout
    }

    /// The same store, opened once more for calls that hold up those behind them.
    ///
    /// - Parameter eventLoop: That of the store.
    /// - Returns: An access whose store the caller has to close.
    package func openedAgain(on eventLoop: any EventLoop) -> StoreAccess {
        StoreAccess(engine, names, timeout: timeout, on: eventLoop)
    }
}
