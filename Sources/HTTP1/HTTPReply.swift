// SPDX-License-Identifier: MIT

package import NIOCore

/// An HTTP reply without its transfer coding.
package struct HTTPReply: Sendable, Hashable {
    /// The status of the final reply, 200 to 999.
    package let status: Int
    /// The body without transfer coding. Empty when there was none.
    package let body: ByteBuffer
    /// The header fields.
    package let fields: HTTPFields
    /// The value of Content-Encoding unless it is `identity`. With `gzip`, for example, the body has to be decompressed
    /// before it can be read.
    package let contentCoding: String?

    /// `body` is without transfer coding. The defaults are no fields and no content coding.
    package init(status: Int, body: ByteBuffer, fields: HTTPFields = .none, contentCoding: String? = nil) {
        self.status = status
        self.body = body
        self.fields = fields
        self.contentCoding = contentCoding
    }
}

/// The status line and those header fields that say how a reply is framed.
struct HTTPReplyHead: Sendable {
    private(set) var status = 0
    /// The `x` of HTTP/1.x.
    private(set) var minorVersion: UInt8 = 0
    private(set) var framing = HTTPFraming()
    private(set) var hasConnectionClose = false
    private(set) var keepAliveSeconds: Int64?
    private(set) var contentCoding: String?
    let fields: HTTPFields

    /// Reads a whole head, with the empty line that ends it.
    init(_ head: ByteBuffer) throws(HTTPReplyError) {
        fields = HTTPFields(head: head)
        try head.withUnsafeReadableBytes { bytes throws(HTTPReplyError) in
            try readStatusLine(HTTPHead.firstLine(bytes))
            do throws(HTTPSyntaxError) {
                try HTTPHead.forEachFieldLine(bytes) { line throws(HTTPSyntaxError) in
                    let field = try HTTPField(line)
                    try note(field)
                }
            } catch {
                throw HTTPReplyError(error)
            }
        }
    }

    /// False as soon as the bytes cannot become a status line, so that a peer with another protocol is recognised at
    /// once.
    static func mayStart(with bytes: UnsafeRawBufferPointer) -> Bool {
        let prefix: StaticString = "HTTP/1."
        for index in 0..<min(bytes.count, prefix.utf8CodeUnitCount)
        where bytes[index] != prefix.utf8Start[index] {
            return false
        }
        return true
    }

    /// `HTTP/1.1 200 OK`; the reason and the space before it may be missing.
    private mutating func readStatusLine(_ line: UnsafeRawBufferPointer) throws(HTTPReplyError) {
        guard line.count >= 12, HTTPReplyHead.mayStart(with: line), line[7].isDigit, line[8] == .space,
            line[9].isDigit, line[10].isDigit, line[11].isDigit
        else { throw .badHead }
        guard line.count == 12 || line[12] == .space else { throw .badHead }
        guard line.areFieldContent else { throw .badHead }

        minorVersion = line[7] - .zero
        status = Int(line[9] - .zero) * 100 + Int(line[10] - .zero) * 10 + Int(line[11] - .zero)
        guard status >= 100 else { throw .badHead }
    }

    private mutating func note(_ field: HTTPField) throws(HTTPSyntaxError) {
        switch field.name.count {
        case 10 where field.name.matches("connection"):
            if field.hasElement("close") { hasConnectionClose = true }
        case 10 where field.name.matches("keep-alive"):
            field.forEachElement { if let seconds = Self.timeout($0) { keepAliveSeconds = seconds } }
        case 16 where field.name.matches("content-encoding"):
            if !field.value.isEmpty, !field.value.matches("identity") {
                contentCoding = UnsafeRawBufferPointer(rebasing: field.value.prefix(32)).text
            }
        default:
            try framing.note(field)
        }
    }

    /// The seconds of `timeout=5`.
    private static func timeout(_ element: UnsafeRawBufferPointer) -> Int64? {
        guard element.begins(with: "timeout=") else { return nil }
        let digits = element["timeout=".utf8.count...]
        guard digits.allSatisfy(\.isDigit) else { return nil }
        return Int64(UnsafeRawBufferPointer(rebasing: digits).text)
    }
}
