// SPDX-License-Identifier: MIT

import HTTP1
import JSON
import MoondialGateway
import NIOCore
import RawConnections
import Testing

/// `/v1/decide`, moondial's own API.
@Suite struct DecideTests {
    @Test func wholeDecisionIsTheReply() async throws {
        try await GatewayFixture.run { gateway in
            let body = GatewayFixture.verifyBody("STsid-1", exID: "order-1")
            let reply = try await gateway.request("POST", "/v1/decide", body: body)
            #expect(reply.status == 200)
            #expect(reply.json["decision"] == "allow")
            #expect(reply.json["exID"] == "order-1")
            #expect(reply.json["attempts"]?.arrayValue?.count == 1)
            #expect(reply.json["trace"] == nil)
            #expect(reply.json["trace_id"]?.stringValue == reply.fields["x-moondial-trace-id"])
        }
    }

    @Test func traceIsAddedOnRequest() async throws {
        try await GatewayFixture.run { gateway in
            let body = GatewayFixture.verifyBody("STsid-1")
            let reply = try await gateway.request("POST", "/v1/decide?trace=1", body: body)
            #expect(reply.json["trace"]?["events"]?.arrayValue?.isEmpty == false)
            #expect(!reply.text.contains("STsid-1"))
        }
    }

    @Test(arguments: [("0", true), ("false", true), ("yes", false), ("", false), ("1&trace=AAA", false)])
    func traceParameterIsTakenOrRefused(value: String, isTaken: Bool) async throws {
        try await GatewayFixture.run { gateway in
            let body = GatewayFixture.verifyBody("STsid-1")
            let reply = try await gateway.request("POST", "/v1/decide?trace=\(value)", body: body)
            #expect(reply.status == (isTaken ? 200 : 400))
            #expect(reply.json["trace"] == nil)
        }
    }

    /// JSON does not distinguish such numbers from whole ones.
    @Test func wholeNumbersMayHaveAFractionOfZero() async throws {
        try await GatewayFixture.run { gateway in
            let body = #"{"phone": 13800138000.0, "token": "STsid-1", "timeout_ms": 6e4, "token_age_ms": 10.0}"#
            let reply = try await gateway.request("POST", "/v1/decide?trace=1", body: body)
            #expect(reply.status == 200)
            #expect(reply.json["decision"] == "allow")
        }
    }

    @Test func wrongRequestsAreProblems() async throws {
        try await GatewayFixture.run { gateway in
            let unknown = try await gateway.request(
                "POST", "/v1/decide", body: #"{"token":"STsid-1","phone":"13800138000","chanel":"web"}"#)
            #expect(unknown.status == 400)
            #expect(unknown.fields["content-type"] == "application/problem+json")
            #expect(unknown.json["type"] == "urn:moondial:problem:request_invalid")
            #expect(unknown.json["detail"]?.stringValue?.contains("did you mean 'channel'?") == true)
            #expect(try await gateway.request("GET", "/v1/decide").status == 405)
            #expect(try await gateway.request("POST", "/v1/decide", body: "{}", authorization: nil).status == 401)
            #expect(
                try await gateway.request("POST", "/v1/decide", body: "{}", contentType: "text/plain").status == 415)
        }
    }

    @Test func openAPIDocumentNamesEveryPath() async throws {
        try await GatewayFixture.run { gateway in
            let reply = try await gateway.request("GET", "/openapi.json", authorization: nil)
            #expect(reply.status == 200)
            #expect(reply.json["openapi"] == "3.1.0")
            for path in ["/v1/web/verify", "/v1/web/h5/verify", "/v1/decide", "/openapi.json"] {
                #expect(reply.json["paths"]?[path] != nil)
            }
        }
    }

    @Test(arguments: [
        // The first is the SHA-256 of "caller-token".
        ("42759dabeaa13003b4a08844d414105fbbe66726b223dccb182613678f2c0d1a", 200),
        ("42759dabeaa13003b4a08844d414105fbbe66726b223dccb182613678f2c0d1b", 401),
    ])
    func callerIsAcceptedIfItsTokenHasTheHash(hash: String, status: Int) async throws {
        let callers = try CallerFile("login \(hash)\n# comment\n\n", appKeys: [])
        try await GatewayFixture.run(callers: callers) { gateway in
            let body = GatewayFixture.verifyBody("STsid-1")
            let reply = try await gateway.request(
                "POST", "/v1/decide", body: body, authorization: "Bearer caller-token")
            #expect(reply.status == status)
        }
    }

    @Test func fileOfCallersMayComeFromWindows() async throws {
        let hash = "42759dabeaa13003b4a08844d414105fbbe66726b223dccb182613678f2c0d1a"
        let callers = try CallerFile("\u{FEFF}# callers\r\n\r\nlogin \(hash)\r\n", appKeys: [])
        try await GatewayFixture.run(callers: callers) { gateway in
            let body = GatewayFixture.verifyBody("STsid-1")
            let reply = try await gateway.request(
                "POST", "/v1/decide", body: body, authorization: "Bearer caller-token")
            #expect(reply.status == 200)
        }
    }

    @Test func idempotencyKeysOfCallersDoNotMeet() async throws {
        let hash = "42759dabeaa13003b4a08844d414105fbbe66726b223dccb182613678f2c0d1a"
        let callers = try CallerFile("login \(hash)", appKeys: [])
        try await GatewayFixture.run(callers: callers) { gateway in
            for (token, authorization) in [
                ("STsid-1", "Bearer caller-token"), ("STsid-2", GatewayFixture.authorization),
            ] {
                let reply = try await gateway.request(
                    "POST", "/v1/decide", body: GatewayFixture.verifyBody(token), authorization: authorization,
                    fields: ["Idempotency-Key: order-1"])
                #expect(reply.status == 200)
                #expect(reply.fields["x-moondial-replayed"] == nil)
            }
        }
    }

    /// A rule that decides before anything is sent is asked again, since its answer costs nothing and may have changed.
    @Test func idempotencyKeyBelongsToItsRequestAlsoIfNothingWasSent() async throws {
        let rules =
            #"rule "r" { pre_check = function(req) if req.phone == "13900000000" then return deny "known" end end }"#
        try await GatewayFixture.run(rules: rules) { gateway in
            func decide(_ token: String, _ phone: String) async throws -> HTTPReply {
                try await gateway.request(
                    "POST", "/v1/decide", body: #"{"phone":"\#(phone)","token":"\#(token)"}"#,
                    fields: ["Idempotency-Key: order-1"])
            }
            #expect(try await decide("STsid-1", "13900000000").json["reason"] == "known")
            #expect(try await decide("STsid-1", "13800138000").status == 422)
            let again = try await decide("STsid-1", "13900000000")
            #expect(again.json["reason"] == "known" && again.fields["x-moondial-replayed"] == nil)
        }
    }

    @Test(arguments: ["/v1/decide", "/v1/web/verify"])
    func idempotencyKeyThatReadersMayDisagreeOnIsRefused(path: String) async throws {
        try await GatewayFixture.run { gateway in
            let body = GatewayFixture.verifyBody("STsid-1")
            let fields = ["Idempotency-Key: a"]
            let twice = try await gateway.request("POST", path, body: body, fields: fields + ["idempotency-key: b"])
            #expect(twice.status == 400)
            #expect(twice.text.contains("the field idempotency-key stands there twice"))
            let connection = try await gateway.connect()
            var bytes = ByteBuffer(string: GatewayFixture.text("POST", path, body: body, fields: fields))
            let place = try #require(bytes.readableBytesView.firstRange(of: "Key: a".utf8)).upperBound
            bytes.setInteger(UInt8(0xFF), at: place - 1)
            try await connection.send(bytes)
            let broken = try await connection.reply()
            #expect(broken.status == 400)
            #expect(broken.text.contains("the field idempotency-key is not UTF-8"))
            await connection.close()
            #expect(broken.decision == "" && twice.decision == "")
        }
    }

    @Test(arguments: [
        ("login", "expected NAME SHA256 [APPKEY]"), ("login 12", "expected a SHA-256"),
        ("login \(String(repeating: "0", count: 64)) other", "no application 'other'"),
        ("a \(String(repeating: "0", count: 64))\na \(String(repeating: "1", count: 64))", "stands there twice"),
    ])
    func invalidCallerFileIsRefused(text: String, message: String) {
        #expect {
            try CallerFile(text, appKeys: ["app"])
        } throws: { error in
            (error as? CallerFile.Problem)?.message.contains(message) == true
        }
    }
}
