// SPDX-License-Identifier: MIT

import NIOCore

/// Takes the chunked transfer coding off a body: RFC 9112, section 7.1.
struct ChunkedBody: Sendable {
    private enum Step {
        case size
        case data(remaining: Int)
        case dataEnd
        case trailers
    }

    /// The body so far.
    private(set) var bytes = ByteBuffer()
    private let maxBytes: Int
    /// What chunk extensions and trailers may still take. Nobody reads them, but they have to be read past.
    private var framingRoom: Int
    private var step = Step.size
    /// How many readable bytes are known to hold no line end.
    private var scanned = 0

    init(limits: HTTPResponseParser.Limits) {
        maxBytes = limits.bodyBytes
        framingRoom = limits.headBytes
    }

    /// Moves past what it understands.
    ///
    /// - Returns: True after the last byte of the trailers.
    mutating func consume(_ buffer: inout ByteBuffer) throws(HTTPReplyError) -> Bool {
        while true {
            switch step {
            case .size:
                guard let line = try nextLine(&buffer) else { return false }
                let size = try line.withUnsafeReadableBytes { line throws(HTTPReplyError) in try readSize(line) }
                guard size <= maxBytes - bytes.readableBytes else { throw .bodyTooLarge }
                step = size == 0 ? .trailers : .data(remaining: size)

            case .data(let remaining):
                guard var part = buffer.readSlice(length: min(remaining, buffer.readableBytes)) else { return false }
                let isRest = part.readableBytes == remaining
                let left = remaining - part.readableBytes
                bytes.writeBuffer(&part)
                step = isRest ? .dataEnd : .data(remaining: left)
                if !isRest { return false }

            case .dataEnd:
                guard let line = try nextLine(&buffer) else { return false }
                guard line.readableBytes == 0 else { throw .badChunk }
                step = .size

            case .trailers:
                guard let line = try nextLine(&buffer) else { return false }
                if line.readableBytes == 0 { return true }
                framingRoom -= line.readableBytes
                guard framingRoom >= 0 else { throw .headTooLarge }
                try line.withUnsafeReadableBytes { line throws(HTTPReplyError) in _ = try HTTPField(line) }
            }
        }
    }

    /// The size in `1A;name=value`. What follows the digits counts against the room for framing.
    private mutating func readSize(_ line: UnsafeRawBufferPointer) throws(HTTPReplyError) -> Int {
        var size = 0
        var digits = 0
        while digits < line.count, let digit = line[digits].hexadecimal {
            // Eight digits hold far more than any cap.
            guard digits < 8 else { throw .badChunk }
            size = size << 4 | digit
            digits += 1
        }
        guard digits > 0 else { throw .badChunk }

        let rest = UnsafeRawBufferPointer(rebasing: line[digits...])
        guard rest.allSatisfy({ $0.isFieldContent }) else { throw .badChunk }
        let padding = rest.prefix { $0.isBlank }.count
        guard padding == rest.count || rest[padding] == .semicolon else { throw .badChunk }
        framingRoom -= rest.count
        guard framingRoom >= 0 else { throw .headTooLarge }
        return size
    }

    /// The next line without its end, or `nil` when it has not come yet.
    private mutating func nextLine(_ buffer: inout ByteBuffer) throws(HTTPReplyError) -> ByteBuffer? {
        let view = buffer.readableBytesView
        guard let end = view[(view.startIndex + scanned)...].firstIndex(of: .lineFeed) else {
            // The longest line that may come is a size, and an extension or trailer that takes all the room.
            guard view.count < framingRoom + 16 else { throw .headTooLarge }
            scanned = view.count
            return nil
        }
        scanned = 0
        let length = end - view.startIndex
        guard length > 0, view[end - 1] == .carriageReturn else { throw .badChunk }
        let line = buffer.readSlice(length: length - 1)
        buffer.moveReaderIndex(forwardBy: 2)
        return line
    }
}
