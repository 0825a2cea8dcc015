// SPDX-License-Identifier: MIT

/// The status line and those header fields that say how a reply is framed.
struct HTTPReplyHead: Sendable {
    private(set) var status = 0
    /// The `x` of HTTP/1.x.
    private(set) var minorVersion: UInt8 = 0
    private(set) var contentLength: Int?
    private(set) var isChunked = false
    private(set) var hasConnectionClose = false
    private(set) var keepAliveSeconds: Int64?

    /// Reads a whole head, with the empty line that ends it, as found by ``end(in:from:)``.
    init(_ bytes: UnsafeRawBufferPointer) throws(HTTPReplyError) {
        var start = 0
        var isStatusLine = true
        for index in bytes.indices where bytes[index] == .lineFeed {
            let line = UnsafeRawBufferPointer(rebasing: bytes[start..<(index - 1)])
            start = index + 1
            if isStatusLine {
                try readStatusLine(line)
                isStatusLine = false
            } else if !line.isEmpty {
                let field = try HTTPField(line)
                try note(field)
            }
        }
    }

    /// False as soon as the bytes cannot become a status line, so that a peer of another protocol is told at once.
    static func mayStart(with bytes: UnsafeRawBufferPointer) -> Bool {
        let prefix: StaticString = "HTTP/1."
        for index in 0..<min(bytes.count, prefix.utf8CodeUnitCount)
        where bytes[index] != prefix.utf8Start[index] {
            return false
        }
        return true
    }

    /// The offset after the empty line that ends a head, or `nil` when it has not come yet.
    ///
    /// `offset` bytes are known not to hold the end.
    static func end(in bytes: UnsafeRawBufferPointer, from offset: Int) throws(HTTPReplyError) -> Int? {
        var index = offset
        while index < bytes.count {
            if bytes[index] == .lineFeed {
                guard index > 0, bytes[index - 1] == .carriageReturn else { throw .badHead }
                if index >= 3, bytes[index - 2] == .lineFeed { return index + 1 }
            }
            index += 1
        }
        return nil
    }

    /// `HTTP/1.1 200 OK`; the reason and the space before it may be missing.
    private mutating func readStatusLine(_ line: UnsafeRawBufferPointer) throws(HTTPReplyError) {
        guard line.count >= 12, HTTPReplyHead.mayStart(with: line), line[7].isDigit, line[8] == .space,
            line[9].isDigit, line[10].isDigit, line[11].isDigit
        else { throw .badHead }
        guard line.count == 12 || line[12] == .space else { throw .badHead }
        guard line.allSatisfy({ $0.isFieldContent }) else { throw .badHead }

        minorVersion = line[7] - .zero
        status = Int(line[9] - .zero) * 100 + Int(line[10] - .zero) * 10 + Int(line[11] - .zero)
        guard status >= 100 else { throw .badHead }
    }

    private mutating func note(_ field: HTTPField) throws(HTTPReplyError) {
        switch field.name.count {
        case 10 where field.name.matches("connection"):
            field.forEachElement { if $0.matches("close") { hasConnectionClose = true } }
        case 10 where field.name.matches("keep-alive"):
            field.forEachElement { if let seconds = HTTPField.timeout($0) { keepAliveSeconds = seconds } }
        case 14 where field.name.matches("content-length"):
            guard contentLength == nil else { throw .ambiguousLength }
            guard let length = field.value.decimal else { throw .badLength }
            contentLength = length
        case 17 where field.name.matches("transfer-encoding"):
            guard !isChunked, field.value.matches("chunked") else { throw .unsupportedCoding }
            isChunked = true
        default: break
        }
    }
}
