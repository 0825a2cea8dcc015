// SPDX-License-Identifier: MIT

import JSON
import NIOCore
import TextFormats

/// The body of a reply: `{id?, code, content?, exID?}` with the names of the wire, or the provider's older
/// `{error: {code, message?}}`.
///
/// Key order varies and unknown keys are allowed. Missing, null and empty all mean "none".
struct WireReply {
    /// Why a body is no reply of the service.
    struct Malformed: Error {
        /// What is wrong, without the body: it may repeat personal data.
        let reason: String
    }

    let code: Int64
    let content: String?
    let id: Int64?
    let exID: String?
    /// Whether the code was found in an `error` object. A verdict never comes there.
    let isErrorObject: Bool

    /// Reads a body.
    ///
    /// - Throws: ``Malformed`` if the body is not a reply of the service. Also if the body names another request than
    ///   the one that was sent: the reply is about that other request then, and nothing of it is kept.
    init(_ body: ByteBuffer, _ echo: ExpectedEcho) throws(Malformed) {
        if let plain = body.withUnsafeReadableBytes({ WireReply(plain: $0, echo) }) {
            self = plain
            return
        }
        guard body.readableBytes > 0 else { throw Malformed(reason: "the body is empty") }
        if let compression = Compression(of: body) { throw .compressed(compression.rawValue) }
        let json: JSONValue
        do throws(JSONValue.ParseError) {
            json = try body.withUnsafeReadableBytes { bytes throws(JSONValue.ParseError) in try JSONValue.parse(bytes) }
        } catch {
            throw Malformed(reason: "the body is not JSON (\(error))")
        }
        guard case .object(let top) = json else { throw Malformed(reason: "the body is not a JSON object") }

        let text: JSONValue?
        var value = top["code"]
        if value == nil, case .object(let error)? = top["error"] {
            value = error["code"]
            text = error["message"]
            isErrorObject = true
        } else {
            text = top["content"]
            isErrorObject = false
        }
        guard let value else { throw Malformed(reason: "the body has no code") }
        guard case .integer(let code) = value else { throw Malformed(reason: "the code is not an integer") }
        self.code = code
        if case .string(let text)? = text, !text.isEmpty { content = text } else { content = nil }

        switch top["id"] {
        case nil, .null, .string(""): id = nil
        case .integer(let value): id = value
        default: throw Malformed(reason: "the id is not an integer")
        }
        let echoed: String?
        switch top["exID"] {
        case nil, .null, .string(""): echoed = nil
        case .string(let value): echoed = value
        // One of the provider's tables declares it an integer.
        case .integer(let value): echoed = echo.text(of: value)
        default: throw Malformed(reason: "the exID is not a string")
        }
        guard echo.allows(echoed) else {
            throw Malformed(reason: "the exID in the reply is not the one that was sent, so it answers another request")
        }
        exID = echo.isOwn ? nil : echoed
    }
}

extension WireReply {
    /// Reads a body without building a JSON value. Nil unless the body is plain: an object of a code and at most a content, an
    /// id and the exID that was sent, each of its documented type. Other bodies may be correct or not.
    private init?(plain body: UnsafeRawBufferPointer, _ echo: ExpectedEcho) {
        var (code, id): (Int64?, Int64?)
        var content: String?
        var hasExID = false
        let isPlain = PlainJSONObject.forEachMember(of: body) { key, value in
            switch value {
            case .integer(let number) where code == nil && key.hasSameBytes(as: "code"): code = number
            case .integer(let number) where id == nil && key.hasSameBytes(as: "id"): id = number
            case .text(let text) where content == nil && !text.isEmpty && key.hasSameBytes(as: "content"):
                content = String(decoding: text, as: UTF8.self)
            case .text(let text) where !hasExID && key.hasSameBytes(as: "exID") && echo.isEqual(to: text):
                hasExID = true
            default: return false
            }
            return true
        }
        guard isPlain, let code else { return nil }
        self.code = code
        self.content = content
        self.id = id
        exID = hasExID && !echo.isOwn ? echo.exID : nil
        isErrorObject = false
    }
}

extension WireReply.Malformed {
    /// `coding` is the name of the compression.
    static func compressed(_ coding: String) -> WireReply.Malformed {
        WireReply.Malformed(
            reason: "the reply is compressed (\(coding)), although the request asks for "
                + "'Accept-Encoding: identity'; look for a proxy that compresses")
    }
}

/// The exID that was sent with a request. If the reply has an exID, it must be the same.
struct ExpectedEcho: Sendable {
    /// The exID that was sent; nil for none.
    let exID: String?
    /// Whether the client has added the exID itself. The caller gave none then, and does not see this one.
    let isOwn: Bool

    init(of exID: String?, or correlation: String?) {
        self.exID = exID ?? correlation
        isOwn = exID == nil && correlation != nil
    }

    /// Whether a reply with this exID belongs to the request. A reply may have none, as failures do. Bytes are
    /// compared, and not characters.
    func allows(_ echoed: String?) -> Bool {
        guard let exID, let echoed else { return true }
        return exID.hasSameBytes(as: echoed)
    }

    /// Whether these are the bytes of the exID that was sent.
    func isEqual(to text: UnsafeRawBufferPointer) -> Bool {
        exID?.withBytes { text.elementsEqual($0) } ?? false
    }

    /// The text of an exID that came as an integer: the one that was sent if they are equal, as an integer has no
    /// leading zeros.
    func text(of integer: Int64) -> String {
        if let exID, Int64(exID) == integer { exID } else { String(integer) }
    }
}

/// A compressed body, recognised by its first bytes.
private enum Compression: String {
    case gzip, zlib, zstd

    init?(of body: ByteBuffer) {
        guard let first = body.getInteger(at: body.readerIndex, as: UInt16.self) else { return nil }
        if first == 0x1F8B {
            self = .gzip
        } else if body.getInteger(at: body.readerIndex, as: UInt32.self) == 0x28B5_2FFD {
            self = .zstd
        } else if first >> 8 == 0x78, first % 31 == 0 {
            self = .zlib
        } else {
            return nil
        }
    }
}
