// SPDX-License-Identifier: MIT

import Testing

@testable import MoondialConsole

/// Calls that cost money.
@Suite("Live calls", .timeLimit(.minutes(10)))
struct LiveTests {
    private var fixture = SessionFixture()
    private let call = "verify(\"13800138000\", \"sim:code=9001\").verdict"

    init() {
        fixture.setup = {
            $0.isLive = true
            $0.target = "api.example"
        }
    }

    @Test func onlyTheFirstLiveCallAsks() async throws {
        let record = try await fixture.type(call, "yes", call)
        #expect(record.results == "\"mismatch\"\n\"mismatch\"\n")
        #expect(record.prompts.count { $0.contains("[y/N]") } == 1)
        #expect(record.prompts.first == "LIVE(api.example)> ")
        #expect(record.notes.split(separator: "\n").count { $0 == "live: mobile 9001, billed" } == 2)
    }

    @Test func answerNoSendsNothing() async throws {
        let record = try await fixture.type(call, "n")
        #expect(record.results == "")
        #expect(record.notes.contains("verify: nothing was sent: the live call was not confirmed"))
        #expect(!record.notes.contains("live: mobile"))
    }

    @Test func liveCallsFailIfInputIsNoTerminal() async throws {
        var fixture = fixture
        fixture.setup = {
            $0.isLive = true
            $0.canAsk = false
        }
        let record = try await fixture.type(call, "moondial.attempt(\"mobile\", \"13800138000\", \"sim:\")")
        let notes = record.notes.replacing("\n  ", with: " ")
        #expect(notes.split(separator: "\n").count { $0.contains("input comes from no terminal") } == 2)
    }
}
