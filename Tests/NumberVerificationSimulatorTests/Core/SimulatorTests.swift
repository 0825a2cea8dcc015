// SPDX-License-Identifier: MIT

import HTTP1
import JSON
import NIOCore
import NumberVerification
import NumberVerificationSimulator
import Testing

struct SimulatorTests {
    private func reply(_ sketch: RequestSketch, by simulator: Simulator = Simulator()) throws -> SimulatedReply {
        var parser = HTTPRequestParser()
        parser.receive(sketch.bytes)
        guard case .request(let request) = try #require(try parser.next()) else {
            Issue.record("the bytes are no request")
            return SimulatedReply(steps: [])
        }
        return simulator.reply(to: request)
    }

    @Test
    func replyToAMatchHasTheseBytes() throws {
        let expected = """
            HTTP/1.1 200 OK\r
            Content-Type: application/json\r
            Content-Length: 77\r
            \r
            {"id":117270465688035039,"code":9000,"content":"verify consistent","exID":""}
            """
        #expect(try reply(RequestSketch()).steps == [.bytes(ByteBuffer(string: expected))])
    }

    @Test
    func directivesDelayDripOrReset() throws {
        let plain = try reply(RequestSketch("sim:code=9002"))
        guard case .bytes(let bytes) = try #require(plain.steps.first) else {
            Issue.record("the reply has no bytes")
            return
        }
        func steps(_ directives: String) throws -> [SimulatedReply.Step] {
            try reply(RequestSketch(.string("sim:code=9002," + directives))).steps
        }
        #expect(try steps("delay=250ms") == [.wait(.milliseconds(250)), .bytes(bytes)])
        #expect(try steps("drip=2s") == [.drip(bytes, over: .seconds(2))])
        #expect(try steps("drip=2s,delay=1m") == [.wait(.seconds(60)), .drip(bytes, over: .seconds(2))])
        #expect(try steps("reset=before") == [.reset])
        #expect(try steps("reset=after,delay=3s,http=502,drip=1s") == [.wait(.seconds(3)), .reset])
    }

    @Test
    func sameSeedAndRequestsGiveTheSameBytes() throws {
        func replies(seed: UInt64) throws -> [SimulatedReply] {
            let simulator = Simulator(configuration: .init(seed: seed))
            return try (0..<50).map { try reply(RequestSketch(.string("token \($0)")), by: simulator) }
        }
        #expect(try replies(seed: 1) == replies(seed: 1))
        #expect(try replies(seed: 1) != replies(seed: 2))
        #expect(try Set(replies(seed: 3)).count == 50)
    }

    @Test
    func idsCannotBeRepresentedAsDouble() throws {
        let simulator = Simulator()
        for _ in 0..<100 {
            guard case .bytes(let bytes) = try reply(RequestSketch(), by: simulator).steps.first else {
                Issue.record("the reply has no bytes")
                return
            }
            let body = try #require(String(buffer: bytes).split(separator: "\r\n\r\n").last)
            let id = try #require(try JSONValue.parse(body.utf8)["id"]?.integerValue)
            #expect(id > 1 << 53)
            #expect(Int64(exactly: Double(id)) != id)
        }
    }

    @Test
    func documentedTokenAlwaysHasTheDocumentedID() throws {
        let simulator = Simulator(configuration: .init(seed: 99))
        _ = try reply(RequestSketch(), by: simulator)
        let documented = RequestSketch("STsid0000001542695429579Ob28vB7b0cYTI9w0GGZrv8ujUu05qZvw")
        guard case .bytes(let bytes) = try reply(documented, by: simulator).steps.first else {
            Issue.record("the reply has no bytes")
            return
        }
        #expect(String(buffer: bytes).contains(#"{"id":117270465679982592,"#))
    }

    @Test
    func simulatorChecksTheConfiguredCredentials() throws {
        let simulator = Simulator(
            configuration: .init(credentials: Credentials(appKey: "key", masterSecret: Secret("s:e"))))
        func status(_ pair: String) throws -> Bool {
            let sketch = RequestSketch().with { $0.authorization = "Basic \(RequestSketch.base64(pair))" }
            guard case .bytes(let bytes) = try reply(sketch, by: simulator).steps.first else { return false }
            return String(buffer: bytes).hasPrefix("HTTP/1.1 200 ")
        }
        #expect(try status("key:s:e"))
        #expect(try !status("key:s"))
        #expect(try !status("7d431e42dfa6a6d693ac2d04:5e987ac6d2e04d95a9d8f0d1"))
    }

    @Test(arguments: [
        ("dleay=1s", "unknown directive 'dleay'"),
        ("code", "directive 'code' wants a number from 0 to 9999, not ''"),
        ("code=", "directive 'code' wants a number from 0 to 9999, not ''"),
        ("code=+1", "directive 'code' wants a number from 0 to 9999, not '+1'"),
        ("code=10000", "directive 'code' wants a number from 0 to 9999, not '10000'"),
        ("delay=1", "directive 'delay' wants a duration such as 250ms, 2s or 1m, one day at most, not '1'"),
        ("delay=-1s", "directive 'delay' wants a duration such as 250ms, 2s or 1m, one day at most, not '-1s'"),
        ("drip=25h", "directive 'drip' wants a duration such as 250ms, 2s or 1m, one day at most, not '25h'"),
        ("age=1441m", "directive 'age' wants a duration such as 250ms, 2s or 1m, one day at most, not '1441m'"),
        ("http=199", "directive 'http' wants a status from 200 to 599, not '199'"),
        (
            "body=jpeg",
            "directive 'body' wants html|empty|truncated|huge|error-object, not 'jpeg'"
        ),
        ("reset=during", "directive 'reset' wants before|after, not 'during'"),
        ("id=1.5", "directive 'id' wants missing|null|empty or a 64-bit integer, not '1.5'"),
        (
            "id=9223372036854775808",
            "directive 'id' wants missing|null|empty or a 64-bit integer, not '9223372036854775808'"
        ),
        ("exid=42", "directive 'exid' wants missing|null|empty|other, not '42'"),
        ("endpoint=web", "directive 'endpoint' wants mobile|h5, not 'web'"),
        ("phone=138", "directive 'phone' wants 11 digits, not '138'"),
        ("operator=cm", "directive 'operator' wants CM|CU|CT, not 'cm'"),
        ("code=9002,code=9003", "directive 'code' twice"),
        ("code=9002,", "unknown directive ''"),
        (",", "unknown directive ''"),
        ("Code=9002", "unknown directive 'Code'"),
        ("a\"b\u{1B}", #"unknown directive 'a\"b\u001b'"#),
        (String(repeating: "x", count: 1000), "unknown directive '\(String(repeating: "x", count: 40))…'"),
    ])
    func wrongDirectiveIsNamed(directives: String, message: String) throws {
        guard case .bytes(let bytes) = try reply(RequestSketch(.string("sim:" + directives))).steps.first else {
            Issue.record("the reply has no bytes")
            return
        }
        let text = String(buffer: bytes)
        #expect(text.hasPrefix("HTTP/1.1 400 "))
        #expect(text.hasSuffix(#"{"code":9012,"content":"parameter invalid: \#(message)"}"#))
    }

    @Test
    func emptyDirectivesAreIgnored() throws {
        #expect(try reply(RequestSketch("sim:")) == reply(RequestSketch("anything")))
    }

    @Test
    func replyWithStatus204HasNoBody() throws {
        let steps = try reply(RequestSketch("sim:http=204")).steps
        #expect(
            steps == [.bytes(ByteBuffer(string: "HTTP/1.1 204 No Content\r\nContent-Type: application/json\r\n\r\n"))])
    }

    @Test
    func headRequestGetsNoBody() throws {
        let expected = """
            HTTP/1.1 405 Method Not Allowed\r
            Content-Type: application/json\r
            Allow: POST\r
            Content-Length: 54\r
            \r

            """
        #expect(try reply(RequestSketch().with { $0.method = "HEAD" }).steps == [.bytes(ByteBuffer(string: expected))])
    }

    @Test
    func requestToCloseGetsAReplyWithConnectionClose() throws {
        let steps = try reply(RequestSketch().with { $0.fields = ["Connection: close"] }).steps
        #expect(steps.last == .close)
        guard case .bytes(let bytes) = try #require(steps.first) else {
            Issue.record("the reply has no bytes")
            return
        }
        #expect(String(buffer: bytes).contains("\r\nConnection: close\r\n"))
    }
}
