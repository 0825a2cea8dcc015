// SPDX-License-Identifier: MIT

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
