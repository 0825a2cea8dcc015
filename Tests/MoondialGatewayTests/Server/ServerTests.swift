// SPDX-License-Identifier: MIT

import HTTP1
import JSON
import MoondialGateway
import NIOCore
import Platform
import RawConnections
import Testing
import TextFormats

/// Connections of the gateway's server.
@Suite struct ServerTests {
    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        try await GatewayFixture.run { gateway in
            let connection = try await gateway.connect()
            let count = 1000
            var requests = ""
            for number in 1...count {
                requests += GatewayFixture.text(
                    "POST", "/v1/web/verify",
                    body: GatewayFixture.verifyBody("STsid-\(number)", exID: "order-\(number)"))
            }
            async let sent: Void = connection.send(requests)
            let received = await connection.receive(upTo: "\"order-\(count)\"")
            try await sent
            let exIDs = received.split(separator: "\"exID\":\"").dropFirst().map { $0.prefix { $0 != "\"" } }
            #expect(exIDs == (1...count).map { "order-\($0)" })
            await connection.close()
        }
    }

    @Test func clientThatClosesItsSendingSideGetsItsReply() async throws {
        try await GatewayFixture.run { gateway in
            let connection = try await gateway.connect()
            try await connection.send(
                GatewayFixture.text("POST", "/v1/web/verify", body: GatewayFixture.verifyBody("STsid-1")))
            try await connection.endInput()
            let rest = try #require(await connection.rest())
            #expect(rest.contains("\"code\":9000"))
        }
    }

    @Test func continueIsSentToClientsThatExpectIt() async throws {
        try await GatewayFixture.run { gateway in
            let connection = try await gateway.connect()
            let body = GatewayFixture.verifyBody("STsid-1")
            try await connection.send(
                GatewayFixture.text(
                    "POST", "/v1/web/verify", fields: ["Content-Length: \(body.utf8.count)", "Expect: 100-continue"]))
            #expect(await connection.receive(upTo: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await connection.send(body)
            #expect(try await connection.reply().json["code"] == 9000)
            await connection.close()
        }
    }

    @Test func bodyInChunksIsRead() async throws {
        try await GatewayFixture.run { gateway in
            let connection = try await gateway.connect()
            let body = GatewayFixture.verifyBody("STsid-1")
            let half = body.utf8.count / 2
            let chunks = [body.prefix(half), body.dropFirst(half)].map {
                "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n"
            }
            try await connection.send(
                GatewayFixture.text("POST", "/v1/web/verify", fields: ["Transfer-Encoding: chunked"]) + chunks.joined()
                    + "0\r\n\r\n")
            #expect(try await connection.reply().json["code"] == 9000)
            await connection.close()
        }
    }

    @Test(arguments: [
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("GET / HTTP/1.1\nHost: a\n\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 16385\r\n\r\n", 413),
        ("GET /\(String(repeating: "x", count: 17_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 431),
    ])
    func malformedAndAmbiguousRequestsAreRefused(request: String, status: Int) async throws {
        try await GatewayFixture.run { gateway in
            let connection = try await gateway.connect()
            try await connection.send(request + "GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n")
            let rest = await connection.rest() ?? ""
            #expect(rest.hasPrefix("HTTP/1.1 \(status) "))
            // The following bytes are not read as a request.
            #expect(!rest.contains("200 OK"))
        }
    }

    @Test func slowRequestHeadIsAnsweredWith408() async throws {
        try await GatewayFixture.run(configure: { $0.limits.headTime = .milliseconds(1) }) { gateway in
            let connection = try await gateway.connect()
            try await connection.send("GET /openapi.json HTTP/1.1\r\nHo")
            #expect(await connection.rest()?.hasPrefix("HTTP/1.1 408 ") == true)
        }
    }

    @Test func idleConnectionIsClosed() async throws {
        try await GatewayFixture.run(configure: { $0.limits.idleTime = .milliseconds(1) }) { gateway in
            let connection = try await gateway.connect()
            #expect(await connection.rest() == "")
        }
    }

    @Test func connectionWhoseRepliesAreNotReadIsClosed() async throws {
        try await GatewayFixture.run(configure: { $0.limits.writeTime = .milliseconds(1) }) { gateway in
            let connection = try await RawConnection.connect(port: gateway.port, reads: false)
            // More than the buffers of both sockets hold.
            let request = GatewayFixture.text("GET", "/openapi.json", contentType: nil)
            try await connection.send(String(repeating: request, count: 2000))
            func connections() async throws -> Bool {
                try await gateway.admin("/metrics").text.contains("moondial_connections 1")
            }
            while try await connections() {}
            await connection.close()
        }
    }

    @Test func repliesSayWhenTheyWereMade() async throws {
        try await GatewayFixture.run { gateway in
            for reply in [
                try await gateway.verify("STsid-1"), try await gateway.request("GET", "/missing"),
                try await gateway.admin("/healthz"),
            ] {
                let now = WallClock.milliseconds() / 1000
                let dates = (now - 600...now).map(UTCTime.httpDate(seconds:))
                #expect(dates.contains(try #require(reply.fields["date"])))
            }
        }
    }

    @Test func connectionAboveTheLimitIsAnsweredWith503() async throws {
        try await GatewayFixture.run(configure: { $0.limits.connections = 1 }) { gateway in
            let first = try await gateway.connect()
            try await first.send(GatewayFixture.text("GET", "/openapi.json", contentType: nil))
            #expect(try await first.reply().status == 200)
            let second = try await gateway.connect()
            let reply = try await second.reply()
            #expect(reply.status == 503)
            #expect(reply.fields["retry-after"] == "1")
            await first.close()
            await second.close()
        }
    }

    /// Calls `body` while the only run that may be in flight is held, and `request` waits for its end; then lets the run
    /// end, and passes the reply to `request`.
    private func whileRequestWaits(
        _ request: String, at gate: AttemptGate, _ body: @Sendable (GatewayFixture) async throws -> Void,
        reply: @Sendable (HTTPReply) -> Void
    ) async throws {
        let limits: @Sendable (inout GatewayConfiguration) -> Void = {
            $0.runs = 1
            $0.waitingRuns = 1
            $0.waitingTime = .hours(1)
        }
        try await GatewayFixture.run(gate: gate, configure: limits) { gateway in
            async let first = gateway.verify("STsid-1")
            await gate.arrival(of: 1)
            let waiting = try await gateway.connect()
            try await waiting.send(request)
            // The metrics come from the same event loop: when they show the waiting request, it is in the queue.
            while !(try await gateway.admin("/metrics").text.contains("moondial_waiting_runs 1")) {}
            try await body(gateway)
            gate.open()
            #expect(try await first.json["code"] == 9000)
            reply(try await waiting.reply())
            await waiting.close()
        }
    }

    @Test func requestAboveTheQueueLimitIsAnsweredWithoutARun() async throws {
        let request = GatewayFixture.text("POST", "/v1/web/verify", body: GatewayFixture.verifyBody("STsid-2"))
        try await whileRequestWaits(request, at: AttemptGate()) { gateway in
            let third = try await gateway.verify("STsid-3")
            #expect(third.status == 503)
            #expect(third.fields["retry-after"] == "1")
            #expect(third.json["code"] == 9099)
            #expect(third.decision == "")
        } reply: {
            #expect($0.json["code"] == 9000)
        }
    }

    /// The caller waits no longer, and the token stays unused.
    @Test func requestWhoseTimeHasPassedWhileItWaitedIsNotSent() async throws {
        let gate = AttemptGate()
        let request = GatewayFixture.text(
            "POST", "/v1/decide", body: #"{"phone":"13800138000","token":"STsid-2","timeout_ms":1}"#)
        try await whileRequestWaits(request, at: gate) { _ in
            let start = NIODeadline.now()
            while NIODeadline.now() - start < .milliseconds(2) {}
        } reply: {
            #expect($0.status == 503)
        }
        #expect(gate.arrivals == 1)
    }

    @Test func callerAboveItsConcurrencyIsRefusedWith429() async throws {
        let gate = AttemptGate()
        try await GatewayFixture.run(gate: gate, configure: { $0.callerLimits.concurrency = 1 }) { gateway in
            async let first = gateway.verify("STsid-1")
            await gate.arrival(of: 1)
            let second = try await gateway.verify("STsid-2")
            #expect(second.status == 429)
            #expect(second.fields["retry-after"] == "1")
            gate.open()
            #expect(try await first.json["code"] == 9000)
            let third = try await gateway.verify("STsid-3")
            #expect(third.json["code"] == 9000)
        }
    }

    @Test func callerRateIsLimitedPerSecond() {
        var limits = CallerThrottle.Limits()
        limits.rate = 2
        let throttle = CallerThrottle(limits)
        let (caller, other) = (Caller(name: "a", appKey: "app"), Caller(name: "b", appKey: "app"))
        let start = NIODeadline.uptimeNanoseconds(1)
        func isGranted(_ caller: Caller, after time: TimeAmount) -> Bool { throttle.begin(caller, now: start + time) }
        #expect(isGranted(caller, after: .zero))
        #expect(isGranted(caller, after: .zero))
        #expect(!isGranted(caller, after: .zero))
        #expect(isGranted(other, after: .zero))
        #expect(isGranted(caller, after: .milliseconds(500)))
        #expect(!isGranted(caller, after: .milliseconds(600)))
    }

    @Test func drainLetsRequestsInFlightEnd() async throws {
        let gate = AttemptGate()
        try await GatewayFixture.run(gate: gate) { gateway in
            let idle = try await gateway.connect()
            try await idle.send(GatewayFixture.text("GET", "/openapi.json", contentType: nil))
            _ = try await idle.reply()
            let busy = try await gateway.connect()
            try await busy.send(
                GatewayFixture.text("POST", "/v1/web/verify", body: GatewayFixture.verifyBody("STsid-1")))
            await gate.arrival(of: 1)
            gateway.gateway.beginDraining()
            #expect(try await gateway.admin("/readyz").status == 503)
            async let drained = gateway.gateway.drain(within: .hours(1))
            #expect(await idle.rest() == "")
            gate.open()
            let rest = try #require(await busy.rest())
            #expect(rest.contains("\"code\":9000"))
            #expect(rest.contains("Connection: close"))
            #expect(await drained)
        }
    }
}
