// SPDX-License-Identifier: MIT

import HTTP1
import JSON
import MoondialGateway
import MoondialRules
import NIOConcurrencyHelpers
import Testing

/// The paths of the administration port, for operators and monitoring.
@Suite struct AdministrationTests {
    @Test func adminPortServesHealthReadinessAndVersion() async throws {
        try await GatewayFixture.run { gateway in
            #expect(try await gateway.admin("/healthz").json == ["status": "alive"])
            let readiness = try await gateway.admin("/readyz")
            #expect(readiness.status == 200)
            #expect(readiness.json["status"] == "ready")
            #expect(try await gateway.admin("/version").json == ["version": "test"])
            #expect(try await gateway.admin("/missing").status == 404)
            #expect(try await gateway.admin("/readyz", method: "POST").status == 405)
            #expect(try await gateway.admin("/-/reload", method: "GET").status == 405)
            // The public port serves none of these paths.
            #expect(try await gateway.request("GET", "/metrics").status == 404)
            #expect(try await gateway.request("GET", "/-/rules").status == 404)
        }
    }

    @Test func readinessSaysHowTheDecisionLogDoes() async throws {
        func log(_ path: String?, _ overflow: RecordSink.Overflow) async throws -> (status: Int, text: JSONValue?) {
            let result = NIOLockedValueBox<(status: Int, text: JSONValue?)>((0, nil))
            let (reports, continuation) = AsyncStream.makeStream(of: RecordSink.Event.self)
            let sink = try path.map { path in
                try RecordSink(RecordSink.Options(.file(path), overflow: overflow)) { continuation.yield($0) }
            }
            try await GatewayFixture.run(sink: sink) { gateway in
                _ = try await gateway.verify("STsid-1")
                if path == "/dev/full" { _ = await reports.first { _ in true } }
                let readiness = try await gateway.admin("/readyz")
                result.withLockedValue { $0 = (readiness.status, readiness.json["decision_log"]) }
            }
            return result.withLockedValue { $0 }
        }
        #expect(try await log(nil, .drop) == (200, "off"))
        #expect(try await log("/dev/null", .drop) == (200, "writable"))
        #expect(
            try await log("/dev/full", .drop) == (200, "not writable, requests are served: see decision_log_overflow"))
        #expect(try await log("/dev/full", .block(runsInFlight: 1)) == (503, "not writable"))
    }

    @Test func failedHookIsReportedWithItsTrace() async throws {
        try await GatewayFixture.run(rules: #"rule "r" { pre_check = function() error "no" end }"#) { gateway in
            let reply = try await gateway.verify("STsid-1")
            let traces = gateway.events.withLockedValue { events in
                events.compactMap { if case .hookFailed(_, let traceID) = $0 { traceID.description } else { nil } }
            }
            #expect(traces == [try #require(reply.fields["x-moondial-trace-id"])])
        }
    }

    @Test func rulesAreListedWithTheirHits() async throws {
        let rules = """
            rule "first" { pre_check = function(req) if req.exid == "x" then return deny "x" end end }
            rule "second" { map_result = { match = allow } }
            """
        try await GatewayFixture.run(rules: rules, workers: 2) { gateway in
            for number in 1...4 { _ = try await gateway.verify("STsid-\(number)", exID: "x") }
            _ = try await gateway.verify("STsid-5")
            let listed = try await gateway.admin("/-/rules").json
            #expect(listed["rules"]?.arrayValue?.map { $0["name"] } == ["first", "second"])
            #expect(listed["rules"]?.arrayValue?.map { $0["hits"] } == [4, 1])
            #expect(listed["files"] == ["rules.lua"])
        }
    }

    @Test func metricsCountDecisions() async throws {
        try await GatewayFixture.run(workers: 2) { gateway in
            _ = try await gateway.verify("STsid-1")
            _ = try await gateway.verify("STsid-2", phone: "13800009001")
            let text = try await gateway.admin("/metrics").text
            #expect(text.contains(#"moondial_requests_total{route="verify",decision="allow"} 1"#))
            #expect(text.contains(#"moondial_requests_total{route="verify",decision="deny"} 1"#))
            #expect(text.contains(#"moondial_upstream_calls_total{endpoint="mobile",code="9000"} 1"#))
            #expect(text.contains(#"moondial_billed_calls_total{billed="yes"} 2"#))
            #expect(!text.contains("STsid") && !text.contains("13800"))
            let open = try await gateway.request(
                "GET", "/metrics", fields: ["Accept: application/openmetrics-text; version=1.0.0"], toAdmin: true)
            #expect(open.text.hasSuffix("# EOF\n"))
        }
    }

    @Test func reloadTakesNewRulesAndKeepsOldOnesWhenTheyAreWrong() async throws {
        let rules = #"rule "r" { pre_check = function() return deny "before" end }"#
        try await GatewayFixture.run(rules: rules, workers: 2) { gateway in
            let revision = try await gateway.admin("/readyz").json["rules"]?["revision"]
            gateway.rules.withLockedValue { $0 = "rule 'r' {" }
            let failed = try await gateway.admin("/-/reload", method: "POST")
            #expect(failed.status == 422)
            #expect(failed.json["status"] == "unchanged")
            #expect(try await gateway.verify("STsid-1").decision == "deny before")
            #expect(try await gateway.admin("/readyz").json["last_reload"] != nil)
            #expect(try await gateway.admin("/metrics").text.contains(#"moondial_reloads_total{result="failure"} 1"#))

            gateway.rules.withLockedValue { $0 = #"rule "r" { pre_check = function() return deny "after" end }"# }
            let loaded = try await gateway.admin("/-/reload", method: "POST")
            #expect(loaded.status == 200)
            #expect(loaded.json["revision"] != revision)
            for number in 2...5 { #expect(try await gateway.verify("STsid-\(number)").decision == "deny after") }
            #expect(try await gateway.admin("/readyz").json["last_reload"] == nil)
        }
    }

    @Test func reloadsAtTheSameTimeEndWithTheLastRules() async throws {
        try await GatewayFixture.run(workers: 2) { gateway in
            for round in 1...10 {
                gateway.rules.withLockedValue {
                    $0 = #"rule "r" { pre_check = function() return deny "round \#(round)" end }"#
                }
                async let first = gateway.admin("/-/reload", method: "POST")
                async let second = gateway.admin("/-/reload", method: "POST")
                async let third = gateway.admin("/-/reload", method: "POST")
                let replies = try await [first, second, third]
                #expect(replies.map(\.status) == [200, 200, 200])
                let decided = try await gateway.verify("STsid-\(round)")
                #expect(decided.decision == "deny round \(round)")
            }
        }
    }

    @Test func runsInFlightEndOnTheRulesWithWhichTheyBegan() async throws {
        let gate = AttemptGate()
        let rules = #"rule "r" { map_result = function() return deny "before" end }"#
        try await GatewayFixture.run(rules: rules, gate: gate) { gateway in
            async let running = gateway.verify("STsid-1")
            await gate.arrival(of: 1)
            gateway.rules.withLockedValue { $0 = #"rule "r" { map_result = function() return deny "after" end }"# }
            let firstReply = try await gateway.admin("/-/reload", method: "POST")
            #expect(firstReply.status == 200)
            gate.open()
            #expect(try await running.decision == "deny before")
            let secondReply = try await gateway.verify("STsid-2")
            #expect(secondReply.decision == "deny after")
        }
    }
}
