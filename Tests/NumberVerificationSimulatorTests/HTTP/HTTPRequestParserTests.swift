// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore
import NumberVerificationSimulator
import Testing

struct HTTPRequestParserTests {
    /// Reads until the bytes are used up, handing them over in pieces of the given size.
    static func events(
        _ text: String, pieces: Int = .max, limits: HTTPRequestParser.Limits = .init()
    ) throws -> [HTTPRequestParser.Event] {
        var parser = HTTPRequestParser(limits: limits)
        var rest = ByteBuffer(string: text)
        var events: [HTTPRequestParser.Event] = []
        while let piece = rest.readSlice(length: min(pieces, max(1, rest.readableBytes))) {
            parser.receive(piece)
            while let event = try parser.next() {
                guard case .request(var request) = event else {
                    events.append(event)
                    continue
                }
                request.fields = .none
                events.append(.request(request))
            }
        }
        return events
    }

    private static func request(
        method: String = "POST", path: String = "/", query: String? = nil, authorization: String? = nil,
        contentType: String? = nil, keepsAlive: Bool = true, body: String = ""
    ) -> HTTPRequestParser.Event {
        .request(
            HTTPRequest(
                method: method, path: path, query: query, authorization: authorization, contentType: contentType,
                keepsAlive: keepsAlive, body: ByteBuffer(string: body)))
    }

    static let readable: [(String, [HTTPRequestParser.Event])] = [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", [request(method: "GET")]),
        ("GET / HTTP/1.1\r\nhost:a\r\n\r\n", [request(method: "GET")]),
        ("GET /a?b=c HTTP/1.1\r\nHost: \r\n\r\n", [request(method: "GET", path: "/a", query: "b=c")]),
        ("GET http://a:80/b?c HTTP/1.1\r\nHost: a\r\n\r\n", [request(method: "GET", path: "/b", query: "c")]),
        ("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", [request(method: "GET", path: "")]),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", [request(method: "OPTIONS", path: "*")]),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nAUTHORIZATION:\tBasic x \r\ncontent-type: application/json\r\n"
                + "Content-Length: 3\r\n\r\nabc",
            [request(authorization: "Basic x", contentType: "application/json", body: "abc")]
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n", [request(keepsAlive: false)]),
        ("POST / HTTP/1.1\r\nHost: a\r\nConnection: te, close\r\n\r\n", [request(keepsAlive: false)]),
        ("POST / HTTP/1.1\r\nHost: a\r\nConnection: closer\r\n\r\n", [request()]),
        ("POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\nx", [request(keepsAlive: false, body: "x")]),
        ("\r\n\r\nPOST / HTTP/1.1\r\nHost: a\r\n\r\n", [request()]),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "3\r\nabc\r\n00A;x=\"y\"\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
            [request(body: "abc0123456789")]
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [request()]),
        (
            "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nxGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
                + "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\ny\r\n0\r\n\r\n"
                + "GET /4 HTTP/1.1\r\nHost: a\r\n\r\n",
            [
                request(path: "/1", body: "x"), request(method: "GET", path: "/2"), request(path: "/3", body: "y"),
                request(method: "GET", path: "/4"),
            ]
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", [request()]),
        (
            "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
            [request(keepsAlive: false, body: "x")]
        ),
    ]

    @Test(arguments: readable)
    func requestIsRead(text: String, events: [HTTPRequestParser.Event]) throws {
        #expect(try Self.events(text) == events)
    }

    @Test(arguments: readable)
    func requestInPiecesOfAnySizeIsReadTheSame(text: String, events: [HTTPRequestParser.Event]) throws {
        for pieces in [1, 2, 3, 7, 40] {
            #expect(try Self.events(text, pieces: pieces) == events)
        }
    }

    @Test(arguments: readable)
    func incompleteRequestIsNotReadYet(text: String, events: [HTTPRequestParser.Event]) throws {
        for length in 0..<text.utf8.count {
            #expect(try Self.events(String(text.utf8.prefix(length)) ?? "").count < events.count)
        }
    }

    @Test
    func expectationOfContinueIsReportedOnceAndOnlyWithoutABody() throws {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
        #expect(try Self.events(head) == [.continueExpected])
        #expect(try Self.events(head + "xy") == [Self.request(body: "xy")], "it did not wait")
        #expect(try Self.events(head + "xy", pieces: head.utf8.count) == [.continueExpected, Self.request(body: "xy")])
    }

    static let hostile: [(String, HTTPRequestError)] = [
        ("\0\0\0\r\n\r\n", .badRequestLine),
        ("\u{16}\u{3}\u{1}\r\n\r\n", .badRequestLine),
        ("GET\r\n\r\n", .badRequestLine),
        ("GET /\r\n\r\n", .badRequestLine),
        ("GET  HTTP/1.1\r\n\r\n", .badRequestLine),
        (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", .badRequestLine),
        ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", .badRequestLine),
        ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", .badRequestLine),
        ("GET /\u{E9} HTTP/1.1\r\nHost: a\r\n\r\n", .badRequestLine),
        ("GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n", .badRequestLine),
        ("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", .badRequestLine),
        ("GET / HTTP/1.1\nHost: a\r\n\r\n", .badRequestLine),
        ("GET / HTTP/1.1\n\n", .badRequestLine),
        ("\n\n", .badRequestLine),
        ("GET / http/1.1\r\nHost: a\r\n\r\n", .badRequestLine),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", .unsupportedVersion),
        ("GET / HTTP/1.10\r\nHost: a\r\n\r\n", .unsupportedVersion),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion),
        ("GET / HTTP/1.1\r\n\r\n", .badHost),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .badHost),
        ("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", .badHost),
        ("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", .badField),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: b\n\n", .badField),
        ("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", .badField),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .badField),
        ("GET / HTTP/1.1\r\nHost: a\r\nnothing\r\n\r\n", .badField),
        ("GET / HTTP/1.1\r\nHost: a\r\n: empty\r\n\r\n", .badField),
        ("GET / HTTP/1.1\r\nHost: a\r\nX\u{E9}: b\r\n\r\n", .badField),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", .badField),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", .badField),
        ("POST / HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nAuthorization: y\r\n\r\n", .repeatedField),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: x\r\nContent-Type: x\r\n\r\n", .repeatedField),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", .repeatedField),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx", .badLength),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\n", .badLength),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", .badLength),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx", .badLength),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\nx", .badLength),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1 1\r\n\r\nx", .badLength),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n", .bodyTooLarge),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", .bodyTooLarge),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            .ambiguousLength
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .unsupportedCoding),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", .unsupportedCoding),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", .unsupportedCoding),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            .unsupportedCoding
        ),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .unsupportedCoding),
        ("POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", .unknownExpectation),
    ]

    @Test(arguments: hostile)
    func hostileRequestIsRefused(text: String, error: HTTPRequestError) {
        for pieces in [Int.max, 1, 5] {
            #expect(throws: error) { try Self.events(text, pieces: pieces) }
        }
    }

    @Test(
        arguments: [
            ("x\r\n", .badChunk), ("\r\n", .badChunk), (";a\r\n", .badChunk), ("-1\r\n", .badChunk),
            ("0x1\r\n", .badChunk),
            ("1\nx\r\n", .badChunk), ("1\r\nxy\r\n", .badChunk), ("1\r\nx\n", .badChunk), ("000000001\r\n", .badChunk),
            ("ffffffff\r\n", .bodyTooLarge), ("10001\r\n", .bodyTooLarge), ("1\r\nx\r\n10000\r\n", .bodyTooLarge),
            ("1;" + String(repeating: "x", count: 16 * 1024), .headTooLarge),
            ("0\r\n" + String(repeating: "a: b\r\n", count: 4 * 1024), .headTooLarge),
            (String(repeating: "1;x=yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\nx\r\n", count: 1024), .headTooLarge),
        ] as [(String, HTTPRequestError)])
    func hostileChunkIsRefused(chunks: String, error: HTTPRequestError) {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(throws: error) { try Self.events(head + chunks) }
        #expect(throws: error) { try Self.events(head + chunks, pieces: 41) }
    }

    @Test
    func tooLargeHeadIsRefused() throws {
        var limits = HTTPRequestParser.Limits()
        limits.headBytes = 64
        func head(_ length: Int) -> String {
            let frame = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n"
            return frame.replacing("X: ", with: "X: " + String(repeating: "x", count: length - frame.utf8.count))
        }
        #expect(try Self.events(head(64), limits: limits).count == 1)
        #expect(throws: HTTPRequestError.headTooLarge) { try Self.events(head(65), limits: limits) }
        #expect(throws: HTTPRequestError.headTooLarge) { try Self.events(head(65), pieces: 1, limits: limits) }
        #expect(throws: HTTPRequestError.headTooLarge) {
            try Self.events(String(repeating: "x", count: 64), limits: limits)
        }
    }

    @Test
    func bodyOfExactlyTheSizeLimitIsRead() throws {
        let body = String(repeating: "x", count: 64 * 1024)
        let plain = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n" + body
        let chunked =
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10000\r\n" + body + "\r\n0\r\n\r\n"
        #expect(try Self.events(plain, pieces: 1000) == [Self.request(body: body)])
        #expect(try Self.events(chunked, pieces: 1000) == [Self.request(body: body)])
    }

    @Test(arguments: HTTPRequestError.allCases)
    func everyErrorHasAnErrorStatus(error: HTTPRequestError) {
        #expect((400..<600).contains(error.status))
    }

    /// Random bytes of a good request are replaced by random ones. The result must not depend on the pieces in which
    /// the bytes arrive.
    @Test
    func damagedRequestInPiecesOfAnySizeIsReadTheSame() {
        var state: UInt64 = 7
        func random(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let good = Array(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n".utf8)
        var (read, refused) = (0, 0)
        for _ in 0..<5000 {
            var bytes = good
            for _ in 0...random(below: 3) { bytes[random(below: bytes.count)] = UInt8(random(below: 256)) }
            let whole = Self.outcome(of: bytes, pieces: .max)
            #expect(Self.outcome(of: bytes, pieces: 1) == whole)
            #expect(Self.outcome(of: bytes, pieces: 7) == whole)
            if whole.error != nil { refused += 1 }
            for case .request(let request) in whole.events {
                read += 1
                #expect(request.method.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
                #expect(request.path.first == "/")
                #expect(request.body.readableBytes <= 3)
            }
        }
        #expect(read > 20 && refused > 500, "both happen: \(read), \(refused)")
    }

    private struct Reading: Equatable {
        var events: [HTTPRequestParser.Event] = []
        var error: HTTPRequestError?
    }

    private static func outcome(of bytes: [UInt8], pieces: Int) -> Reading {
        var parser = HTTPRequestParser()
        var rest = ByteBuffer(bytes: bytes)
        var reading = Reading()
        do throws(HTTPRequestError) {
            while let piece = rest.readSlice(length: min(pieces, rest.readableBytes)), piece.readableBytes > 0 {
                parser.receive(piece)
                while let event = try parser.next() { reading.events.append(event) }
            }
        } catch {
            reading.error = error
        }
        return reading
    }

    @Test(arguments: [
        "5 garbage\r\nhello\r\n0\r\n\r\n", "5;a\rb\r\nhello\r\n0\r\n\r\n", "5;a\0\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\r\nno field\r\n\r\n", "0\r\nA : b\r\n\r\n", "0\r\n folded\r\n\r\n", "0\r\nA: \u{1}\r\n\r\n",
        "5\rhello\r\n0\r\n\r\n",
    ])
    func malformedChunkOrTrailerIsRefused(chunks: String) {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        for pieces in [1, 3, .max] {
            #expect(throws: HTTPRequestError.self) { try Self.events(head + chunks, pieces: pieces) }
        }
    }

    @Test(arguments: [
        "\u{16}\u{3}\u{1}", "POST foo HTTP/1.1\r\nHost: a\r\n\r\n", "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", "\rX",
    ])
    func badRequestLineIsRefusedAtOnce(text: String) {
        for pieces in [1, .max] {
            #expect(throws: HTTPRequestError.badRequestLine) { try Self.events(text, pieces: pieces) }
        }
    }

    @Test(arguments: ["a b", "a, b", "a/b", "u@a", "a?b", "\u{E9}"])
    func badHostFieldIsRefused(host: String) {
        #expect(throws: HTTPRequestError.badHost) { try Self.events("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") }
    }
}
