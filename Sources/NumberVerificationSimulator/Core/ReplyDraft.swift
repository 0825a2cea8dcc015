// SPDX-License-Identifier: MIT

import NIOCore
import NumberVerification

/// An HTTP reply before it is bytes.
///
/// There is no `Date` field, so that the same requests always bring the same bytes.
struct ReplyDraft {
    enum Body {
        case none
        case json([UInt8])
        case html(String)
    }

    var status: Int
    var body: Body

    /// An answer at the level of HTTP, in the shape in which the provider's push service reports errors: it cannot be
    /// taken for a result code of verify.
    static func httpError(status: Int, message: String) -> ReplyDraft {
        let error: JSON = ["error": ["code": .integer(Int64(status)), "message": .string(message)]]
        return ReplyDraft(status: status, body: .json(error.bytes))
    }

    /// The whole reply. One to a HEAD request announces its body but has none.
    func bytes(keepsAlive: Bool, isHead: Bool = false) -> ByteBuffer {
        let (type, content): (StaticString?, [UInt8]) =
            switch body {
            case .none: (nil, [])
            case .json(let bytes): ("application/json", bytes)
            case .html(let text): ("text/html; charset=utf-8", Array(text.utf8))
            }
        var buffer = ByteBufferAllocator().buffer(capacity: 192 + content.count)
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeString(String(status))
        buffer.writeStaticString(" ")
        buffer.writeStaticString(Self.reason(status))
        if let type {
            buffer.writeStaticString("\r\nContent-Type: ")
            buffer.writeStaticString(type)
        }
        if let required = Self.requiredField(status) {
            buffer.writeStaticString("\r\n")
            buffer.writeStaticString(required)
        }
        if !keepsAlive { buffer.writeStaticString("\r\nConnection: close") }
        guard status != 204 && status != 304 else {  // These never have a body: RFC 9112, section 6.3.
            buffer.writeStaticString("\r\n\r\n")
            return buffer
        }
        buffer.writeStaticString("\r\nContent-Length: ")
        buffer.writeString(String(content.count))
        buffer.writeStaticString("\r\n\r\n")
        if !isHead { buffer.writeBytes(content) }
        return buffer
    }

    /// The field that HTTP demands with a status: RFC 9110, sections 15.5.2 and 15.5.6.
    private static func requiredField(_ status: Int) -> StaticString? {
        switch status {
        case 401: "WWW-Authenticate: Basic realm=\"simulator\""
        case 405: "Allow: POST"
        default: nil
        }
    }

    /// The usual phrase, or none: nobody reads it.
    private static func reason(_ status: Int) -> StaticString {
        switch status {
        case 200: "OK"
        case 204: "No Content"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: ""
        }
    }
}
