// SPDX-License-Identifier: MIT

package import NIOCore

/// A value as Redis sends it, in RESP2 or RESP3.
///
/// Source: redis.io/docs/latest/develop/reference/protocol-spec.
package enum RESPValue: Sendable, Hashable {
    /// `+`: a short text such as `OK`. Bytes that are not UTF-8 are replaced.
    case simple(String)
    /// `-` or `!`: the server refused the command, or an element of an array stands for a refusal.
    case error(RESPError)
    /// `:`
    case integer(Int64)
    /// `$`: bytes, at most ``RESPLimits/bulkBytes``.
    case bulk(ByteBuffer)
    /// `_`, and in RESP2 `$-1` and `*-1`.
    case null
    /// `,`: may be infinite or not a number.
    case double(Double)
    /// `#`
    case boolean(Bool)
    /// `(`: decimal digits, with a sign if there was one.
    case bigNumber(String)
    /// `=`: a text with its format of three characters, such as `txt`.
    case verbatim(format: String, ByteBuffer)
    /// `*`
    case array([RESPValue])
    /// `%`: in the order of the wire; a key may come twice.
    case map([RESPPair])
    /// `~`: in the order of the wire; an element may come twice.
    case set([RESPValue])
    /// `>`: a message that the server sends without a command; never the reply to one.
    case push([RESPValue])
}

/// A key and its value in a ``RESPValue/map(_:)``.
package struct RESPPair: Sendable, Hashable {
    package let key: RESPValue
    package let value: RESPValue

    package init(_ key: RESPValue, _ value: RESPValue) {
        self.key = key
        self.value = value
    }
}

/// A refusal of the server, such as `WRONGTYPE Operation against a key holding the wrong kind of value`.
package struct RESPError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The whole text, which may repeat arguments of the command. Bytes that are not UTF-8 are replaced.
    package let message: String

    package init(_ message: String) {
        self.message = message
    }

    /// The first word, which names the kind of refusal: `ERR`, `NOSCRIPT`, `OOM`.
    package var code: Substring { message.prefix { $0 != " " } }

    package var description: String { message }
}

extension RESPValue {
    /// The text of a simple string or a bulk; nil for other values, and for bytes that are not UTF-8.
    package var text: String? {
        switch self {
        case .simple(let text): text
        case .bulk(let bytes), .verbatim(_, let bytes): String(validating: bytes.readableBytesView, as: UTF8.self)
        default: nil
        }
    }

    /// The elements of an array, set or push; nil for other values.
    package var elements: [RESPValue]? {
        switch self {
        case .array(let elements), .set(let elements), .push(let elements): elements
        default: nil
        }
    }

    /// The keys and values of a map, which RESP2 sends as an array; nil for other values and for arrays of odd length.
    package var pairs: [RESPPair]? {
        switch self {
        case .map(let pairs): return pairs
        case .array(let elements) where elements.count % 2 == 0:
            return stride(from: 0, to: elements.count, by: 2).map { RESPPair(elements[$0], elements[$0 + 1]) }
        default: return nil
        }
    }
}
