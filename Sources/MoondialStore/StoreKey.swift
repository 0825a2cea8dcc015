// SPDX-License-Identifier: MIT

import TextFormats

/// The key of an entry of a store: a namespace, and a name in it.
package struct StoreKey: Sendable, Hashable {
    /// The longest name in bytes, before it is escaped.
    package static let maximumBytes = 256

    /// Keeps the entries of one application and rulebook apart from those of others.
    package let namespace: StoreNamespace
    /// Printable ASCII; two keys have the same name only if their parts are the same.
    package let name: String

    /// Joins the parts of a key with colons. A colon inside a part is escaped, so that different parts give different
    /// keys.
    ///
    /// - Throws: ``StoreNameError`` when the parts are empty or, joined, longer than 256 bytes.
    package init(namespace: StoreNamespace, parts: [[UInt8]]) throws(StoreNameError) {
        var name = StoreKeyName()
        for part in parts { part.withUnsafeBufferPointer { name.add($0, as: $0) } }
        try self.init(namespace: namespace, name)
    }

    /// - Throws: ``StoreNameError`` when the parts are empty or, joined, longer than 256 bytes.
    package init(namespace: StoreNamespace, _ name: StoreKeyName) throws(StoreNameError) {
        guard name.length > 0 else { throw .empty }
        guard name.length <= Self.maximumBytes else { throw .tooLong(bytes: name.length, limit: Self.maximumBytes) }
        self.namespace = namespace
        self.name = String(decoding: name.text, as: UTF8.self)
    }

    /// A key of one part.
    package init(namespace: StoreNamespace, _ part: String) throws(StoreNameError) {
        try self.init(namespace: namespace, parts: [Array(part.utf8)])
    }

    /// The parts that were joined.
    package var parts: [[UInt8]] {
        name.split(separator: ":", omittingEmptySubsequences: false).map(StoreText.unescape)
    }

    /// A key with the name that a store has written.
    package init(namespace: StoreNamespace, storedName name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// Hashes only the name, since few keys differ only in their namespaces.
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// The parts of a key, joined one after the other.
package struct StoreKeyName {
    fileprivate var text: [UInt8] = []
    /// The length of the given parts, joined, before escaping; -1 without parts.
    fileprivate private(set) var length = -1

    package init() {}

    /// Removes the parts, and keeps the memory for further ones.
    package mutating func clear() {
        text.removeAll(keepingCapacity: true)
        length = -1
    }

    /// Adds a part. `part` is written in the place of `given` and may be longer, such as a hash. The length limit
    /// applies to `given`.
    package mutating func add(_ given: UnsafeBufferPointer<UInt8>, as part: UnsafeBufferPointer<UInt8>) {
        if length < 0 { text.reserveCapacity(48) } else { text.append(UInt8(ascii: ":")) }
        length += given.count + 1
        if length <= StoreKey.maximumBytes { StoreText.escape(part, into: &text) }
    }
}

/// Keeps the entries of one application and rulebook apart from those of others.
package struct StoreNamespace: Sendable, Hashable {
    /// 1 to 64 letters, digits, dots, hyphens and underscores of ASCII.
    package let text: String

    /// - Throws: ``StoreNameError`` when the text has other characters, is empty or too long.
    package init(_ text: String) throws(StoreNameError) {
        self.text = try StoreText.word(text)
    }

    private init(checked text: String) {
        self.text = text
    }

    /// The namespace in which the host keeps its own entries. Must not be called on such a namespace.
    package var ofHost: StoreNamespace { StoreNamespace(checked: "\(text).host") }

    /// The namespace of the entries of gateways.
    package var ofFleet: StoreNamespace { StoreNamespace(checked: "\(text).fleet") }

    /// The namespace that is used when none is configured.
    package static let `default` = StoreNamespace(checked: "default")
}

/// The name of a list of a store, such as a blocklist.
package struct StoreList: Sendable, Hashable {
    /// The namespace of the list.
    package let namespace: StoreNamespace
    /// 1 to 64 letters, digits, dots, hyphens and underscores of ASCII.
    package let name: String

    /// - Throws: ``StoreNameError`` when the name has other characters, is empty or too long.
    package init(namespace: StoreNamespace, name: String) throws(StoreNameError) {
        self.namespace = namespace
        self.name = try StoreText.word(name)
    }
}

/// One member of a list: any bytes.
package struct StoreMember: Sendable, Hashable {
    /// The longest member in bytes, before it is escaped.
    package static let maximumBytes = 256

    /// Printable ASCII.
    package let text: String

    /// - Throws: ``StoreNameError`` when there are no bytes, or more than 256.
    package init(_ bytes: [UInt8]) throws(StoreNameError) {
        guard !bytes.isEmpty else { throw .empty }
        guard bytes.count <= Self.maximumBytes else {
            throw .tooLong(bytes: bytes.count, limit: Self.maximumBytes)
        }
        var escaped: [UInt8] = []
        bytes.withUnsafeBufferPointer { StoreText.escape($0, into: &escaped) }
        text = String(decoding: escaped, as: UTF8.self)
    }
}

/// Why a text cannot be a name in a store.
package enum StoreNameError: Error, Sendable, Hashable, CustomStringConvertible {
    case empty
    case tooLong(bytes: Int, limit: Int)
    /// A namespace or a name of a list has a character that is not allowed.
    case badCharacter

    /// What was expected and what was found. Does not repeat the text.
    package var description: String {
        switch self {
        case .empty: "expected at least one byte, got none"
        case .tooLong(let bytes, let limit): "expected at most \(limit) bytes, got \(bytes)"
        case .badCharacter: "expected letters, digits, dots, hyphens and underscores only"
        }
    }
}

/// Converts bytes to text that every engine can hold.
enum StoreText {
    /// Replaces `%`, `:` and each byte that is not printable ASCII by `%` and two hexadecimal digits; other bytes stay.
    /// So texts that Swift considers equal, such as two spellings of "é", stay different.
    static func escape(_ bytes: UnsafeBufferPointer<UInt8>, into escaped: inout [UInt8]) {
        if bytes.allSatisfy(isPlain) { return escaped.append(contentsOf: bytes) }
        for byte in bytes {
            if isPlain(byte) {
                escaped.append(byte)
            } else {
                escaped.append(UInt8(ascii: "%"))
                escaped += Hexadecimal.uppercase(byte)
            }
        }
    }

    /// The bytes before escaping. A `%` without two hexadecimal digits stays.
    static func unescape(_ text: some StringProtocol) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), let escaped = Hexadecimal.decode(digits), escaped.count == 1 {
                bytes += escaped
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    static func word(_ text: String) throws(StoreNameError) -> String {
        guard !text.isEmpty else { throw .empty }
        guard text.utf8.count <= 64 else { throw .tooLong(bytes: text.utf8.count, limit: 64) }
        let isWord = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39,
                UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isWord else { throw .badCharacter }
        return text
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "%") && byte != UInt8(ascii: ":")
    }
}
