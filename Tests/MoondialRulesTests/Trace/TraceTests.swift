// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import Testing

struct TraceTests {
    private typealias Fixture = MachineFixture

    /// An event as `kind start+duration rule/hook@line detail`.
    private func line(_ event: WrittenEvent) -> String {
        let place = "\(event.rule ?? "-")/\(event.hook?.rawValue ?? "-")@\(event.site?.line ?? 0)"
        let (start, duration) = (event.start / .microseconds(1), event.duration / .microseconds(1))
        return "\(event.kind.rawValue) \(Int(start))+\(Int(duration)) \(place) \(JSONValue.object(event.detail))"
    }

    @Test func everyEventHasItsTimePlaceAndDetail() {
        let repair = "repair a token sent to the wrong endpoint"
        let expected = [
            #"hook 3+18 mainland mobile numbers only/pre_check@2 {"answer":"none"}"#,
            #"hook 21+12979 号码信誉/pre_check@11 {"answer":"none"}"#,
            #"log 30+0 号码信誉/pre_check@11 {"message":"asking about 138****8000","fields":{"list":2}}"#,
            #"attempt 40+12000 号码信誉/pre_check@11 {"number":1,"raw":true,"endpoint":"mobile","#
                + #""verdict":"mismatch","code":9001,"content":"verify not consistent","id":7,"exID":null,"#
                + #""http_status":200,"error":null,"delivered":"yes","billed":true,"elapsed_ms":12.0}"#,
            #"attempt 13000+41000 -/-@0 {"number":2,"endpoint":"h5","verdict":"unknown","code":9020,"#
                + #""content":"decrypt token failed","id":7,"exID":null,"http_status":200,"error":null,"#
                + #""delivered":"yes","billed":false,"elapsed_ms":41.0}"#,
            #"hook 54000+12 \#(repair)/fallback@21 {"answer":"endpoint","endpoint":"mobile","attempt":2}"#,
            #"attempt 54012+29988 \#(repair)/fallback@21 {"number":3,"endpoint":"mobile","verdict":"unknown","#
                + #""code":null,"content":null,"id":null,"exID":null,"http_status":null,"#
                + #""error":{"kind":"response_timeout","message":"no reply within 30 ms","retryable":false},"#
                + #""delivered":"maybe","billed":"maybe","elapsed_ms":30.0}"#,
            #"hook 84000+10 \#(repair)/fallback@21 {"answer":"endpoint","endpoint":"h5","attempt":3}"#,
            #"guard 84010+0 \#(repair)/fallback@21 {"reason":"max_attempts","endpoint":"h5","#
                + #""message":"attempt at h5 refused: the run has made all the attempts it may"}"#,
            #"decision 84010+0 verdicts become decisions/map_result@31 {"decision":"review","#
                + #""reason":"ask_for_sms","fields":{"template":3},"rule":"verdicts become decisions","#
                + #""why":"map_result entry 'unknown' of rule 'verdicts become decisions'"}"#,
            #"hook 84010+12490 tell the ledger/on_decision@41 {"answer":"failed","error":{"kind":"raised","#
                + #""message":"attempt to index a nil value (field 'ledger' for 138****8000)","file":"rules.lua","#
                + #""line":42,"source":"  ledger.write(req.phone)","#
                + #""traceback":["rules.lua:42: in hook 'on_decision'"]}}"#,
            #"decision 96500+0 tell the ledger/on_decision@41 {"decision":"review","reason":"rule_error","#
                + #""rule":"tell the ledger","why":"on_decision of rule 'tell the ledger' failed: it raised an error"}"#,
        ]
        #expect(TraceFixture.eventful().machine.trace.written.map(line) == expected)
    }

    @Test func jsonOfAnEventOmitsMembersThatDoNotApply() throws {
        let events = TraceFixture.eventful().machine.trace.stepsJSON
        try #require(events.count > 4)
        #expect(
            events[0].description == #"{"event":"hook","start_ms":0.003,"duration_ms":0.018,"#
                + #""rule":"mainland mobile numbers only","hook":"pre_check","file":"rules.lua","line":2,"#
                + #""detail":{"answer":"none"}}"#)
        #expect(
            events[4].description.hasPrefix(#"{"event":"attempt","start_ms":13.0,"duration_ms":41.0,"detail":"#))
    }

    @Test func traceNamesTheRunTheRulesAndTheRequest() throws {
        let options: JSONObject = ["ip": "192.0.2.1", "context": ["phone": "13800138000"]]
        var machine = Fixture.machine(channel: .web, options: options)
        _ = machine.start(now: .zero)
        let json = machine.trace.json
        #expect(json["trace_id"] == "4f1c2a9be07d3316")
        #expect(json["rules_revision"] == "9c41e0a2")
        #expect(
            json["request"]?.description == #"{"phone":"138****8000","exID":"order-42","channel":"web","#
                + #""ip":"192.0.2.1","context":{"phone":"138****8000"}}"#)
        #expect(json["events"]?.arrayValue?.count == 1)
        #expect(json["dropped_events"] == nil)
    }

    @Test func showPhonesShowsThePhoneButNoTokenInTheTrace() {
        var machine = Fixture.machine(
            settings: RunSettings(showPhones: true), options: ["token": "STsid-invented-token-1"])
        _ = machine.start(now: .zero)
        #expect(machine.trace.json["request"]?["phone"] == "13800138000")
        #expect(machine.trace.json["request"]?["token"] == "<token>")
    }

    @Test func attemptInFlightIsShownWithoutAResult() {
        var machine = Fixture.machine()
        _ = machine.start(now: .milliseconds(1))
        #expect(machine.trace.written.map(line) == [#"attempt 1000+0 -/-@0 {"number":1,"endpoint":"mobile"}"#])
    }

    @Test func logMessagesBeyondTheByteLimitOfATraceAreDropped() throws {
        var player = MachinePlayer([Fixture.rule("chatty", .preCheck)])
        let message = String(repeating: "x", count: 1000)
        _ = player.play(hook: { _, _, machine, now in
            for _ in 0..<1000 { machine.log(message, fields: ["n": 1], now: now) }
            return .none
        })
        let kept = player.events(.log).count
        #expect(kept == 65_536 / (1000 + 7))
        #expect(player.machine.trace.json["dropped_events"] == .integer(Int64(1000 - kept)))
        #expect(player.events(.decision).count == 1)
    }

    @Test func logMessagesBeyondTheCountLimitAreDropped() throws {
        var player = MachinePlayer([Fixture.rule("chatty", .preCheck)])
        var receptions: [RunMachine.LogReception] = []
        _ = player.play(hook: { _, _, machine, now in
            for number in 0..<102 { receptions.append(machine.log("\(number)", now: now)) }
            return .none
        })
        let dropped: [RunMachine.LogReception] = [.dropped(isFirst: true), .dropped(isFirst: false)]
        #expect(receptions == Array(repeating: .kept, count: 100) + dropped)
        #expect(player.events(.log).count == 100)
    }
}
