// SPDX-License-Identifier: MIT

import NIOCore
import TextFormats

/// Decodes a body in the chunked transfer coding: RFC 9112, section 7.1.
///
/// Strict: sizes of at most eight digits, after them only blanks and extensions without control characters, lines that
/// end with CRLF, trailers that are fields. How the bytes are split into reads makes no difference to the result.
struct ChunkedBody: Sendable {
    private enum Step {
        case size
        case data(remaining: Int)
        case dataEnd
        case trailers
    }

    /// Eight hexadecimal digits can state a size far above any limit.
    private static let maxDigits = 8

    /// The body so far.
    private(set) var bytes = ByteBuffer()
    private let maxBytes: Int
    /// How many bytes chunk extensions and trailers may still take. They are checked and then ignored: no caller needs
    /// them.
    private var framingRoom: Int
    private var step = Step.size
    /// How many readable bytes are known to hold no line end.
    private var scanned = 0

    init(limits: HTTPLimits) {
        maxBytes = limits.bodyBytes
        framingRoom = limits.headBytes
    }

    /// Takes from the buffer what can be decoded so far.
    ///
    /// - Returns: True after the last byte of the trailers.
    mutating func consume(_ buffer: inout ByteBuffer) throws(HTTPSyntaxError) -> Bool {
        while true {
            switch step {
            case .size:
                guard let line = try nextLine(&buffer, digits: Self.maxDigits) else { return false }
                let size = try line.withUnsafeReadableBytes { line throws(HTTPSyntaxError) in try readSize(line) }
                guard size <= maxBytes - bytes.readableBytes else { throw .bodyTooLarge }
                step = size == 0 ? .trailers : .data(remaining: size)

            case .data(let remaining):
                guard var part = buffer.readSlice(length: min(remaining, buffer.readableBytes)) else { return false }
                let left = remaining - part.readableBytes
                bytes.writeBuffer(&part)
                step = left == 0 ? .dataEnd : .data(remaining: left)
                if left > 0 { return false }

            case .dataEnd:
                guard try readDataEnd(&buffer) else { return false }
                step = .size

            case .trailers:
                guard let line = try nextLine(&buffer, digits: 0) else { return false }
                if line.readableBytes == 0 { return true }
                framingRoom -= line.readableBytes + 2
                try line.withUnsafeReadableBytes { line throws(HTTPSyntaxError) in _ = try HTTPField(line) }
            }
        }
    }

    /// The size in `1A;name=value`. What follows the digits counts against the room for framing.
    private mutating func readSize(_ line: UnsafeRawBufferPointer) throws(HTTPSyntaxError) -> Int {
        let digits = Self.digits(line)
        guard digits > 0, digits == line.count || Hexadecimal.value(line[digits]) == nil else { throw .badChunk }
        let size = line[..<digits].reduce(0) { $0 << 4 | Int(Hexadecimal.value($1) ?? 0) }

        let rest = UnsafeRawBufferPointer(rebasing: line[digits...])
        guard rest.allSatisfy({ $0.isFieldContent }) else { throw .badChunk }
        let padding = rest.prefix { $0.isBlank }.count
        guard padding == rest.count || rest[padding] == .semicolon else { throw .badChunk }
        framingRoom -= rest.count
        return size
    }

    /// How many of the first bytes are hexadecimal digits, eight at most.
    private static func digits(_ line: UnsafeRawBufferPointer) -> Int {
        line.prefix(maxDigits).prefix { Hexadecimal.value($0) != nil }.count
    }

    /// The line end after a chunk's data. Wrong bytes are refused as soon as they come.
    private func readDataEnd(_ buffer: inout ByteBuffer) throws(HTTPSyntaxError) -> Bool {
        let view = buffer.readableBytesView
        guard view.first ?? .carriageReturn == .carriageReturn else { throw .badChunk }
        guard view.count >= 2 else { return false }
        guard view[view.startIndex + 1] == .lineFeed else { throw .badChunk }
        buffer.moveReaderIndex(forwardBy: 2)
        return true
    }

    /// The next line without its end, or nil when it is not complete yet. Up to `digits` hexadecimal digits at its
    /// beginning are not counted; the rest of the line must fit into the room for framing.
    private mutating func nextLine(
        _ buffer: inout ByteBuffer, digits: Int
    ) throws(HTTPSyntaxError) -> ByteBuffer? {
        let alreadyScanned = scanned
        let (room, maxDigits) = (framingRoom, digits)
        let length = try buffer.withUnsafeReadableBytes { bytes throws(HTTPSyntaxError) -> Int? in
            let end = bytes[alreadyScanned...].firstIndex(of: .lineFeed)
            let line = UnsafeRawBufferPointer(rebasing: bytes[..<(end ?? bytes.count)])
            let free = maxDigits == 0 ? 0 : Self.digits(line)
            let isEnded = line.last == .carriageReturn
            guard line.count - (isEnded ? 1 : 0) - free <= room else { throw .headTooLarge }
            guard end != nil else { return nil }
            guard isEnded else { throw .badChunk }
            return line.count - 1
        }
        guard let length else {
            scanned = buffer.readableBytes
            return nil
        }
        scanned = 0
        let line = buffer.readSlice(length: length)
        buffer.moveReaderIndex(forwardBy: 2)
        return line
    }
}
