// SPDX-License-Identifier: MIT

import TextFormats

/// What names one entry of a store: a namespace, and a name in it.
package struct StoreKey: Sendable, Hashable {
    /// The longest name in bytes, before it is escaped.
    package static let maximumBytes = 256

    /// Keeps the entries of one application and rulebook apart from those of others.
    package let namespace: StoreNamespace
    /// Printable ASCII; two keys have the same name only if their parts are the same.
    package let name: String

    /// Joins the parts of a key with colons. A colon inside a part is escaped, so that no two lists of parts are the same.
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

    /// A key as a store has written it.
    package init(namespace: StoreNamespace, storedName name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// Names tell nearly all keys apart.
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// The parts of a key, joined one after the other.
package struct StoreKeyName {
    fileprivate var text: [UInt8] = []
    /// Of the parts as they were given, joined.
    fileprivate private(set) var length = -1

    package init() {}

    /// Forgets the parts, and keeps the room for further ones.
    package mutating func clear() {
        text.removeAll(keepingCapacity: true)
        length = -1
    }

    /// Adds a part. What stands for it in the key may be longer than what was given, which is what counts.
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

    /// The namespace beside this one in which a host keeps entries of its own. Not to be asked of such a namespace.
    package var ofHost: StoreNamespace { StoreNamespace(checked: "\(text).host") }

    /// The namespace in which gateways say that they are alive.
    package var ofFleet: StoreNamespace { StoreNamespace(checked: "\(text).fleet") }

    /// For those who have no reason to keep entries apart.
    package static let `default` = StoreNamespace(checked: "default")
}

/// What names one list of a store, such as a blocklist.
package struct StoreList: Sendable, Hashable {
    /// Whose list it is.
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

/// Why a text names nothing in a store.
package enum StoreNameError: Error, Sendable, Hashable, CustomStringConvertible {
    case empty
    case tooLong(bytes: Int, limit: Int)
    /// For words: a character that is not allowed.
    case badCharacter

    /// What was expected and what came. Does not repeat the text.
    package var description: String {
        switch self {
        case .empty: "expected at least one byte, got none"
        case .tooLong(let bytes, let limit): "expected at most \(limit) bytes, got \(bytes)"
        case .badCharacter: "expected letters, digits, dots, hyphens and underscores only"
        }
    }
}

/// How bytes become text that every engine can hold.
enum StoreText {
    /// The same text for bytes that are plain; `%`, `:` and each byte that is not printable ASCII become `%` and two
    /// hexadecimal digits. So texts that Swift holds for equal, such as two spellings of "é", stay different.
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

    /// The bytes that were escaped; a `%` that stands for itself otherwise.
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
