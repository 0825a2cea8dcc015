// SPDX-License-Identifier: MIT

import HTTP1
import JSON
import NIOCore

/// An HTTP reply before it is encoded.
struct ReplyDraft {
    enum Body {
        case none
        case json([UInt8])
        case html(String)
    }

    var status: Int
    var body: Body

    /// An HTTP error in the format of the provider's push service, which cannot be confused with a result code of
    /// verify.
    static func httpError(status: Int, message: String) -> ReplyDraft {
        let error: JSONValue = ["error": ["code": .integer(Int64(status)), "message": .string(message)]]
        return ReplyDraft(status: status, body: .json(error.bytes))
    }

    /// The bytes of the whole reply. The reply to a HEAD request announces the length of its body but has none.
    func bytes(keepsAlive: Bool, isHead: Bool = false) -> ByteBuffer {
        var message = HTTPReplyMessage(status: status)
        switch body {
        case .none: break
        case .json(let bytes):
            message.contentType = "application/json"
            message.body = bytes
        case .html(let text):
            message.contentType = "text/html; charset=utf-8"
            message.body = Array(text.utf8)
        }
        switch status {
        case 401: message.fields = [("WWW-Authenticate", "Basic realm=\"simulator\"")]
        case 405: message.fields = [("Allow", "POST")]
        default: break
        }
        return message.bytes(keepsAlive: keepsAlive, isHead: isHead)
    }
}
