// SPDX-License-Identifier: MIT

package import NIOCore

/// Turns the bytes of a connection into values.
///
/// Pure and incremental: the split of the bytes into reads makes no difference, and no byte is examined twice. Every
/// length and count is limited, and announcing one reserves no memory. Streamed strings and aggregates of RESP3, which
/// no server sends, are refused. Attributes are read and dropped.
package struct RESPParser: Sendable {
    /// An aggregate that is being read.
    fileprivate struct Frame {
        let kind: RESPType
        /// How many elements are missing; a pair of a map counts as two.
        var missing: Int
        var elements: [RESPValue] = []
    }

    /// What a step of the parser found.
    private enum Found {
        case value(RESPValue)
        case frame(Frame)
        /// No value yet: the length of a bulk string, or attributes without elements.
        case nothing
    }

    private let limits: RESPLimits
    private var buffer = ByteBuffer()
    /// How many readable bytes are known to hold no end of a line.
    private var scanned = 0
    private var frames: [Frame] = []
    /// The bulk string whose length was read and whose bytes come next.
    private var bulk: (type: RESPType, length: Int)?
    /// Elements and bytes of the value that is being read.
    private var elements = 0
    private var bytes = 0
    private var failure: RESPParseError?

    /// A parser for one connection.
    package init(limits: RESPLimits = RESPLimits()) {
        self.limits = limits
    }

    /// Takes the next bytes of the connection; call ``next()`` until it returns nil.
    package mutating func append(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            // Drops the bytes of values that were read: else the storage would grow while a value is incomplete.
            buffer.discardReadBytes()
            buffer.writeImmutableBuffer(bytes)
        }
    }

    /// The next complete value, or nil when more bytes are needed.
    ///
    /// - Throws: ``RESPParseError``, also from every later call: the connection cannot be used any more.
    package mutating func next() throws(RESPParseError) -> RESPValue? {
        if let failure { throw failure }
        do throws(RESPParseError) {
            return try advance()
        } catch {
            failure = error
            buffer = ByteBuffer()
            frames = []
            throw error
        }
    }

    private mutating func advance() throws(RESPParseError) -> RESPValue? {
        while let found = try step() {
            switch found {
            case .frame(let frame): frames.append(frame)
            case .nothing: continue
            case .value(let value):
                guard let whole = add(value) else { continue }
                elements = 0
                bytes = 0
                return whole
            }
        }
        return nil
    }

    /// Adds a value to the innermost aggregate. An aggregate that is complete is added to the one around it.
    ///
    /// - Returns: The outermost value if it is complete, else nil.
    private mutating func add(_ value: RESPValue) -> RESPValue? {
        var value = value
        while !frames.isEmpty {
            let last = frames.count - 1
            frames[last].elements.append(value)
            frames[last].missing -= 1
            guard frames[last].missing == 0 else { return nil }
            guard let whole = frames.removeLast().value else { return nil }
            value = whole
        }
        return value
    }

    /// Reads a bulk string whose length is known, or the next line.
    private mutating func step() throws(RESPParseError) -> Found? {
        if let bulk {
            guard let value = try readBulk(bulk.type, length: bulk.length) else { return nil }
            self.bulk = nil
            return .value(value)
        }
        guard let type = try peekType(), let length = try lineLength() else { return nil }
        switch (type, try takeLine(of: type, length: length)) {
        case (_, .value(let value)): return .value(value)
        case (_, .length(nil)): return .value(.null)
        case (.bulk, .length(let length?)), (.bulkError, .length(let length?)), (.verbatim, .length(let length?)):
            guard length <= limits.bulkBytes else { throw .bulkTooLarge }
            guard bytes + length <= limits.valueBytes else { throw .valueTooLarge }
            bulk = (type, length)
            return .nothing
        case (_, .length(let count?)): return try open(type, count: count)
        }
    }

    private mutating func open(_ type: RESPType, count: Int) throws(RESPParseError) -> Found {
        let perItem = type == .map || type == .attribute ? 2 : 1
        guard count <= (limits.elements - elements) / perItem else { throw .tooManyElements }
        elements += count * perItem
        let frame = Frame(kind: type, missing: count * perItem)
        guard count == 0 else {
            guard frames.count < limits.depth else { throw .tooDeep }
            return .frame(frame)
        }
        return frame.value.map { .value($0) } ?? .nothing
    }
}

extension RESPParser {
    private func peekType() throws(RESPParseError) -> RESPType? {
        guard let byte = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) else { return nil }
        guard let type = RESPType(rawValue: byte) else { throw .badType }
        return type
    }

    /// The length of the next line with its type and end; nil when the line is not complete yet.
    private mutating func lineLength() throws(RESPParseError) -> Int? {
        // The type and the end are not part of the limit.
        let scope = min(buffer.readableBytes, limits.lineBytes + 3)
        let start = scanned
        let end = buffer.withUnsafeReadableBytes { bytes -> Int? in
            var place = start
            while place < scope, bytes[place] != UInt8(ascii: "\n") { place += 1 }
            return place < scope ? place : nil
        }
        guard let end else {
            guard scope < limits.lineBytes + 3 else { throw .lineTooLong }
            scanned = scope
            return nil
        }
        scanned = 0
        let length = end + 1
        guard bytes + length <= limits.valueBytes else { throw .valueTooLarge }
        guard length >= 3, buffer.getInteger(at: buffer.readerIndex + length - 2) == UInt8(ascii: "\r") else {
            throw .badLine
        }
        return length
    }

    /// The content of a line: a complete value, or the length or count of one, which is nil for null.
    private enum Line {
        case value(RESPValue)
        case length(Int?)
    }

    private mutating func takeLine(of type: RESPType, length: Int) throws(RESPParseError) -> Line {
        let line = buffer.withUnsafeReadableBytes { bytes in
            Result { () throws(RESPParseError) -> Line in
                let line = RESPLine(UnsafeRawBufferPointer(rebasing: bytes[1..<(length - 2)]))
                switch type {
                case .bulk, .array: return .length(try line.length(allowsNull: true))
                case .bulkError, .verbatim, .set, .push, .map, .attribute:
                    return .length(try line.length(allowsNull: false))
                default: return .value(try line.value(of: type))
                }
            }
        }
        buffer.moveReaderIndex(forwardBy: length)
        bytes += length
        return try line.get()
    }

    private mutating func readBulk(_ type: RESPType, length: Int) throws(RESPParseError) -> RESPValue? {
        guard buffer.readableBytes >= length + 2 else {
            let ends: [UInt8] = [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
            // A wrong end is an error as soon as it arrives, however the bytes are split.
            guard ends.starts(with: buffer.readableBytesView.dropFirst(length)) else { throw .badBulk }
            return nil
        }
        guard let content = buffer.readSlice(length: length), buffer.readInteger(as: UInt16.self) == 0x0D0A else {
            throw .badBulk
        }
        bytes += length + 2
        switch type {
        case .bulkError: return .error(RESPError(String(buffer: content)))
        case .verbatim:
            var content = content
            guard let format = content.readString(length: 3), content.readInteger() == UInt8(ascii: ":") else {
                throw .badBulk
            }
            return .verbatim(format: format, content.slice())
        default: return .bulk(content)
        }
    }
}

extension RESPParser.Frame {
    /// The aggregate that the elements make; nil for attributes, which are dropped.
    var value: RESPValue? {
        switch kind {
        case .array: .array(elements)
        case .set: .set(elements)
        case .push: .push(elements)
        case .map:
            .map(stride(from: 0, to: elements.count, by: 2).map { RESPPair(elements[$0], elements[$0 + 1]) })
        default: nil
        }
    }
}
