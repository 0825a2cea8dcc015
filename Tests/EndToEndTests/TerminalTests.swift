// SPDX-License-Identifier: MIT

import Testing

@Suite("On a terminal", .timeLimit(.minutes(10)))
struct TerminalTests {
    @Test func decisionComesInColourWithItsTrace() async throws {
        let (status, screen) = try await TerminalProcess.run(["verify"], input: Requests.json())
        #expect(status == 0)
        #expect(screen.contains("decision  \u{1B}[1m\u{1B}[32mallow\u{1B}[0m"))
        #expect(screen.contains("attempt 1"))
        #expect(screen.contains("█"))
    }

    @Test("colour is left out where it is not wanted", arguments: [["NO_COLOR": "1"], ["TERM": "dumb"]])
    func withoutColour(environment: [String: String]) async throws {
        let (status, screen) = try await TerminalProcess.run(
            ["verify"], input: Requests.json(), environment: environment)
        #expect(status == 0)
        #expect(!screen.contains("\u{1B}"))
        #expect(screen.contains("attempt 1"))
    }

    @Test func errorsComeInColour() async throws {
        let (status, screen) = try await TerminalProcess.run(["verfy"])
        #expect(status == 64)
        #expect(screen.contains("\u{1B}[31merror[usage]"))
    }

    @Test func noLineIsWiderThanTheTerminal() async throws {
        let (_, screen) = try await TerminalProcess.run(
            ["verify"], columns: 62, input: Requests.json(), environment: ["NO_COLOR": "1"])
        let trace = screen.split(separator: "\n").drop { !$0.hasPrefix("trace ") }
        #expect(trace.count > 3)
        #expect(trace.allSatisfy { $0.count <= 62 })
    }

    @Test func expectedInputIsDescribed() async throws {
        let (status, screen) = try await TerminalProcess.run(["verify"], environment: ["NO_COLOR": "1"])
        #expect(status == 66)
        #expect(screen.contains(#"Type the request as JSON, {"token": "…", "phone": "…"}, then Ctrl-D:"#))
    }

    @Test func outputToAFileHasNoColour() async throws {
        let outcome = try await Executable.run(["verify", "--trace"], input: Requests.json())
        #expect(!outcome.output.contains("\u{1B}"))
    }
}
