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

/// One header or trailer field. Valid only as long as the bytes it points to.
struct HTTPField {
    let name: UnsafeRawBufferPointer
    /// Without the whitespace around it.
    let value: UnsafeRawBufferPointer

    /// Reads a line without its end. Folded lines and whitespace before the colon are refused, as RFC 9112 asks.
    init(_ line: UnsafeRawBufferPointer) throws(HTTPReplyError) {
        guard let colon = line.firstIndex(of: .colon), colon > 0 else { throw .badHead }
        name = UnsafeRawBufferPointer(rebasing: line[..<colon])
        value = UnsafeRawBufferPointer(rebasing: line[(colon + 1)...]).trimmed
        guard name.allSatisfy({ $0.isTokenCharacter }), value.allSatisfy({ $0.isFieldContent }) else {
            throw .badHead
        }
    }

    /// Calls `body` for each element of a comma-separated value.
    func forEachElement(_ body: (UnsafeRawBufferPointer) -> Void) {
        for element in value.split(separator: UInt8.comma) {
            body(UnsafeRawBufferPointer(rebasing: element).trimmed)
        }
    }

    /// The seconds of `timeout=5`.
    static func timeout(_ element: UnsafeRawBufferPointer) -> Int64? {
        let prefixLength = "timeout=".utf8.count
        guard element.count > prefixLength,
            UnsafeRawBufferPointer(rebasing: element[..<prefixLength]).matches("timeout=")
        else { return nil }
        return UnsafeRawBufferPointer(rebasing: element[prefixLength...]).decimal.map(Int64.init)
    }
}

extension UnsafeRawBufferPointer {
    /// Compares with lower-case ASCII, ignoring the case of this one.
    func matches(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in indices where self[index].lowercased != text.utf8Start[index] { return false }
        return true
    }

    /// Without spaces and tabs at both ends.
    var trimmed: UnsafeRawBufferPointer {
        var start = startIndex
        var end = endIndex
        while start < end, self[start].isBlank { start += 1 }
        while start < end, self[end - 1].isBlank { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[start..<end])
    }

    /// The value of one or more decimal digits and nothing else, when it fits.
    var decimal: Int? {
        guard !isEmpty else { return nil }
        var result = 0
        for byte in self {
            guard byte.isDigit else { return nil }
            let (product, hasOverflow) = result.multipliedReportingOverflow(by: 10)
            let (sum, hasOverflowToo) = product.addingReportingOverflow(Int(byte - .zero))
            guard !hasOverflow, !hasOverflowToo else { return nil }
            result = sum
        }
        return result
    }
}
