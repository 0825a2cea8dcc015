// SPDX-License-Identifier: MIT

import HTTP1
import JSON
import MoondialGateway
import NIOConcurrencyHelpers
import NumberVerification
import RawConnections
import Testing

/// The provider's API, as a back-end that was written for the provider uses it.
@Suite struct ProviderAPITests {
    @Test func matchIsAnsweredAsByTheProvider() async throws {
        try await GatewayFixture.run { gateway in
            let reply = try await gateway.verify("STsid-1", exID: "order-1")
            #expect(reply.status == 200)
            #expect(reply.json["code"] == 9000)
            #expect(reply.json["content"] == "verify consistent")
            #expect(reply.json["exID"] == "order-1")
            #expect(reply.json["id"]?.integerValue != nil)
            #expect(reply.decision == "allow match")
            #expect(reply.fields["x-moondial-rule"] == "default")
            #expect(reply.fields["x-moondial-trace-id"]?.count == 16)
            #expect(reply.fields["x-moondial-revision"]?.isEmpty == false)
        }
    }

    @Test func denyIs9001AndReviewIs9002() async throws {
        let rules = """
            rule "r" { pre_check = function(req)
              if req.exid == "deny" then return deny "blocked" elseif req.exid == "review" then return review "unsure" end
            end }
            """
        try await GatewayFixture.run(rules: rules) { gateway in
            let denied = try await gateway.verify("STsid-1", exID: "deny")
            #expect(denied.status == 200)
            #expect(denied.json == ["code": 9001, "content": "verify not consistent", "exID": "deny"])
            #expect(denied.decision == "deny blocked")
            let reviewed = try await gateway.verify("STsid-2", exID: "review")
            #expect(reviewed.json == ["code": 9002, "content": "unknown result", "exID": "review"])
            #expect(reviewed.decision == "review unsure")
        }
    }

    @Test func codeOfTheProviderIsKeptUnlessDisabled() async throws {
        let rules = #"rule "r" { map_result = { unknown = review "ask_for_sms", mismatch = deny } }"#
        try await GatewayFixture.run(rules: rules) { gateway in
            let expired = try await gateway.verify("STsid-1", phone: "13800009003")
            #expect(expired.json["code"] == 9003)
            #expect(expired.json["content"] == "token expired or not exist")
            #expect(expired.decision == "review ask_for_sms")
        }
        try await GatewayFixture.run(rules: rules, configure: { $0.codes.keepsProviderCodes = false }) { gateway in
            let reply = try await gateway.verify("STsid-1", phone: "13800009003")
            #expect(reply.json["code"] == 9002)
        }
    }

    @Test func allowWithoutMatchIsNever9000UnlessConfigured() async throws {
        let rules = #"rule "staff" { pre_check = function() return allow "staff" end }"#
        try await GatewayFixture.run(rules: rules) { gateway in
            let reply = try await gateway.verify("STsid-1")
            #expect(reply.json["code"] == 9002)
            #expect(reply.decision == "allow staff")
        }
        try await GatewayFixture.run(rules: rules, configure: { $0.codes.byReason["staff"] = 9000 }) { gateway in
            let reply = try await gateway.verify("STsid-1")
            #expect(reply.json["code"] == 9002)
        }
        try await GatewayFixture.run(rules: rules, configure: { $0.codes.allowWithoutMatch = 9000 }) { gateway in
            let reply = try await gateway.verify("STsid-1")
            #expect(reply.json["code"] == 9000)
        }
    }

    @Test func denyAndReviewAreNever9000() async throws {
        let rules = #"rule "r" { pre_check = function() return deny "blocked" end }"#
        let codes: @Sendable (inout GatewayConfiguration) -> Void = {
            $0.codes.byReason["blocked"] = 9000
            $0.codes.deny = 9000
        }
        try await GatewayFixture.run(rules: rules, configure: codes) { gateway in
            let reply = try await gateway.verify("STsid-1")
            #expect(reply.json["code"] == 9002)
        }
    }

    @Test func reasonCanBeMappedToACode() async throws {
        let rules = #"rule "r" { pre_check = function() return deny "too_often" end }"#
        try await GatewayFixture.run(rules: rules, configure: { $0.codes.byReason["too_often"] = 9006 }) { gateway in
            let reply = try await gateway.verify("STsid-1")
            #expect(reply.json["code"] == 9006)
            #expect(reply.json["content"] == JSONValue(ResponseCode(9006).entry?.content))
        }
    }

    @Test func wrongCredentialsAreAnsweredAsByTheProvider() async throws {
        try await GatewayFixture.run { gateway in
            let body = GatewayFixture.verifyBody("STsid-1")
            let missing = try await gateway.request("POST", "/v1/web/verify", body: body, authorization: nil)
            #expect(missing.status == 401)
            #expect(missing.json == ["code": 9010, "content": "miss auth"])
            for wrong in ["Basic eDp5", "Bearer x", "Basic", "Digest x", GatewayFixture.authorization + "x"] {
                let reply = try await gateway.request("POST", "/v1/web/verify", body: body, authorization: wrong)
                #expect(reply.status == 401)
                #expect(reply.json == ["code": 9011, "content": "auth failed"])
            }
        }
    }

    @Test func wrongRequestsAreAnsweredAsByTheProvider() async throws {
        try await GatewayFixture.run { gateway in
            let got = try await gateway.request("GET", "/v1/web/verify")
            #expect(got.status == 405)
            #expect(got.json["code"] == 9013)
            let text = try await gateway.request("POST", "/v1/web/verify", body: "x=1", contentType: "text/plain")
            #expect(text.status == 415)
            #expect(text.json["code"] == 9015)
            for body in ["", "{", "[]", #"{"token":"x"}"#, #"{"token":"x","phone":""}"#, #"{"token":1,"phone":"1"}"#] {
                let reply = try await gateway.request("POST", "/v1/web/verify", body: body)
                #expect(reply.status == 400)
                #expect(reply.json["code"] == 9012)
            }
        }
    }

    @Test func membersThatTheProviderDoesNotKnowAreIgnored() async throws {
        try await GatewayFixture.run { gateway in
            let body = #"{"token":"STsid-1","phone":13800138000,"exID":"","sdkVersion":"2.1","nested":{"a":[1]}}"#
            let reply = try await gateway.request("POST", "/v1/web/verify", body: body)
            #expect(reply.status == 200)
            #expect(reply.json["code"] == 9000)
            #expect(reply.json["exID"] == "")
        }
    }

    @Test func channelComesFromThePathUnlessTheBodyNamesOne() async throws {
        let rules = #"rule "r" { pre_check = function(req) return deny(req.channel or "none") end }"#
        try await GatewayFixture.run(rules: rules) { gateway in
            let firstReply = try await gateway.verify("STsid-1")
            #expect(firstReply.decision == "deny none")
            let secondReply = try await gateway.verify("STsid-2", path: "/v1/web/h5/verify")
            #expect(secondReply.decision == "deny web")
            let body = #"{"token":"STsid-3","phone":"13800138000","channel":"native"}"#
            let thirdReply = try await gateway.request("POST", "/v1/web/h5/verify", body: body)
            #expect(thirdReply.decision == "deny native")
        }
    }

    @Test func reasonsAreEncodedInHeaderFields() async throws {
        let rules = #"rule "r" { pre_check = function() return deny "号码\r\nX: 1 100%" end }"#
        try await GatewayFixture.run(rules: rules) { gateway in
            let reply = try await gateway.verify("STsid-1")
            #expect(reply.fields["x-moondial-reason"] == "%E5%8F%B7%E7%A0%81%0D%0AX: 1 100%25")
            #expect(reply.fields["x"] == nil)
        }
    }

    @Test(arguments: [
        "/v2/../v1/web/verify", "/v2/./x", "/v2//x", "/v2/%2e%2e/v1/web/verify", "/v2/x%2Fy", "/v2/..", "/v2/",
        "/v2/..;/v1/web/verify", "/v2/x;a=b", "/v2/%252e%252e/v1/web/verify", "/v2/..%3b/v1", "/v2/%c0%ae%c0%ae/x",
        "/v1/web/%76erify", "/v1/web/verify;a=b", "/v1/web/verify/",
    ])
    func ambiguousPathsAreNotPassedThrough(path: String) async throws {
        let paths = PassthroughPaths(["/v1/web/*", "/v2/*"])
        try await GatewayFixture.run(configure: { $0.passthrough = paths }) { gateway in
            let reply = try await gateway.request("POST", path, body: "{}")
            #expect(reply.status == 404)
            #expect(reply.fields["content-type"] == "application/problem+json")
        }
    }

    @Test func callsOfARunContinueTheTraceOfItsRequest() async throws {
        let gate = AttemptGate()
        gate.open()
        let rules =
            "rule 'other endpoint' { fallback = function(req, attempt) if attempt.code == 9020 then return 'h5' end end }"
        try await GatewayFixture.run(rules: rules, gate: gate) { gateway in
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            let reply = try await gateway.verify(
                "sim:endpoint=h5", fields: ["Traceparent: 00-\(trace)-00f067aa0ba902b7-01"])
            let step = try #require(reply.fields["x-moondial-trace-id"])
            #expect(gate.traceparents == Array(repeating: "00-\(trace)-\(step)-01", count: 2))
            let own = try await gateway.verify("STsid-1", fields: ["Traceparent: 00-\(trace)-0000000000000000-01"])
            let begun = try #require(own.fields["x-moondial-trace-id"])
            #expect(gate.traceparents.last == "00-0000000000000000\(begun)-\(begun)-00")
            let twice = "Traceparent: 00-\(trace)-00f067aa0ba902b7-01"
            let third = try await gateway.verify("STsid-2", fields: [twice, twice])
            let fresh = try #require(third.fields["x-moondial-trace-id"])
            #expect(gate.traceparents.last == "00-0000000000000000\(fresh)-\(fresh)-00")
        }
    }

    @Test func passedRequestsAreCountedAndLoggedWithoutTheirContent() async throws {
        try await GatewayFixture.run(
            configure: {
                $0.passthrough = PassthroughPaths(["/v2/*"])
            }
        ) { gateway in
            let first = try await gateway.request("POST", "/v2/login?phone=13800138000", body: "{\"secret\": 1}")
            #expect(first.status == 404)
            let connection = try await gateway.connect()
            try await connection.send(GatewayFixture.text("HEAD", "/v2/login"))
            try await connection.send(GatewayFixture.text("GET", "/openapi.json"))
            let texts = await connection.receive(upTo: "\"openapi\"")
            // The reply to HEAD has no body, so the next reply begins after its head.
            #expect(texts.hasPrefix("HTTP/1.1 404 Not Found\r\n") && texts.contains("\r\n\r\nHTTP/1.1 200 OK\r\n"))
            let other = try await gateway.request("POST", "/v1/web/loginTokenVerify", body: "{}")
            #expect(other.fields["content-type"] == "application/problem+json")
            let passed = gateway.events.withLockedValue { events in
                events.compactMap { event in
                    if case .passedThrough(let request) = event {
                        "\(request.caller) \(request.method) \(request.entry) \(request.status ?? 0)"
                    } else {
                        nil
                    }
                }
            }
            let caller = GatewayFixture.credentials.appKey
            #expect(passed == ["\(caller) POST /v2/* 404", "\(caller) HEAD /v2/* 404"])
            let metrics = try await gateway.admin("/metrics").text
            #expect(metrics.contains("moondial_upstream_calls_total{endpoint=\"passthrough\",code=\"none\"} 2"))
        }
    }

    @Test(arguments: [(nil, 9010), ("Basic eDp5", 9011)])
    func wrongCredentialsAreRefusedAsTheProviderDoes(authorization: String?, code: Int64) async throws {
        try await GatewayFixture.run { gateway in
            for path in ["/v1/web/verify", "/v1/web/loginTokenVerify"] {
                let reply = try await gateway.request("POST", path, body: "{}", authorization: authorization)
                #expect(reply.status == 401)
                #expect(reply.json["code"] == .integer(code))
            }
        }
    }

    @Test func requestsAboveTheLimitOfACallerAreNotPassedThrough() async throws {
        try await GatewayFixture.run(configure: { $0.callerLimits.concurrency = 0 }) { gateway in
            let reply = try await gateway.request("POST", "/v1/web/loginTokenVerify", body: "{}")
            #expect(reply.status == 429)
            #expect(reply.fields["retry-after"] == "1")
            let metrics = try await gateway.admin("/metrics").text
            #expect(metrics.contains("moondial_rejected_requests_total{reason=\"rate_limit\"} 1"))
            #expect(!metrics.contains("endpoint=\"passthrough\",code=\"none\"} 1"))
        }
    }

    @Test(arguments: [
        (PassthroughPaths(["/v2/*", "/v1/web/loginTokenVerify"]), "without rules: /v1/web/loginTokenVerify, /v2/*"),
        (.none, "No other path is passed through"),
    ])
    func openAPIDocumentNamesThePathsThatArePassedThrough(paths: PassthroughPaths, text: String) async throws {
        try await GatewayFixture.run(configure: { $0.passthrough = paths }) { gateway in
            let document = try await gateway.request("GET", "/openapi.json").json.description
            #expect(document.contains(text))
            #expect(document.contains("Idempotency-Key is a caller's own name"))
        }
    }

    @Test func openAPIDocumentHasTheAuthPathIfItIsConfigured() async throws {
        try await GatewayFixture.run { gateway in
            let document = try await gateway.request("GET", "/openapi.json")
            #expect(!document.text.contains("/v1/auth"))
        }
        try await GatewayFixture.run(
            configure: { configuration in
                var fields = AuthFields()
                let isSet = ["phone=X-Phone", "phone", "number=X-Phone", "token=X Token"].map { fields.set($0) }
                #expect(isSet == [true, false, false, false])
                configuration.authFields = fields
            }
        ) { gateway in
            let document = try await gateway.request("GET", "/openapi.json")
            #expect(document.text.contains("/v1/auth") && document.text.contains("\"x-phone\""))
            let reply = try await gateway.request(
                "GET", "/v1/auth", contentType: nil, fields: ["X-Phone: 13800138000", "X-Moondial-Token: STsid-1"])
            #expect(reply.fields["x-moondial-decision"] != nil)
            let old = try await gateway.request(
                "GET", "/v1/auth", contentType: nil,
                fields: ["X-Moondial-Phone: 13800138000", "X-Moondial-Token: STsid-2"])
            #expect(old.fields["x-moondial-decision"] == nil)
        }
    }

    @Test func otherPathsOfTheProviderArePassedThrough() async throws {
        try await GatewayFixture.run { gateway in
            // The simulator's reply lists the paths that it serves.
            let reply = try await gateway.request("POST", "/v1/web/loginTokenVerify", body: "{}")
            #expect(reply.status == 404)
            #expect(reply.text.contains("no such path; there are /v1/web/verify"))
            let anonymous = try await gateway.request(
                "POST", "/v1/web/loginTokenVerify", body: "{}", authorization: nil)
            #expect(anonymous.status == 401)
            let unknown = try await gateway.request("POST", "/v1/other", body: "{}")
            #expect(unknown.status == 404)
            #expect(unknown.fields["content-type"] == "application/problem+json")
        }
        try await GatewayFixture.run(configure: { $0.passthrough = .none }) { gateway in
            let reply = try await gateway.request("POST", "/v1/web/loginTokenVerify", body: "{}")
            #expect(reply.fields["content-type"] == "application/problem+json")
        }
    }
}
