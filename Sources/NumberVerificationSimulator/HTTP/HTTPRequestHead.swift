// SPDX-License-Identifier: MIT

/// Request line and header fields.
struct HTTPRequestHead: Sendable {
    enum Framing: Sendable {
        case length(Int)
        case chunked
    }

    private(set) var method = ""
    private(set) var path = ""
    private(set) var authorization: String?
    private(set) var contentType: String?
    /// Whether the client may wait for an interim reply: RFC 9110, section 10.1.1. Never HTTP/1.0, never without a body.
    private(set) var expectsContinue = false
    private(set) var keepsAlive = true
    private var isVersion10 = false
    private var contentLength: Int?
    private var isChunked = false
    private var hosts = 0

    /// Reads a head up to and including the empty line that ends it.
    init(_ bytes: UnsafeRawBufferPointer) throws(HTTPRequestError) {
        var start = 0
        while let end = bytes[start...].firstIndex(of: .lineFeed) {
            guard end > start, bytes[end - 1] == .carriageReturn else {
                throw start == 0 ? .badRequestLine : .badField
            }
            let line = UnsafeRawBufferPointer(rebasing: bytes[start..<(end - 1)])
            if start == 0 {
                try readRequestLine(line)
            } else if !line.isEmpty {
                try readField(line)
            }
            start = end + 1
        }
        guard hosts == 1 || (isVersion10 && hosts == 0) else { throw .badHost }
        if isChunked && contentLength != nil { throw .ambiguousLength }
        if isVersion10 {
            guard !isChunked else { throw .unsupportedCoding }
            keepsAlive = false
        }
        if isVersion10 || (contentLength ?? 0 == 0 && !isChunked) { expectsContinue = false }
    }

    /// Where the body ends. Without any word about it there is none: RFC 9112, section 6.3.
    var framing: Framing { isChunked ? .chunked : .length(contentLength ?? 0) }

    private mutating func readRequestLine(_ line: UnsafeRawBufferPointer) throws(HTTPRequestError) {
        let space = UInt8(ascii: " ")
        guard let methodEnd = line.firstIndex(of: space), let targetEnd = line.lastIndex(of: space),
            methodEnd > 0, targetEnd > methodEnd + 1
        else { throw .badRequestLine }
        let version = UnsafeRawBufferPointer(rebasing: line[(targetEnd + 1)...])
        let target = UnsafeRawBufferPointer(rebasing: line[(methodEnd + 1)..<targetEnd])
        guard line[..<methodEnd].allSatisfy({ $0.isTokenCharacter }),
            target.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw .badRequestLine }

        switch version.text {
        case "HTTP/1.1": break
        case "HTTP/1.0": isVersion10 = true
        case let other where other.hasPrefix("HTTP/"): throw .unsupportedVersion
        default: throw .badRequestLine
        }
        method = UnsafeRawBufferPointer(rebasing: line[..<methodEnd]).text
        path = Self.path(of: target)
    }

    /// The path in `/path?query` or, as sent to a proxy, in `http://host/path?query`.
    private static func path(of target: UnsafeRawBufferPointer) -> String {
        let slash = UInt8(ascii: "/")
        var path = target.prefix { $0 != UInt8(ascii: "?") }
        if path.first != slash, let scheme = path.firstIndex(of: UInt8(ascii: ":")), path[scheme...].count > 3 {
            let authority = path[(scheme + 3)...]
            path = authority.firstIndex(of: slash).map { authority[$0...] } ?? authority[..<authority.startIndex]
        }
        return UnsafeRawBufferPointer(rebasing: path).text
    }

    private mutating func readField(_ line: UnsafeRawBufferPointer) throws(HTTPRequestError) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            line[..<colon].allSatisfy({ $0.isTokenCharacter })
        else { throw .badField }
        let name = UnsafeRawBufferPointer(rebasing: line[..<colon])
        let value = UnsafeRawBufferPointer(rebasing: line[(colon + 1)...]).trimmed
        guard value.allSatisfy({ $0.isFieldContent }) else { throw .badField }

        switch name.count {
        case 4 where name.isCaseless("host"):
            hosts += 1
        case 6 where name.isCaseless("expect"):
            guard value.isCaseless("100-continue") else { throw .unknownExpectation }
            expectsContinue = true
        case 10 where name.isCaseless("connection"):
            for option in value.split(separator: UInt8(ascii: ","))
            where UnsafeRawBufferPointer(rebasing: option).trimmed.isCaseless("close") {
                keepsAlive = false
            }
        case 12 where name.isCaseless("content-type"):
            guard contentType == nil else { throw .repeatedField }
            contentType = value.text
        case 13 where name.isCaseless("authorization"):
            guard authorization == nil else { throw .repeatedField }
            authorization = value.text
        case 14 where name.isCaseless("content-length"):
            guard contentLength == nil else { throw .repeatedField }
            contentLength = try Self.length(value)
        case 17 where name.isCaseless("transfer-encoding"):
            guard !isChunked, value.isCaseless("chunked") else { throw .unsupportedCoding }
            isChunked = true
        default:
            break
        }
    }

    private static func length(_ value: UnsafeRawBufferPointer) throws(HTTPRequestError) -> Int {
        guard !value.isEmpty, value.allSatisfy(\.isDigit) else {
            throw .badLength
        }
        // Digits that do not fit an integer are beyond every cap.
        guard let length = Int(value.text) else { throw .bodyTooLarge }
        return length
    }
}
