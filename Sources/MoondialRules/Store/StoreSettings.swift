// SPDX-License-Identifier: MIT

import Crypto
package import MoondialStore
import NIOCore
import TextFormats

/// What rules remember with `moondial.store`, and under which names.
package struct StoreSettings: Sendable {
    /// One object for all engines of a process. The default is the memory of the process.
    package var engine: any StoreEngine = MemoryStoreEngine()
    /// Keeps the entries of rulebooks apart. The default is `default`.
    package var namespace: StoreNamespace
    /// With which phones and tokens in keys are hashed: the same in all processes that share a store. The default is empty,
    /// which whoever can read the store can try numbers against.
    package var hashKey: [UInt8] = []
    /// How long a call waits. The default is 50 ms.
    package var timeout = StoreLimits.callTimeout

    package init() {
        namespace = .default
    }
}

/// How rules name entries and members of lists: phones and tokens never plainly.
package struct StoreNames: Sendable {
    private let redactor: Redactor
    private let hashKey: SymmetricKey
    package let namespace: StoreNamespace

    /// Knows what was submitted in this process, and the form of phones.
    package init(_ settings: StoreSettings, secrets: SubmittedSecrets) {
        // Whatever is shown elsewhere, nothing of it is stored.
        redactor = Redactor(secrets: secrets, showsPhones: false)
        hashKey = SymmetricKey(data: settings.hashKey)
        namespace = settings.namespace
    }

    /// A key of these parts. A part that holds a phone or a token becomes a keyed hash of the whole part.
    ///
    /// - Throws: `StoreNameError` when the parts are empty or longer than 256 bytes.
    package func key(_ parts: [[UInt8]]) throws(StoreNameError) -> StoreKey {
        // The length that counts is that of what was given.
        _ = try StoreKey(namespace: namespace, parts: parts)
        return try StoreKey(namespace: namespace, parts: parts.map(protected))
    }

    /// A member of a list, by the same rule: a list that is loaded has to name its members so.
    ///
    /// - Throws: `StoreNameError` when there are no bytes, or more than 256.
    package func member(_ bytes: [UInt8]) throws(StoreNameError) -> StoreMember {
        _ = try StoreMember(bytes)
        return try StoreMember(protected(bytes))
    }

    /// 128 bits of HMAC-SHA256 in hexadecimal digits, after a mark.
    private func protected(_ part: [UInt8]) -> [UInt8] {
        let text = String(decoding: part, as: UTF8.self)
        guard !redactor.text(text).hasSameBytes(as: text) else { return part }
        let code = HMAC<SHA256>.authenticationCode(for: part, using: hashKey)
        return Array("#".utf8) + Array(Hexadecimal.lowercase(code.prefix(16)).utf8)
    }
}

/// The store of an engine.
struct StoreAccess {
    let store: any Store
    let names: StoreNames
    let timeout: TimeAmount

    init(_ settings: StoreSettings, secrets: SubmittedSecrets, on eventLoop: any EventLoop) {
        store = settings.engine.makeStore(on: eventLoop)
        names = StoreNames(settings, secrets: secrets)
        timeout = TimeAmount(settings.timeout)
    }
}
