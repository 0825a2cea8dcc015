// SPDX-License-Identifier: MIT

import Testing

@testable import MoondialConsole

/// Input from a pipe or file.
@Suite("Piped input", .timeLimit(.minutes(10)))
struct PipedInputTests {
    private var fixture = SessionFixture()

    init() { fixture.isInteractive = false }

    @Test func pipedInputStopsAtTheFirstError() async throws {
        let record = try await fixture.type("1", "nosuch", "2")
        #expect(record.results == "1\n")
        #expect(record.end == .failed)
    }

    @Test func pipedInputContinuesAfterAnErrorWithKeepGoing() async throws {
        var fixture = fixture
        fixture.setup = { $0.keepsGoing = true }
        let record = try await fixture.type("1", "nosuch", "2")
        #expect(record.results == "1\n2\n")
        #expect(record.end == .failed)
    }

    @Test func valuesTakeOneLineAndRunsAreNotDrawn() async throws {
        let record = try await fixture.type(
            "t = {} for i = 1, 60 do t[i] = (\"x\"):rep(20) end", "t", "verify(\"13800138000\", \"sim:\").verdict")
        #expect(record.resultLines.count == 2)
        #expect(record.notes == "")
    }

    @Test func wrongCommandEndsPipedInput() async throws {
        let record = try await fixture.type(":ruls", "1")
        #expect(record.notes.hasPrefix("error[usage]: there is no command ':ruls'; did you mean ':rules'?\n"))
        #expect(record.results == "")
        #expect(record.end == .failed)
    }
}
