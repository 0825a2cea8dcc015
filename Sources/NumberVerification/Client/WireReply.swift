// SPDX-License-Identifier: MIT

import NIOCore

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
    /// Whether the code was found in an `error` object, where no verdict belongs.
    let isErrorObject: Bool

    init(_ body: ByteBuffer) throws(Malformed) {
        guard body.readableBytes > 0 else { throw Malformed(reason: "the body is empty") }
        let json: JSON
        do throws(JSON.ParseError) {
            json = try body.withUnsafeReadableBytes { bytes throws(JSON.ParseError) in try JSON.parse(bytes) }
        } catch {
            throw Malformed(reason: "the body is not JSON (\(error))")
        }
        guard case .object(let top) = json else { throw Malformed(reason: "the body is not a JSON object") }

        let text: JSON?
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
        switch top["exID"] {
        case nil, .null, .string(""): exID = nil
        case .string(let value): exID = value
        // One of the provider's tables declares it an integer.
        case .integer(let value): exID = String(value)
        default: throw Malformed(reason: "the exID is not a string")
        }
    }
}
