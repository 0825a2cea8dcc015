// SPDX-License-Identifier: MIT

import Foundation
import PseudoTerminals
import TemporaryFolders
import Testing

@Suite("Ctrl-C and Ctrl-Z at the prompt", .timeLimit(.minutes(10)))
struct PromptInterruptTests {
    @Test(
        "Ctrl-C stops a script whatever it does",
        arguments: [
            "while true do end", "while true do pcall(error) end",
            "coroutine.wrap(function() while true do pcall(error) end end)()",
            "return (\"a\"):rep(120):find(\".-.-.-.-b\")",
            "while true do pcall(coroutine.wrap(function() local t <close> = setmetatable({}, { __close = function() "
                + "while true do end end }) error() end)) end",
        ])
    func controlCStopsAScript(_ script: String) async throws {
        let prompt = try await TerminalProcess(["repl", "--timeout", "1h"], width: 200)
        try await prompt.expectPrompt()
        // When "busy" is printed, the terminal is in its mode for scripts.
        prompt.type("print \"busy\" \(script)\r")
        try await prompt.expect { $0.lines.contains("busy") }
        prompt.type("\u{3}")
        try await prompt.expectPrompt()
        #expect(prompt.lines.contains("error[cancelled]: interrupted"))
        #expect(try await prompt.run("6 * 7") == ["42"])
        prompt.type("\u{4}")
        #expect(try await prompt.finish() == 0)
    }

    @Test func controlCDuringACallReportsThatTheTokenMayBeSpent() async throws {
        let prompt = try await TerminalProcess(["repl", "--timeout", "1h"], width: 200)
        try await prompt.expectPrompt()
        prompt.type("print \"busy\" return verify(\"13800138000\", \"sim:delay=3600s\")\r")
        try await prompt.expect { $0.lines.contains("busy") }
        prompt.type("\u{3}")
        try await prompt.expectPrompt()
        #expect(
            prompt.lines.contains(
                "interrupted: the attempt at mobile may have been delivered, the token may be spent"))
        #expect(try await prompt.run("6 * 7") == ["42"])
    }

    @Test("leaving with calls in flight reports that their tokens may be spent", arguments: ["\u{4}", ":quit\r"])
    func leavingWithCallsInFlight(_ keys: String) async throws {
        let prompt = try await TerminalProcess(["repl", "--timeout", "1h"], width: 200)
        try await prompt.expectPrompt()
        for call in ["verify(", "moondial.attempt(\"h5\", "] {
            try await prompt.run("moondial.spawn(function() return \(call)\"13800138000\", \"sim:delay=3600s\") end)")
        }
        prompt.type(keys)
        #expect(try await prompt.finish() == 0)
        for endpoint in ["mobile", "h5"] {
            #expect(
                prompt.lines.contains(
                    "interrupted: the attempt at \(endpoint) may have been delivered, the token may be spent"))
        }
        #expect(prompt.lines.contains("[1] stopped") && prompt.lines.contains("[2] stopped"))
    }

    @Test func terminationDuringACallReportsThatTheTokenMayBeSpent() async throws {
        let prompt = try await TerminalProcess(["repl", "--timeout", "1h"], width: 200)
        try await prompt.expectPrompt()
        prompt.type("print \"busy\" return verify(\"13800138000\", \"sim:delay=3600s\")\r")
        try await prompt.expect { $0.lines.contains("busy") }
        prompt.send(SIGTERM)
        #expect(try await prompt.finish() == 143)
        #expect(
            prompt.lines.contains(
                "interrupted: the attempt at mobile may have been delivered, the token may be spent"))
    }

    @Test func controlCStopsAFileThatIsLoading() async throws {
        let folder = try TemporaryFolder(["loop.lua": "print \"busy\" while true do pcall(error) end"])
        let prompt = try await TerminalProcess(in: folder)
        try await prompt.expectPrompt()
        prompt.type(":load loop.lua\r")
        try await prompt.expect { $0.lines.contains("busy") }
        prompt.type("\u{3}")
        try await prompt.expectPrompt()
        #expect(prompt.lines.contains("error[cancelled]: interrupted"))
    }

    @Test func controlCStopsPrintingALongValue() async throws {
        let prompt = try await TerminalProcess()
        try await prompt.expectPrompt()
        try await prompt.run("t = {} for i = 1, 2000000 do t[i] = i end")
        prompt.type(":full t\r")
        try await prompt.expect { $0.transcript.contains("  1,") }
        prompt.type("\u{3}")
        try await prompt.expectPrompt()
        #expect(prompt.lines.contains("error[cancelled]: interrupted"))
        #expect(try await prompt.run("6 * 7") == ["42"])
    }

    @Test func controlCStopsABusyFunctionInTheBackground() async throws {
        let prompt = try await TerminalProcess()
        try await prompt.expectPrompt()
        try await prompt.run("known = { field = 1 }")
        let spawn = "moondial.spawn(function() print \"busy\" while true do pcall(error) end end)"
        prompt.type("\(spawn)\r")
        try await prompt.expect { $0.lines.contains("busy") && $0.isPasteBracketed }
        // The Lua state is busy: fields do not complete, but hints that need no Lua are shown.
        prompt.type("known.fi\t.x")
        try await prompt.expect { $0.lines.last == "sim> known.fi.x" }
        prompt.type("\u{15}verify(")
        try await prompt.expect { $0.lines.last == "sim> verify(phone, token, [exid], [options])" }
        prompt.type("\u{3}")
        try await prompt.expect { $0.lines.suffix(2) == ["[1] stopped", "sim>"] }
        #expect(try await prompt.run("6 * 7") == ["42"])
        // A block entered meanwhile waits. Whether it has begun when Ctrl-C arrives depends on microseconds.
        prompt.type("\(spawn)\r")
        try await prompt.expect { $0.lines.contains("busy") && $0.isPasteBracketed }
        prompt.type("f(\r1)\r")
        try await prompt.expect { $0.lines.last == "   > 1)" && !$0.isPasteBracketed }
        prompt.type("\u{3}")
        try await prompt.expect { $0.lines.contains("[2] stopped") && $0.lines.last == "sim>" }
    }

    @Test func lineTypedDuringACallRunsAfterIt() async throws {
        let prompt = try await TerminalProcess()
        try await prompt.expectPrompt()
        prompt.type("print \"busy\" return moondial.attempt(\"h5\", \"13800138000\", \"sim:delay=300ms\").code\r")
        try await prompt.expect { $0.lines.contains("busy") }
        prompt.type("6 * 7\r")
        try await prompt.expect { $0.lines.suffix(3) == ["sim> 6 * 7", "42", "sim>"] }
    }

    @Test func suspendedPromptComesBackWithItsLine() async throws {
        let prompt = try await TerminalProcess(["-i"], program: "/bin/sh", environment: ["PS1": "shell$ "])
        try await prompt.expect { $0.lines.last == "shell$" }
        prompt.type("\"$MOONDIAL\"\r")
        try await prompt.expectPrompt()
        prompt.type("6 *")
        try await prompt.expect { $0.lines.last == "sim> 6 *" }
        prompt.type("\u{1A}")
        try await prompt.expect { $0.lines.last == "shell$" && !$0.isPasteBracketed }
        prompt.type("fg\r")
        try await prompt.expect { $0.lines.last == "sim> 6 *" && $0.isPasteBracketed }
        prompt.type(" 7\r")
        try await prompt.expect { $0.lines.suffix(3) == ["sim> 6 * 7", "42", "sim>"] }
        prompt.type("\u{4}")
        try await prompt.expect { $0.lines.last == "shell$" }
        prompt.type("exit\r")
        #expect(try await prompt.finish() == 0)
    }
}
