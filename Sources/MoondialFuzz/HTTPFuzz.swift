// SPDX-License-Identifier: MIT

import Generators
import HTTP1
import NIOCore

/// A reply or request is read in the same way however its bytes are split, and a valid message is read as it was
/// written.
enum HTTPFuzz {
    private static let damage = Array(" \t\r\n\0:;,=0123456789abcdefxGET/H.\u{80}é".utf8)
    /// Texts that HTTP parsers interpret differently.
    private static let words = [
        "\r\n", "\n", "\r\n\r\n", "Content-Length: ", "Content-Length: 2\r\n", "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip\r\n", "0\r\n\r\n", "2\r\n", ";a=b", "Connection: close\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.0", "Expect: 100-continue\r\n", " chunked", "+1", "0x1", "18446744073709551616", "\r", "X : y\r\n",
    ].map { Array($0.utf8) }

    static func run(_ random: inout SeededGenerator) throws -> Int {
        let count = 200
        for _ in 0..<count {
            let isReply = random.below(2) == 0
            let read = isReply ? reply : request
            let message = Message(isReply: isReply, &random)
            let whole = read([message.bytes])
            guard whole == message.expected else {
                throw Fuzz.Finding(input: Fuzz.quoted(message.bytes), problem: "\(whole), and not \(message.expected)")
            }
            try checkSplits(message.bytes, read, &random)
            var damaged = message.bytes
            for _ in 0...random.below(3) { mutate(&damaged, &random) }
            try checkSplits(damaged, read, &random)
        }
        return count
    }

    private static func checkSplits(
        _ bytes: [UInt8], _ read: ([[UInt8]]) -> Reading, _ random: inout SeededGenerator
    ) throws {
        let whole = read([bytes])
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(1 + random.below(random.below(2) == 0 ? 3 : 40))
            pieces.append(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        for split in [pieces, bytes.map { [$0] }] where read(split) != whole {
            throw Fuzz.Finding(
                input: Fuzz.quoted(bytes),
                problem: "in \(split.count) pieces it is \(read(split)), whole it is \(whole)")
        }
    }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let at = random.below(bytes.count + 1)
        switch random.below(5) {
        case 0 where at < bytes.count: bytes.remove(at: at)
        case 1: bytes.insert(damage[random.below(damage.count)], at: at)
        case 2 where at < bytes.count: bytes[at] = UInt8(random.below(256))
        case 3: bytes.insert(contentsOf: words[random.below(words.count)], at: at)
        default: bytes.removeSubrange(at..<min(bytes.count, at + random.below(12)))
        }
    }

    // MARK: - Reading

    private static func reply(_ pieces: [[UInt8]]) -> Reading {
        var parser = HTTPResponseParser()
        var reading = Reading()
        do throws(HTTPReplyError) {
            for piece in pieces {
                guard let parsed = try parser.consume(ByteBuffer(bytes: piece)) else { continue }
                reading.add("\(parsed.reply.status)", parsed.reply.body)
                reading.end = parsed.keepsAlive ? "kept" : "closed"
            }
            if !reading.messages.isEmpty {
                reading.end += ", \(parser.excessBytes) more"
                return reading
            }
            let parsed = try parser.end()
            reading.add("\(parsed.reply.status)", parsed.reply.body)
            reading.end = "ended"
        } catch {
            // What came before the error is no reply.
            reading = Reading(end: "\(error.rawValue)")
        }
        return reading
    }

    private static func request(_ pieces: [[UInt8]]) -> Reading {
        var parser = HTTPRequestParser()
        var reading = Reading()
        do throws(HTTPRequestError) {
            for piece in pieces {
                parser.receive(ByteBuffer(bytes: piece))
                while let event = try parser.next() {
                    // `continueExpected` depends on when the body arrives, and so on the split: it is not compared.
                    guard case .request(let request) = event else { continue }
                    reading.add("\(request.method) \(request.path)", request.body)
                }
            }
            reading.end = parser.progress == .none ? "" : "and more"
        } catch {
            reading.end = "\(error)"
        }
        return reading
    }
}

/// What a parser has made of bytes.
private struct Reading: Equatable {
    struct Message: Equatable {
        let head: String
        let body: [UInt8]
    }

    var messages: [Message] = []
    /// How it ended.
    var end = ""

    mutating func add(_ head: String, _ body: ByteBuffer) {
        messages.append(Message(head: head, body: Array(body.readableBytesView)))
    }
}

/// A valid message, and the expected result of reading it.
private struct Message {
    let bytes: [UInt8]
    let expected: Reading

    init(isReply: Bool, _ random: inout SeededGenerator) {
        let body = (0..<random.below(random.below(4) == 0 ? 3000 : 30)).map { _ in UInt8(random.below(256)) }
        let status = 200 + random.below(300)
        let closes = random.below(4) == 0
        var fields = closes && isReply ? ["Connection: close"] : []
        var content = body
        if random.below(2) == 0 {
            fields.append("Transfer-Encoding: chunked")
            content = Self.chunked(body, &random)
        } else {
            fields.append("Content-Length: \(body.count)")
        }
        for number in 0..<random.below(4) {
            fields.append("X-\(number): \(String(repeating: "v ", count: random.below(9)))x")
        }
        if !isReply { fields += ["Host: a"] }
        fields.shuffle(using: &random)
        let first = isReply ? "HTTP/1.1 \(status) Any\r\n" : "POST /v1/web/verify HTTP/1.1\r\n"
        bytes = Array((first + fields.joined(separator: "\r\n") + "\r\n\r\n").utf8) + content
        // A reply with this status has no body.
        let isEmpty = isReply && (status == 204 || status == 304)
        if isReply {
            expected = Reading(
                messages: [.init(head: "\(status)", body: isEmpty ? [] : body)],
                end: "\(closes ? "closed" : "kept"), \(isEmpty ? content.count : 0) more")
        } else {
            expected = Reading(messages: [.init(head: "POST /v1/web/verify", body: body)])
        }
    }

    private static func chunked(_ body: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var result: [UInt8] = []
        var rest = body[...]
        while !rest.isEmpty {
            let piece = rest.prefix(1 + random.below(50))
            let zeros = String(repeating: "0", count: random.below(3))
            let ending = ["", ";a", ";a=b", ";a=\"b c\""][random.below(4)]
            result += Array("\(zeros)\(String(piece.count, radix: 16))\(ending)\r\n".utf8) + piece + [0x0D, 0x0A]
            rest = rest.dropFirst(piece.count)
        }
        return result + Array((random.below(3) == 0 ? "0\r\nT: x\r\n\r\n" : "0\r\n\r\n").utf8)
    }
}
