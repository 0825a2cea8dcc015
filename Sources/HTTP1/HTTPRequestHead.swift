// SPDX-License-Identifier: MIT

import NIOCore
import TextFormats

/// Request line and header fields. A class, since it is passed on more often than it is read. It is changed only by its
/// initialisers, so that every thread may read it.
final class HTTPRequestHead: @unchecked Sendable {
    private(set) var method = ""
    private(set) var path = ""
    private(set) var query: String?
    private(set) var authorization: String?
    private(set) var contentType: String?
    /// Whether the client may wait for an interim reply: RFC 9110, section 10.1.1. Never HTTP/1.0, never without a body.
    private(set) var expectsContinue = false
    private(set) var keepsAlive = true
    private(set) var framing = HTTPFraming()
    /// Whether a body follows the head.
    var announcesBody: Bool { framing.isChunked || framing.contentLength ?? 0 > 0 }
    private var isVersion10 = false
    private var hosts = 0
    let fields: HTTPFields

    /// Reads a head up to and including the empty line that ends it.
    init(_ head: ByteBuffer) throws(HTTPRequestError) {
        fields = HTTPFields(head: head)
        try head.withUnsafeReadableBytes { bytes throws(HTTPRequestError) in
            try readRequestLine(HTTPHead.firstLine(bytes))
            try HTTPHead.forEachFieldLine(bytes) { line throws(HTTPRequestError) in try readField(line) }
        }
        guard hosts == 1 || (isVersion10 && hosts == 0) else { throw .badHost }
        do throws(HTTPSyntaxError) {
            try framing.check(isVersion10: isVersion10)
        } catch {
            throw HTTPRequestError(error)
        }
        if isVersion10 { keepsAlive = false }
        if isVersion10 || !announcesBody { expectsContinue = false }
    }

    /// A head that did not come over a connection.
    init(method: String, path: String, query: String?, authorization: String?, contentType: String?) {
        fields = .none
        self.method = method
        self.path = path
        self.query = query
        self.authorization = authorization
        self.contentType = contentType
    }

    /// False as soon as the bytes cannot become a request, so that a peer with another protocol is recognised at once,
    /// for example one that begins a TLS handshake.
    static func mayStart(with bytes: UnsafeRawBufferPointer) -> Bool {
        guard let first = bytes.first else { return true }
        // The line end that some clients send after a body: see HTTPRequestParser.
        if first == .carriageReturn { return bytes.count < 2 || bytes[1] == .lineFeed }
        guard first.isTokenCharacter else { return false }
        let end = bytes.prefix(maxMethodBytes + 1).firstIndex { !$0.isTokenCharacter }
        return end.map { bytes[$0] == .space } ?? (bytes.count <= maxMethodBytes)
    }

    /// Far longer than any method. It bounds the work of searching for the end of the method, which is done with every
    /// read.
    private static let maxMethodBytes = 128

    private func readRequestLine(_ line: UnsafeRawBufferPointer) throws(HTTPRequestError) {
        guard let methodEnd = line.firstIndex(of: .space), let targetEnd = line.lastIndex(of: .space),
            methodEnd > 0, targetEnd > methodEnd + 1
        else { throw .badRequestLine }
        let version = UnsafeRawBufferPointer(rebasing: line[(targetEnd + 1)...])
        let target = UnsafeRawBufferPointer(rebasing: line[(methodEnd + 1)..<targetEnd])
        guard line[..<methodEnd].allSatisfy({ $0.isTokenCharacter }),
            target.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") })
        else { throw .badRequestLine }

        if version.hasSameBytes(as: "HTTP/1.0") {
            isVersion10 = true
        } else if !version.hasSameBytes(as: "HTTP/1.1") {
            throw version.starts(with: "HTTP/".utf8) ? .unsupportedVersion : .badRequestLine
        }
        method = UnsafeRawBufferPointer(rebasing: line[..<methodEnd]).text
        guard let target = Self.originForm(of: target, method: method) else { throw .badRequestLine }
        let end = target.firstIndex(of: UInt8(ascii: "?"))
        path = UnsafeRawBufferPointer(rebasing: target[..<(end ?? target.endIndex)]).text
        query = end.map { UnsafeRawBufferPointer(rebasing: target[($0 + 1)...]).text }
    }

    /// The path and query of a target, RFC 9112, section 3.2: `/path?query`, the same after `http://host`, which is
    /// sent to proxies, or the `*` of OPTIONS. Nil for anything else.
    private static func originForm(of target: UnsafeRawBufferPointer, method: String) -> UnsafeRawBufferPointer? {
        if target[0] == .slash || (method == "OPTIONS" && target.matches("*")) { return target }
        let scheme = ["http://" as StaticString, "https://"].first { target.begins(with: $0) }
        guard let scheme else { return nil }
        let rest = target[scheme.utf8CodeUnitCount...]
        let authority = rest.prefix { $0 != .slash && $0 != UInt8(ascii: "?") }
        guard !authority.isEmpty, authority.allSatisfy({ $0.isAuthorityCharacter }) else { return nil }
        return UnsafeRawBufferPointer(rebasing: rest[authority.endIndex...])
    }

    private func readField(_ line: UnsafeRawBufferPointer) throws(HTTPRequestError) {
        let field: HTTPField
        do throws(HTTPSyntaxError) {
            field = try HTTPField(line)
            try framing.note(field)
        } catch {
            throw HTTPRequestError(error)
        }
        let (name, value) = (field.name, field.value)
        switch name.count {
        case 4 where name.matches("host"):
            guard value.allSatisfy({ $0.isAuthorityCharacter }) else { throw .badHost }
            hosts += 1
        case 6 where name.matches("expect"):
            guard value.matches("100-continue") else { throw .unknownExpectation }
            expectsContinue = true
        case 10 where name.matches("connection"):
            if field.hasElement("close") { keepsAlive = false }
        case 12 where name.matches("content-type"):
            guard contentType == nil else { throw .repeatedField }
            // The usual type; a literal allocates no memory.
            contentType = value.hasSameBytes(as: "application/json") ? "application/json" : value.text
        case 13 where name.matches("authorization"):
            guard authorization == nil else { throw .repeatedField }
            authorization = value.text
        default:
            break
        }
    }
}
