// SPDX-License-Identifier: MIT

package import NIOCore
package import TextFormats

/// A reply to be written.
package struct HTTPReplyMessage: Sendable {
    /// 100 to 999.
    package var status: Int
    /// The value of Content-Type, or nil for none.
    package var contentType: StaticString?
    /// Further fields. Values are written as ``fieldValue(_:)`` makes them.
    package var fields: [(name: StaticString, value: String)]
    /// The content; replies with status 204 or 304 are written without it.
    package var body: [UInt8]
    /// The Content-Length of a reply to a HEAD request, which has no body; nil for a reply without that field. Used
    /// instead of the length of ``body`` if ``isOfHead`` is set.
    package var announcedLength: Int?
    /// Whether the reply is passed on from another server that replied to a HEAD request. The default is false.
    package var isOfHead = false

    /// The defaults are no type, no fields and no body.
    package init(
        status: Int, contentType: StaticString? = nil, fields: [(name: StaticString, value: String)] = [],
        body: [UInt8] = []
    ) {
        precondition((100...999).contains(status), "a status has three digits")
        self.status = status
        self.contentType = contentType
        self.fields = fields
        self.body = body
    }

    /// The whole reply.
    ///
    /// - Parameters:
    ///   - keepsAlive: Whether the connection stays open; if not, the reply says so.
    ///   - isHead: Whether the request was HEAD: then the reply announces a body and has none. The default is false.
    /// - Returns: Head and body.
    package func bytes(keepsAlive: Bool, isHead: Bool = false) -> ByteBuffer {
        var output = ByteWriter(capacity: 512 + body.count)
        write(to: &output, keepsAlive: keepsAlive, isHead: isHead)
        return output.withBytes { ByteBuffer(bytes: $0) }
    }

    /// Appends the whole reply, as ``bytes(keepsAlive:isHead:)`` returns it. `date` is the value of the Date field; the
    /// default is none, so that the same reply is always the same bytes.
    package func write(to output: inout ByteWriter, keepsAlive: Bool, isHead: Bool = false, date: String? = nil) {
        output.append("HTTP/1.1 ")
        output.append(Int64(status))
        output.append(UInt8.space)
        output.append(Self.reason(status))
        if let date {
            output.append(field: "Date")
            output.append(date)
        }
        if let contentType {
            output.append(field: "Content-Type")
            output.append(contentType)
        }
        for field in fields {
            output.append(field: field.name)
            Self.append(field.value, to: &output)
        }
        if !keepsAlive { output.append("\r\nConnection: close") }
        if status == 204 || status == 304 {  // These never have a body: RFC 9112, section 6.3.
            output.append("\r\n\r\n")
        } else {
            if let length = isOfHead ? announcedLength : body.count {
                output.append(field: "Content-Length")
                output.append(Int64(length))
            }
            output.append("\r\n\r\n")
            if !isHead { body.withUnsafeBufferPointer { output.append($0) } }
        }
    }

    /// Appends what ``fieldValue(_:)`` returns.
    private static func append(_ text: String, to output: inout ByteWriter) {
        let isWritten = text.withBytes { bytes in
            guard bytes.allSatisfy(isPlain) else { return false }
            output.append(bytes)
            return true
        }
        if !isWritten { output.append(fieldValue(text)) }
    }

    /// Whether the byte is written unchanged in the value of a field.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "%")
    }

    /// The text as a value of a field: bytes other than visible ASCII and spaces, and `%`, are percent-encoded.
    package static func fieldValue(_ text: String) -> String {
        if text.utf8.allSatisfy(isPlain) { return text }
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            if isPlain(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// The usual phrase, or none: clients ignore it.
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
        case 408: "Request Timeout"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 422: "Unprocessable Content"
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

/// Writes requests that differ only in their body: the head is made once.
package struct HTTPRequestTemplate: Sendable {
    private let head: [UInt8]

    /// Takes a head that is known to be right: the target without spaces, names and values without line ends. The
    /// Content-Length is added to the fields.
    package init(method: String, target: String, fields: [(name: String, value: String)]) {
        precondition(method.utf8.allSatisfy(\.isTokenCharacter), "a method is a token")
        precondition(target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "a target has visible characters only")
        for field in fields {
            precondition(
                field.name.utf8.allSatisfy(\.isTokenCharacter) && field.value.utf8.allSatisfy(\.isFieldContent),
                "a field has a token as name and no control characters")
        }
        let lines =
            ["\(method) \(target) HTTP/1.1"] + fields.map { "\($0.name): \($0.value)" } + ["Content-Length: "]
        head = Array(lines.joined(separator: "\r\n").utf8)
    }

    /// The whole request.
    package func bytes(body: [UInt8]) -> ByteBuffer {
        body.withUnsafeBytes { bytes($0) }
    }

    /// The whole request. `addFields` appends further header fields, which are known to be right; the default is none.
    package func bytes(
        _ body: UnsafeRawBufferPointer, addFields: (inout ByteWriter) -> Void = { _ in }
    ) -> ByteBuffer {
        var output = ByteWriter(capacity: head.count + 96 + body.count)
        head.withUnsafeBufferPointer { output.append($0) }
        output.append(Int64(body.count))
        addFields(&output)
        output.append("\r\n\r\n")
        output.append(body.assumingMemoryBound(to: UInt8.self))
        return output.withBytes { ByteBuffer(bytes: $0) }
    }
}

extension HTTPRequestTemplate {
    /// Whether the bytes of a request are those of a HEAD request, whose reply has no body.
    package static func isHead(_ request: ByteBuffer) -> Bool {
        request.withUnsafeReadableBytes { $0.starts(with: "HEAD ".utf8) }
    }
}

/// A dump shows nothing of the fields: they hold credentials.
extension HTTPRequestTemplate: CustomReflectable {
    /// Empty.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
