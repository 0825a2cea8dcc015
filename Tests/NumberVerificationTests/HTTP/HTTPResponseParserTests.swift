// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore
import Testing

@testable import NumberVerification

/// Bytes of a connection, and the reply or error that the parser must give.
struct ReplyCase: Sendable, CustomTestStringConvertible {
    enum Outcome: Sendable, Equatable {
        case reply(status: Int, body: String, keepsAlive: Bool)
        case failure(HTTPReplyError)
        /// Not complete, and nothing wrong so far.
        case pending
    }

    let name: String
    let bytes: [UInt8]
    /// Whether the connection ends after the bytes.
    let ends: Bool
    let outcome: Outcome

    init(_ name: String, _ text: String, ends: Bool = false, _ outcome: Outcome) {
        self.init(name, bytes: Array(text.utf8), ends: ends, outcome)
    }

    init(_ name: String, bytes: [UInt8], ends: Bool = false, _ outcome: Outcome) {
        self.name = name
        self.bytes = bytes
        self.ends = ends
        self.outcome = outcome
    }

    var testDescription: String { name }

    /// Whether it is short enough to test a split at every byte.
    var isShort: Bool { bytes.count < 1000 }

    static func complete(_ body: String, status: Int = 200, keepsAlive: Bool = true) -> Outcome {
        .reply(status: status, body: body, keepsAlive: keepsAlive)
    }
}

struct HTTPResponseParserTests {
    @Test(arguments: ReplyCase.valid + ReplyCase.hostile)
    func replyInOnePieceIsRead(_ sample: ReplyCase) {
        #expect(Self.read([sample.bytes], ends: sample.ends) == sample.outcome)
    }

    @Test(arguments: ReplyCase.valid + ReplyCase.hostile)
    func replyByteByByteIsReadTheSame(_ sample: ReplyCase) {
        #expect(Self.read(sample.bytes.map { [$0] }, ends: sample.ends) == sample.outcome)
    }

    @Test(arguments: (ReplyCase.valid + ReplyCase.hostile).filter(\.isShort))
    func replyInTwoPiecesIsReadTheSame(_ sample: ReplyCase) {
        for cut in 0...sample.bytes.count {
            let parts = [Array(sample.bytes[..<cut]), Array(sample.bytes[cut...])]
            #expect(Self.read(parts, ends: sample.ends) == sample.outcome, "split at byte \(cut)")
        }
    }

    @Test(arguments: ReplyCase.valid.filter { $0.isShort && !$0.ends && $0.outcome != .pending })
    func replyCutAtAnyByteIsTruncated(_ sample: ReplyCase) {
        for end in 0..<sample.bytes.count {
            #expect(Self.read([Array(sample.bytes[..<end])], ends: true) == .failure(.truncated), "cut at byte \(end)")
        }
    }

    @Test(arguments: [1, 7, 100])
    func bytesAfterTheReplyAreCounted(count: Int) throws {
        var parser = HTTPResponseParser()
        let text = reply("{}") + String(repeating: "x", count: count)
        #expect(try parser.consume(ByteBuffer(string: text))?.reply.body == ByteBuffer(string: "{}"))
        #expect(parser.excessBytes == count)
        #expect(try parser.consume(ByteBuffer(string: reply("{}"))) == nil, "there is one reply only")
        #expect(parser.excessBytes > count)
    }

    @Test(
        arguments: [
            (nil, 15), ("timeout=60", 15), ("timeout=5", 4), ("timeout=5, max=100", 4), ("max=100, TIMEOUT=3", 2),
            ("timeout=1", nil), ("timeout=0", nil), ("timeout=x", 15), ("timeout=", 15), ("timeout=-5", 15),
            ("timeout=9223372036854775807", 15), ("timeout=9223372036854775808", 15),
        ] as [(String?, Int64?)])
    func idleTimeIsOneSecondBelowKeepAliveTimeout(field: String?, seconds: Int64?) throws {
        var parser = HTTPResponseParser()
        let text = field.map { reply("{}", fields: "Keep-Alive: \($0)") } ?? reply("{}")
        let parsed = try #require(try parser.consume(ByteBuffer(string: text)))
        #expect(parsed.idleTime(upTo: .seconds(15)) == seconds.map { .seconds($0) })
    }

    @Test func replyWithConnectionCloseHasNoIdleTime() throws {
        var parser = HTTPResponseParser()
        let text = reply("{}", fields: "Connection: close", "Keep-Alive: timeout=60")
        #expect(try #require(try parser.consume(ByteBuffer(string: text))).idleTime(upTo: .seconds(15)) == nil)
    }

    private static func read(_ parts: [[UInt8]], ends: Bool) -> ReplyCase.Outcome {
        var parser = HTTPResponseParser()
        do throws(HTTPReplyError) {
            for part in parts {
                guard let parsed = try parser.consume(ByteBuffer(bytes: part)) else { continue }
                return outcome(parsed)
            }
            return ends ? outcome(try parser.end()) : .pending
        } catch {
            return .failure(error)
        }
    }

    private static func outcome(_ parsed: HTTPResponseParser.Parsed) -> ReplyCase.Outcome {
        .reply(
            status: parsed.reply.status, body: String(buffer: parsed.reply.body), keepsAlive: parsed.keepsAlive)
    }
}
