// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NumberVerification
import Testing

struct RunResultJSONTests {
    private typealias Fixture = MachineFixture

    @Test func jsonOfAResultHasFixedMembersInFixedOrder() {
        var machine = Fixture.machine()
        _ = machine.start(now: .zero)
        let attempt = Attempt(
            endpoint: .mobile, verdict: .match, code: 9000, content: "verify consistent", id: 117_270_465_679_982_593,
            exID: "order-42", httpStatus: 200, error: nil, delivered: .yes, billed: .yes, elapsed: .microseconds(41_250)
        )
        guard case .finish(let result) = machine.attemptFinished(attempt, now: .nanoseconds(41_300_499)) else {
            Issue.record("the run goes on")
            return
        }
        #expect(
            result.json(target: "simulator").description == #"{"decision":"allow","reason":"match","rule":"default","#
                + #""verdict":"match","code":9000,"content":"verify consistent","id":117270465679982593,"#
                + #""exID":"order-42","endpoint":"mobile","attempts":[{"endpoint":"mobile","verdict":"match","code":9000,"#
                + #""content":"verify consistent","id":117270465679982593,"exID":"order-42","http_status":200,"#
                + #""error":null,"delivered":"yes","billed":true,"elapsed_ms":41.25}],"elapsed_ms":41.3,"#
                + #""trace_id":"4f1c2a9be07d3316","rules_revision":"9c41e0a2","target":"simulator"}"#)
    }

    @Test func unknownMembersOfAResultAreNull() {
        var player = MachinePlayer([Fixture.rule("list", .preCheck)])
        let result = player.play(["list: pre_check": .decision(RuleDecision(.deny))])
        #expect(
            result.json(target: "simulator").description == #"{"decision":"deny","reason":null,"rule":"list","#
                + #""verdict":"unknown","code":null,"content":null,"id":null,"exID":"order-42","endpoint":null,"#
                + #""attempts":[],"elapsed_ms":1.0,"trace_id":"4f1c2a9be07d3316","rules_revision":"9c41e0a2","#
                + #""target":"simulator"}"#)
    }

    @Test func phonesAreMaskedInTheReasonButNotInFields() {
        var player = MachinePlayer([Fixture.rule("list", .preCheck)])
        let choice = RuleDecision(.deny, reason: "13800138000 is listed", fields: ["phone": "13800138000"])
        let result = player.play(["list: pre_check": .decision(choice)])
        let json = result.json(target: "simulator")
        #expect(json["reason"] == "138****8000 is listed")
        #expect(json["fields"] == ["phone": "13800138000"])
        #expect(result.decision.choice == choice)
    }

    @Test func rawAttemptsHaveAMemberRaw() {
        let json = TraceFixture.eventful().result.json(target: "simulator")
        #expect(json["attempts"]?.arrayValue?.map { $0["raw"] } == [true, nil, nil])
        #expect(json["attempts"]?.arrayValue?.map { $0["billed"] } == [true, false, "maybe"])
        #expect(json["code"] == .null)
        #expect(json["endpoint"] == "mobile")
    }
}
