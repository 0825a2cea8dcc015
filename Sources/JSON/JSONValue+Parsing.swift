// SPDX-License-Identifier: MIT

extension JSONValue {
    /// Limits of the documents that are parsed.
    package struct Limits: Sendable, Hashable {
        /// How deep arrays and objects may be nested: a scalar has depth 0, `[]` has depth 1. The default is 64.
        package var depth: Int
        /// How many bytes the document may have, white space included. The default is 1 MiB.
        package var bytes: Int

        /// - Parameters:
        ///   - depth: 0 to 512; the parser calls itself once per level, so more would endanger the stack.
        ///   - bytes: 0 or more.
        package init(depth: Int = 64, bytes: Int = 1 << 20) {
            precondition((0...512).contains(depth) && bytes >= 0)
            self.depth = depth
            self.bytes = bytes
        }

        /// The limits for requests, replies and documents of their size.
        package static let `default` = Limits()
    }

    /// Parses one document by the letter of RFC 8259, without regard to the locale.
    ///
    /// Strict where the RFC leaves a choice: duplicate keys, escaped lone surrogates, a byte order mark, integers that
    /// do not fit 64 bits and numbers that overflow a double are refused. `-0` is the integer 0; `-0.0` keeps its sign.
    ///
    /// - Parameters:
    ///   - bytes: The document.
    ///   - limits: How large and how deeply nested it may be.
    ///   - isStopping: Called before each value; parsing fails with `stopped` if it returns true. The default is false.
    /// - Returns: The document's value.
    /// - Throws: ``ParseError`` with the place of the error.
    package static func parse(
        _ bytes: UnsafeRawBufferPointer, limits: Limits = .default, isStopping: @escaping () -> Bool = { false }
    ) throws(ParseError) -> JSONValue {
        var parser = JSONParser(bytes, limits: limits, isStopping: isStopping)
        return try parser.document()
    }

    /// Parses one document held by any collection of bytes: an array, a buffer's view, the `utf8` of a string.
    /// Bytes that do not lie in one piece are copied first.
    package static func parse(
        _ bytes: some Sequence<UInt8>, limits: Limits = .default, isStopping: @escaping () -> Bool = { false }
    ) throws(ParseError) -> JSONValue {
        let parsed = bytes.withContiguousStorageIfAvailable { bytes in
            Result { () throws(ParseError) in
                try parse(UnsafeRawBufferPointer(bytes), limits: limits, isStopping: isStopping)
            }
        }
        if let parsed { return try parsed.get() }
        let copied = Array(bytes).withUnsafeBytes { bytes in
            Result { () throws(ParseError) in
                try parse(bytes, limits: limits, isStopping: isStopping)
            }
        }
        return try copied.get()
    }
}
