// SPDX-License-Identifier: MIT

import HTTP1
import JSON
import NIOCore
import NIOPosix
import NumberVerificationSimulator
import RawConnections
import Testing

struct SimulatorServerTests {
    /// The bytes that `curl -X POST -H 'Content-Type: application/json' -u APPKEY:SECRET -d BODY URL` sends.
    private static func documentedCurl(secret: String = "5e987ac6d2e04d95a9d8f0d1", port: Int) -> String {
        let body =
            #"{"token":"STsid0000001542695429579Ob28vB7b0cYTI9w0GGZrv8ujUu05qZvw","phone":15813554612,"exID":"1234566"}"#
        return """
            POST /v1/web/verify HTTP/1.1\r
            Host: 127.0.0.1:\(port)\r
            Authorization: Basic \(RequestSketch.base64("7d431e42dfa6a6d693ac2d04:\(secret)"))\r
            User-Agent: curl/7.88.1\r
            Accept: */*\r
            Content-Type: application/json\r
            Content-Length: \(body.utf8.count)\r
            \r
            \(body)
            """
    }

    @Test
    func documentedCurlRequestGetsTheDocumentedReply() async throws {
        try await withServer { server in
            let client = try await RawConnection.connect(to: server)
            try await client.send(Self.documentedCurl(port: server.port))
            #expect(
                await client.receive(upTo: "}").hasSuffix(
                    "\r\n\r\n"
                        + #"{"id":117270465679982592,"code":9000,"content":"verify consistent","exID":"1234566"}"#))
            try await client.send(Self.documentedCurl(secret: "wrong", port: server.port))
            #expect(await client.receive(upTo: "}").hasSuffix("\r\n\r\n" + #"{"code":9011,"content":"auth failed"}"#))
            await client.close()
        }
    }

    @Test
    func connectionIsKeptForManyRequests() async throws {
        try await withServer { server in
            let client = try await RawConnection.connect(to: server)
            for _ in 0..<20 {
                try await client.send(RequestSketch("sim:code=9002").text)
                #expect(await client.receive(upTo: "}").hasSuffix(#"{"code":9002,"content":"unknown result"}"#))
            }
            await client.close()
        }
    }

    @Test
    func pipelinedRequestsAreAnsweredInOrder() async throws {
        try await withServer { server in
            let client = try await RawConnection.connect(to: server)
            let requests = ["sim:code=9002,delay=20ms", "sim:code=9003,drip=5ms", "sim:code=9004", "sim:code=9005"]
                .map { RequestSketch(.string($0)).text }
            let last = RequestSketch("sim:code=9006").with { $0.fields = ["Connection: close"] }.text
            try await client.send(requests.joined() + last)
            let replies = try #require(await client.rest())
            let codes = replies.split(separator: #"{"code":"#).dropFirst().compactMap { Int($0.prefix(4)) }
            #expect(codes == [9002, 9003, 9004, 9005, 9006])
        }
    }

    @Test
    func requestSentByteByByteIsAnswered() async throws {
        try await withServer { server in
            let client = try await RawConnection.connect(to: server)
            for byte in RequestSketch("sim:code=9002").text.utf8 { try await client.send(ByteBuffer(bytes: [byte])) }
            #expect(await client.outcome() == .reply(status: 200, body: #"{"code":9002,"content":"unknown result"}"#))
            await client.close()
        }
    }

    @Test
    func clientThatExpectsContinueGetsIt() async throws {
        try await withServer { server in
            let client = try await RawConnection.connect(to: server)
            let request = RequestSketch("sim:code=9002").with { $0.fields = ["Expect: 100-continue"] }.text
            let head = try #require(request.ranges(of: "\r\n\r\n").first).upperBound
            try await client.send(String(request[..<head]))
            #expect(await client.receive(upTo: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await client.send(String(request[head...]))
            #expect(await client.receive(upTo: "}").hasPrefix("HTTP/1.1 200 OK\r\n"))
            await client.close()
        }
    }

    @Test
    func chunkedBodyIsRead() async throws {
        try await withServer { server in
            let client = try await RawConnection.connect(to: server)
            let request = RequestSketch("sim:code=9002").with { $0.fields = ["Transfer-Encoding: chunked"] }.text
            let parts = request.split(separator: "\r\n\r\n").map(String.init)
            let head = parts[0].split(separator: "\r\n").filter { !$0.hasPrefix("Content-Length") }
            let (first, second) = (parts[1].prefix(10), parts[1].dropFirst(10))
            try await client.send(
                head.joined(separator: "\r\n") + "\r\n\r\na\r\n\(first)\r\n"
                    + "\(String(second.utf8.count, radix: 16))\r\n\(second)\r\n0\r\n\r\n")
            #expect(await client.outcome() == .reply(status: 200, body: #"{"code":9002,"content":"unknown result"}"#))
            await client.close()
        }
    }

    @Test
    func clientThatShutsDownSendingStillGetsItsReplies() async throws {
        try await withServer { server in
            let client = try await RawConnection.connect(to: server)
            try await client.send(RequestSketch("sim:code=9002,delay=20ms").text + RequestSketch("sim:code=9003").text)
            try await client.endInput()
            let replies = try #require(await client.rest())
            #expect(replies.ranges(of: "HTTP/1.1 200 OK").count == 2)
        }
    }

    @Test
    func connectionIsClosedWhenTheClientEndsInsideARequest() async throws {
        try await withServer { server in
            let client = try await RawConnection.connect(to: server)
            try await client.send("POST /v1/web/verify HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
            try await client.endInput()
            #expect(await client.rest() == "")
        }
    }

    @Test(arguments: HTTPRequestParserTests.hostile)
    func hostileBytesGetAnErrorAndCloseTheConnection(text: String, error: HTTPRequestError) async throws {
        try await withServer { server in
            let client = try await RawConnection.connect(to: server)
            try await client.send(text + String(repeating: "\0", count: 10_000))
            let reply = try #require(await client.rest())
            #expect(reply.hasPrefix("HTTP/1.1 \(error.status) "))
            #expect(reply.contains("\r\nConnection: close\r\n"))
            #expect(reply.hasSuffix(#"{"error":{"code":\#(error.status),"message":"bad request: \#(error)"}}"#))
        }
    }

    @Test
    func largeReplyArrivesWholeBeforeTheConnectionIsClosed() async throws {
        try await withServer { server in
            let client = try await RawConnection.connect(to: server)
            try await client.send(
                RequestSketch("sim:body=huge").with { $0.fields = ["Connection: close"] }.text + "more")
            #expect(try #require(await client.rest()).utf8.count > 128 * 1024)
        }
    }

    @Test
    func directiveResetResetsTheConnection() async throws {
        try await withServer { server in
            for token in ["sim:reset=before", "sim:reset=after,delay=1ms"] {
                let client = try await RawConnection.connect(to: server)
                try await client.send(RequestSketch(.string(token)).text)
                #expect(await client.rest() == nil)
            }
        }
    }

    @Test
    func stoppingTheServerClosesEveryConnection() async throws {
        // On an address of its own, since servers of other tests may get the port once it is free.
        let server = try await SimulatorServer.start(
            simulator: Simulator(), host: "127.0.0.2", group: MultiThreadedEventLoopGroup.singleton)
        let idle = try await RawConnection.connect(to: server)
        let waiting = try await RawConnection.connect(to: server)
        try await waiting.send(RequestSketch("sim:http=503,drip=1m").text)
        try await idle.send(RequestSketch().text)
        _ = await idle.receive(upTo: "}")
        await server.stop()
        #expect(await idle.rest() == "")
        _ = await waiting.rest()
        await #expect(throws: (any Error).self) { try await RawConnection.connect(to: server) }
    }
}
