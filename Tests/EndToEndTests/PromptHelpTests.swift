// SPDX-License-Identifier: MIT

import Foundation
import PseudoTerminals
import TemporaryFolders
import Testing

@Suite("Help at the prompt", .timeLimit(.minutes(10)))
struct PromptHelpTests {
    @Test func longTextIsShownAPageAtATime() async throws {
        let prompt = try await TerminalProcess(width: 60, height: 12)
        try await prompt.expectPrompt()
        prompt.type(":doc\r")
        try await prompt.expect { $0.lines.last?.contains("lines: Space goes on, Enter by a line, q ends") == true }
        #expect(prompt.lines.count == 12)
        let first = prompt.lines
        prompt.type("\r")
        try await prompt.expect { $0.lines.last?.hasPrefix("12 of ") == true }
        #expect(prompt.lines.dropLast().first == first.dropFirst().first)
        prompt.type(" ")
        try await prompt.expect {
            $0.lines.last?.hasPrefix("23 of ") == true || $0.lines.last?.hasPrefix("22 of ") == true
        }
        prompt.type("q")
        try await prompt.expectPrompt()
        #expect(try await prompt.run("6 * 7") == ["42"])
    }

    @Test func pagerOfTheUserIsUsed() async throws {
        let folder = try TemporaryFolder(["pager": "printf 'paged: '; head -1\n"])
        let prompt = try await TerminalProcess(
            width: 60, height: 12, environment: ["PAGER": "sh \(folder.path("pager"))"], in: folder)
        try await prompt.expectPrompt()
        #expect(try await prompt.run(":doc") == ["paged: Ask the service"])
        #expect(try await prompt.run(":doc req.phone") == ["req.phone: string", "  the number, as submitted"])
    }

    @Test func greetingWrapsAtWords() async throws {
        let prompt = try await TerminalProcess(width: 40, height: 12)
        try await prompt.expectPrompt()
        #expect(prompt.lines.contains("target: simulator in this process. Try"))
        #expect(prompt.lines.contains(":tour or :help; Ctrl-D leaves."))
    }

    @Test(arguments: [60, 80]) func tourCanBeCompleted(width: Int) async throws {
        let prompt = try await TerminalProcess(width: width, height: 40)
        try await prompt.expectPrompt()
        let steps = [
            (":tour", "1 of 6: ask the service"), ("verify(\"13800138000\", \"sim:\").decision", "2 of 6: codes"),
            ("verify(\"13800138000\", \"sim:code=9003\").decision", "Now type:"), (":explain 9003", "3 of 6: a rule"),
            ("rule \"r\" {\rmap_result = { mismatch = review \"ask_for_sms\" },\r}", "Now type:"),
            ("verify(\"13800138000\", \"sim:code=9001\").reason", "4 of 6: a fallback"),
            (
                "rule \"other\" {\rfallback = function(req, attempt)\rif attempt.code == 9020 then return \"h5\" end\rend,\r}",
                "Now type:"
            ),
            ("verify(\"13800138000\", \"sim:endpoint=h5\").decision", "5 of 6: explore"),
            (":explore ask_for_sms", "6 of 6: save"),
            (":save tour.lua", "That was the tour"),
        ]
        for (typed, shown) in steps {
            prompt.type("\u{C}")
            try await prompt.expect { $0.lines == ["sim>"] }
            prompt.type(typed + "\r")
            try await prompt.expect("\(typed)") { emulator in
                emulator.lines.contains { $0.hasPrefix(shown) } && emulator.lines.last == "sim>"
                    && emulator.isPasteBracketed
            }
        }
        #expect(try prompt.folder.read("tour.lua").contains("ask_for_sms"))
    }

    @Test(arguments: ["exit", "quit", ":q"]) func exitWordsLeaveThePrompt(word: String) async throws {
        let prompt = try await TerminalProcess()
        try await prompt.expectPrompt()
        prompt.type(word + "\r")
        #expect(try await prompt.finish() == 0)
    }

    @Test func blockIsEditedInTheEditorOfTheUser() async throws {
        let folder = try TemporaryFolder(["editor": "sed -i 's/one/42/' \"$1\"\n"])
        let prompt = try await TerminalProcess(
            environment: ["EDITOR": "sh \(folder.path("editor"))"], in: folder)
        try await prompt.expectPrompt()
        prompt.type("x = {\rone,\r")
        try await prompt.expect { $0.lines.last == "   >" }
        prompt.type("\u{18}\u{5}")
        try await prompt.expect { $0.lines.contains { $0.contains("42,") } && $0.isPasteBracketed }
        prompt.type("}\r")
        try await prompt.expectPrompt()
        #expect(try await prompt.run("x[1]") == ["42"])
    }

    @Test func blockStaysIfThereIsNoEditor() async throws {
        let prompt = try await TerminalProcess()
        try await prompt.expectPrompt()
        prompt.type("half\u{18}\u{5}")
        try await prompt.expect {
            $0.lines.contains { $0.contains("there is no editor to open") } && $0.lines.last == "sim> half"
        }
    }

    @Test func tableKeysThatAreNoIdentifiersAreCompletedInBrackets() async throws {
        let prompt = try await TerminalProcess()
        try await prompt.expectPrompt()
        try await prompt.run("t = { [\"we ird\"] = 1, [\"end\"] = 2, [\"\\u{4e2d}\\u{6587}\"] = 3 }")
        for (keys, value) in [("t.we", "1"), ("t.en", "2"), ("t.中", "3"), ("t[\"we", "1"), ("t.\t\t", "1")] {
            prompt.type("\u{C}\(keys)\t")
            try await prompt.expect { $0.lines.first?.hasPrefix("sim> t[") == true || keys.hasSuffix("\t") }
            prompt.type("\r")
            if keys.hasSuffix("\t") { prompt.type("\r") }
            try await prompt.expect { $0.lines.count == 3 && $0.lines[1] == value && $0.lines.last == "sim>" }
        }
    }
}
