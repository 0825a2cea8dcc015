// SPDX-License-Identifier: MIT

import Foundation
import PseudoTerminals
import TemporaryFolders
import Testing

/// `moondial` with the line editor, on a terminal.
@Suite("At the prompt", .timeLimit(.minutes(10)))
struct PromptTests {
    @Test func blockOfSeveralLinesIsIndentedAndRun() async throws {
        let prompt = try await TerminalProcess()
        try await prompt.expectPrompt()
        #expect(prompt.lines.contains("target: simulator in this process. Try :tour or :help; Ctrl-D leaves."))
        prompt.type("function twice(n)\r")
        try await prompt.expect { $0.lines.suffix(2) == ["sim> function twice(n)", "   >"] && $0.column == 7 }
        prompt.type("return n * 2\r")
        try await prompt.expect { $0.lines.suffix(2) == ["   >   return n * 2", "   >"] && $0.column == 7 }
        prompt.type("end\r")
        try await prompt.expect { $0.lines.suffix(3) == ["   >   return n * 2", "   > end", "sim>"] }
        #expect(try await prompt.run("twice(21), \"号码\"") == ["42", "\"号码\""])
        prompt.type("\u{4}")
        #expect(try await prompt.finish() == 0)
        #expect(prompt.terminal.emulator.unknown == [])
    }

    @Test func waterfallIsShownBeforeTheValue() async throws {
        let prompt = try await TerminalProcess(width: 60)
        try await prompt.expectPrompt()
        let lines = try await prompt.run("verify(\"13800138000\", \"sim:\").verdict")
        #expect(lines.first?.hasPrefix("trace ") == true)
        #expect(lines.contains { $0.contains("attempt 1") })
        #expect(lines.last == "\"match\"")
        prompt.type(":quit\r")
        #expect(try await prompt.finish() == 0)
    }

    @Test func hintsAndCompletionsAreShown() async throws {
        let prompt = try await TerminalProcess()
        try await prompt.expectPrompt()
        prompt.type("verify(")
        try await prompt.expect { $0.lines.last == "sim> verify(phone, token, [exid], [options])" }
        prompt.type("\u{3}")
        try await prompt.expectPrompt()
        try await prompt.run("shop = { payment = 1, parcel = 2 }")
        prompt.type("shop.pa\t")
        try await prompt.expect { $0.lines.suffix(3) == ["sim> shop.pa", " parcel   number", " payment  number"] }
        prompt.type("\t\t\r")
        try await prompt.expect { $0.lines.last == "sim> shop.payment" }
        prompt.type("\r")
        try await prompt.expect { $0.lines.suffix(3) == ["sim> shop.payment", "1", "sim>"] }
        prompt.type(":lo\t")
        try await prompt.expect { $0.lines.last == "sim> :load" && $0.column == 11 }
    }

    @Test func pasteOfTenThousandLinesIsRun() async throws {
        let prompt = try await TerminalProcess()
        try await prompt.expectPrompt()
        let lines = ["n = 0 -- 号码"] + [String](repeating: "n = n + 1", count: 10_000) + ["print(n)"]
        prompt.type("\u{1B}[200~" + lines.joined(separator: "\n") + "\u{1B}[201~")
        try await prompt.expect { $0.lines.last == "   > print(n)" }
        prompt.type("\r")
        // Each line runs by itself.
        try await prompt.expect { $0.lines.suffix(3) == ["sim> print(n)", "10000", "sim>"] }
    }

    @Test func pastedTranscriptIsRunInputByInput() async throws {
        let prompt = try await TerminalProcess()
        try await prompt.expectPrompt()
        let transcript = """
            $ moondial
            sim> 1 + 1
            2
            sim> rule "ask" {
               >   map_result = { mismatch = review "ask_for_sms" },
               > }
            rule 'ask' added: map_result
            sim> :rules
               rule  hooks       hits  source
            1  ask   map_result  0     stdin:2

            """
        prompt.type("\u{1B}[200~\(transcript)\u{1B}[201~")
        try await prompt.expect { $0.lines.last == "   > :rules" }
        prompt.type("\r")
        try await prompt.expect { $0.lines.count > 9 && $0.lines.last == "sim>" && $0.isPasteBracketed }
        #expect(
            Array(prompt.lines.suffix(10)) == [
                "sim> 1 + 1", "2", "sim> rule \"ask\" {", "   >   map_result = { mismatch = review \"ask_for_sms\" },",
                "   > }",
                "rule 'ask' added: map_result", "sim> :rules", "   rule  hooks       hits  source",
                "1  ask   map_result  0     stdin:2", "sim>",
            ])
        // Each input is in the history by itself.
        prompt.type("\u{1B}[A")
        try await prompt.expect { $0.lines.last == "sim> :rules" }
        prompt.type("\u{1B}[A\u{1B}[A")
        try await prompt.expect { $0.lines.last == "sim> 1 + 1" }
    }

    @Test("a paste without its end is left by Escape or Ctrl-C", arguments: ["\u{1B}", "\u{3}"])
    func aPasteWithoutItsEnd(key: String) async throws {
        let prompt = try await TerminalProcess()
        try await prompt.expectPrompt()
        prompt.type("\u{1B}[200~6 * 7")
        prompt.type(key)
        if key == "\u{3}" {
            try await prompt.expect { $0.lines.suffix(2) == ["sim> ^C", "sim>"] }
        } else {
            try await prompt.expect { $0.lines.last == "sim> 6 * 7" }
        }
        prompt.type("\u{15}1 + 1\r")
        try await prompt.expect { $0.lines.suffix(3) == ["sim> 1 + 1", "2", "sim>"] }
    }

    @Test func suggestionsComeFromTheHistoryOfTheSameTarget() async throws {
        let folder = try TemporaryFolder()
        let sim = try await TerminalProcess(environment: ["XDG_STATE_HOME": folder.path("state")], in: folder)
        try await sim.expectPrompt()
        try await sim.run("answer = 42")
        sim.type("\u{4}")
        #expect(try await sim.finish() == 0)
        let live = try await TerminalProcess(
            ["repl", "--live", "--base-url", "http://127.0.0.1:1", "--insecure", "--yes-insecure"],
            environment: [
                "XDG_STATE_HOME": folder.path("state"), "MOONDIAL_APP_KEY": "key", "MOONDIAL_MASTER_SECRET": "secret",
            ],
            in: folder)
        try await live.expectPrompt("LIVE(127.0.0.1:1)>")
        live.type("answ")
        try await live.expect { $0.lines.last == "LIVE(127.0.0.1:1)> answ" }
        live.type("\u{15}:history answer\r")
        try await live.expect { $0.lines.contains { $0.contains("ok") && $0.hasSuffix("sim  answer = 42") } }
    }

    @Test func resizeRedrawsTheLine() async throws {
        let prompt = try await TerminalProcess(width: 40, height: 10)
        try await prompt.expectPrompt()
        prompt.type("x = \"0123456789 0123456789 0123456789\"")
        try await prompt.expect { $0.lines.suffix(2) == ["sim> x = \"0123456789 0123456789 01234567", "89\""] }
        let erasures = prompt.terminal.emulator.erasures
        prompt.terminal.resize(width: 60, height: 10)
        try await prompt.expect {
            $0.erasures > erasures && $0.lines.last == "sim> x = \"0123456789 0123456789 0123456789\""
        }
        prompt.type("\r#x\r")
        try await prompt.expect { $0.lines.suffix(2) == ["32", "sim>"] }
    }

    @Test func backgroundFunctionPrintsAboveThePrompt() async throws {
        let prompt = try await TerminalProcess()
        try await prompt.expectPrompt()
        let spawn =
            "moondial.spawn(function() return moondial.attempt(\"h5\", \"13800138000\", \"sim:delay=300ms\").code end)"
        // On a busy machine the function may have ended by then.
        #expect(try await prompt.run(spawn).contains("1"))
        prompt.type("half a li")
        try await prompt.expect { $0.lines.suffix(3) == ["[1] done:", "9000", "sim> half a li"] }
        prompt.type("\u{3}")
        try await prompt.expect { $0.lines.suffix(2) == ["sim> half a li^C", "sim>"] }
    }

    @Test func controlCClearsTheLineAndControlDLeavesOnlyAnEmptyOne() async throws {
        let prompt = try await TerminalProcess()
        try await prompt.expectPrompt()
        prompt.type("abc\u{4}\u{3}")
        try await prompt.expect { $0.lines.suffix(2) == ["sim> abc^C", "sim>"] }
        prompt.type("\u{4}")
        #expect(try await prompt.finish() == 0)
        #expect(prompt.lines.last == "sim>")
    }

    @Test func questionIsAnsweredByOneLineThatIsNotKeptInTheHistory() async throws {
        let prompt = try await TerminalProcess(
            ["--live", "--base-url", "http://127.0.0.1:1", "--insecure", "--yes-insecure"].withCommand("repl"),
            environment: ["MOONDIAL_APP_KEY": "key", "MOONDIAL_MASTER_SECRET": "secret"])
        try await prompt.expectPrompt("LIVE(127.0.0.1:1)>")
        #expect(prompt.output.contains("\u{1B}[0;31mLIVE(127.0.0.1:1)>"))
        prompt.type("verify(\"13800138000\", \"token\").reason\r")
        try await prompt.expect { $0.lines.last?.hasSuffix("Go on? [y/N]") == true && $0.isPasteBracketed }
        prompt.type("no(\r")
        try await prompt.expect { $0.lines.contains { $0.contains("the live call was not confirmed") } }
        try await prompt.expectPrompt("LIVE(127.0.0.1:1)>")
        prompt.type("\u{1B}[A")
        try await prompt.expect { $0.lines.last == "LIVE(127.0.0.1:1)> verify(\"13800138000\", \"token\").reason" }
    }
}

extension [String] {
    /// The words after that of the command.
    fileprivate func withCommand(_ name: String) -> [String] { [name] + self }
}
