// SPDX-License-Identifier: MIT

import NIOCore

/// Takes the chunked transfer coding off a body: RFC 9112, section 7.1.
struct ChunkedRequestBody: Sendable {
    private enum Step {
        case size
        case data(remaining: Int)
        case dataEnd
        case trailers
    }

    /// The body so far.
    private(set) var bytes = ByteBuffer()
    private let maxBytes: Int
    /// How many bytes chunk sizes, extensions and trailers may still take.
    private var framingRoom: Int
    private var step = Step.size

    init(limits: HTTPRequestParser.Limits) {
        maxBytes = limits.bodyBytes
        framingRoom = limits.headBytes
    }

    /// Reads as far as the buffer goes.
    ///
    /// - Returns: True once the body and its trailers are complete.
    mutating func read(from buffer: inout ByteBuffer) throws(HTTPRequestError) -> Bool {
        while true {
            switch step {
            case .size:
                guard let line = try nextLine(of: &buffer) else { return false }
                let size = try Self.size(line)
                guard size <= maxBytes - bytes.readableBytes else { throw .bodyTooLarge }
                step = size == 0 ? .trailers : .data(remaining: size)
            case .data(let remaining):
                guard var part = buffer.readSlice(length: min(remaining, buffer.readableBytes)) else { return false }
                let left = remaining - part.readableBytes
                bytes.writeBuffer(&part)
                step = left == 0 ? .dataEnd : .data(remaining: left)
                if left > 0 { return false }
            case .dataEnd:
                guard let line = try nextLine(of: &buffer) else { return false }
                guard line.readableBytes == 0 else { throw .badChunk }
                step = .size
            case .trailers:
                // Nobody reads them.
                guard let line = try nextLine(of: &buffer) else { return false }
                if line.readableBytes == 0 { return true }
            }
        }
    }

    /// The size in `1a;name=value`.
    private static func size(_ line: ByteBuffer) throws(HTTPRequestError) -> Int {
        var size = 0
        var digits = 0
        for byte in line.readableBytesView {
            guard let digit = byte.hexDigit else {
                guard byte == UInt8(ascii: ";") || byte.isBlank else { throw .badChunk }
                break
            }
            digits += 1
            guard digits <= 8 else { throw .badChunk }  // Eight hold far more than any cap.
            size = size << 4 | digit
        }
        guard digits > 0 else { throw .badChunk }
        return size
    }

    /// The next line without its end, or nil when it has not come yet.
    private mutating func nextLine(of buffer: inout ByteBuffer) throws(HTTPRequestError) -> ByteBuffer? {
        let view = buffer.readableBytesView
        guard let end = view.firstIndex(of: .lineFeed) else {
            guard view.count < framingRoom else { throw .headTooLarge }
            return nil
        }
        let length = end - view.startIndex
        guard length > 0, view[end - 1] == .carriageReturn else { throw .badChunk }
        framingRoom -= length + 1
        guard framingRoom >= 0 else { throw .headTooLarge }
        let line = buffer.readSlice(length: length - 1)
        buffer.moveReaderIndex(forwardBy: 2)
        return line
    }
}
