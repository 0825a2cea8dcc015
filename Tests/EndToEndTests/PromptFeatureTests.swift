// SPDX-License-Identifier: MIT

import Foundation
import PseudoTerminals
import TemporaryFolders
import Testing

/// Features of the prompt on a terminal. Pastes, interrupts, history, consent, help and the tour have other suites.
@Suite("What the prompt can do", .timeLimit(.minutes(10)))
struct PromptFeatureTests {
    private func prompt(width: Int = 80, height: Int = 24, _ files: [String: String] = [:]) async throws
        -> TerminalProcess
    {
        let prompt = try await TerminalProcess(width: width, height: height, in: try TemporaryFolder(files))
        try await prompt.expectPrompt()
        return prompt
    }

    // MARK: - Values

    @Test func allValuesOfABlockAreKept() async throws {
        let prompt = try await prompt()
        #expect(try await prompt.run("1, \"号码\", nil") == ["1", "\"号码\"", "nil"])
        #expect(try await prompt.run("_1, _2, _3") == ["1", "\"号码\"", "nil"])
        #expect(try await prompt.run("for i = 1, 2 do show { i } end") == ["{ 1 }", "{ 2 }"])
        #expect(try await prompt.run("setmetatable({}, { __name = \"Point\" })") == ["--[[ Point ]] {}"])
    }

    @Test func listOfRecordsIsShownAsATableThatFitsTheWindow() async throws {
        let prompt = try await prompt(width: 40)
        try await prompt.run("t = { { n = 1, text = (\"号\"):rep(40) }, { n = 22, text = \"b\" } }")
        let lines = try await prompt.run("t")
        try #require(lines.count > 2)
        #expect(lines[0] == "   n   text")
        #expect(lines[1].hasPrefix("1  1   号号") && lines[1].hasSuffix("…") && lines[2] == "2  22  b")
    }

    @Test func timeCommandReportsTheMedianOfManyRuns() async throws {
        let prompt = try await prompt()
        let lines = try await prompt.run(":time 1 + 1")
        #expect(lines.first == "2")
        let time = lines.dropFirst().joined(separator: " ")
        #expect(time.hasPrefix("took ") && time.contains("(median of ") && time.hasSuffix(" bytes allocated"))
    }

    @Test func tryCommandGroupsRequestsByDecision() async throws {
        let requests = ["sim:", "sim:code=9001", "sim:code=9001", "sim:code=9003"].map {
            "{\"phone\":\"13800138000\",\"token\":\"\($0)\"}\n"
        }
        let prompt = try await prompt(["r.jsonl": requests.joined()])
        let lines = try await prompt.run(":try r.jsonl")
        try #require(lines.count > 1)
        #expect(lines[0].hasPrefix("allow   1  25 %  ██") && lines[1].hasPrefix("deny    2  50 %  ████"))
        let row = lines.first { $0.contains("mobile 9001") } ?? ""
        #expect(row.hasPrefix("2         deny"))
        let flow = row[(row.firstIndex(of: ":") ?? row.endIndex)...]
        #expect(try await prompt.run(String(flow)).contains { $0.contains("9001") })
    }

    // MARK: - Words

    @Test(arguments: [60, 120])
    func errorsSuggestLuaSyntaxAndWrapAtWords(width: Int) async throws {
        let prompt = try await prompt(width: width, height: 30)
        for (typed, advice) in [
            ("print（“hi”）", "type ( in place of （ (U+FF08)"), ("x != 1", "write ~="), ("x += 1", "write x = x + …"),
            ("变量 = 3", "rename 变量"), ("x = null", "did you mean 'nil'?"), ("for i in 1..3 do end", "for i = 1, 3 do"),
            ("not x = 1", "write == to compare"), (":hlep", "did you mean ':help'?"),
        ] {
            let lines = try await prompt.run(typed)
            #expect(lines.words.contains(advice), "\(lines)")
            #expect(lines.allSatisfy { $0.count <= width })
        }
    }

    @Test func outputOfExploreWrapsAtWords() async throws {
        let prompt = try await prompt(width: 60)
        try await prompt.run("rule \"ask before denying\" { map_result = { mismatch = review \"ask_for_sms\" } }")
        let lines = try await prompt.run(":explore ask_for_sms")
        #expect(lines.words.contains("ask_for_sms by 'ask before denying'"))
        #expect(lines.contains { $0.hasPrefix("  ") })
    }

    @Test func tablesFitTheWindow() async throws {
        let prompt = try await prompt(width: 60)
        try await prompt.run(
            "rule \"a rule with a name that is as long as it can be for once\" { map_result = { match = allow } }")
        let lines = try await prompt.run(":rules")
        #expect(lines.count == 2 && lines[0].hasSuffix("source") && lines[1].hasSuffix("stdin:1"))
    }

    @Test func settingsAreListedAndCompleted() async throws {
        let prompt = try await prompt(width: 60)
        #expect(try await prompt.run(":set").contains("depth         4 (tables in tables that are shown)"))
        prompt.type("\u{C}:set de\t7\r")
        try await prompt.expect { $0.lines == ["sim> :set depth 7", "sim>"] }
        prompt.type("\u{C}:store \t")
        try await prompt.expect { $0.lines.contains(" get     shows what stands under a key") }
    }

    @Test func shortCommandsAndThoseOfOtherShellsAreUnderstood() async throws {
        let prompt = try await prompt(width: 60)
        #expect(try await prompt.run("req?").first == "req: the request, as hooks get it")
        #expect(try await prompt.run("man allow").first?.hasPrefix("allow") == true)
        #expect(try await prompt.run(":hi -n 1").last?.hasSuffix("ok  man allow") == true)
        prompt.type("\u{C}-- adds\u{1B}\rfunction add(x) return x + 1 end\r")
        try await prompt.expect { $0.lines.count == 3 && $0.lines.last == "sim>" }
        #expect(try await prompt.run(":doc add").suffix(2) == ["  -- adds", "  function add(x) return x + 1 end"])
    }

    // MARK: - Editing

    @Test func completionWorksInStringsAndOnFields() async throws {
        let prompt = try await prompt()
        try await prompt.run("d = verify(\"13800138000\", \"sim:\")")
        for (typed, shown) in [
            ("verify(\"13800138000\", \"sim:en\t", "sim> verify(\"13800138000\", \"sim:endpoint="),
            ("verify(\"13800138000\", \"sim:code=\t\t", " code=9001  The number is not the one of the SIM"),
            ("moondial.attempt(\"\t", " h5      tokens of the Web SDK"),
            ("rule \"r\" { map_result = { mis\t", "sim> rule \"r\" { map_result = { mismatch"),
            ("rule \"r\" { map_result = { [\"mis\t", "sim> rule \"r\" { map_result = { [\"mismatch\"]"),
            ("d.attempts[1].el\t", "sim> d.attempts[1].elapsed_ms"),
            ("verify(\"13800138000\", \"sim:\").dec\t", "sim> verify(\"13800138000\", \"sim:\").decision"),
            (":explain 900\t\t", " 9003  unknown: The token has expired"),
        ] {
            prompt.type("\u{3}")
            try await prompt.expectPrompt()
            prompt.type("\u{C}\(typed)")
            try await prompt.expect("\(typed)") { $0.lines.contains { $0.hasPrefix(shown) } }
        }
    }

    @Test func searchListsMatchingBlocksOfTheHistory() async throws {
        let prompt = try await prompt()
        try await prompt.run("for i = 1, 2 do\rprint(i)\rend")
        try await prompt.run("form = 1")
        prompt.type("\u{C}\u{12}for")
        try await prompt.expect { emulator in
            emulator.lines.contains { $0.hasPrefix("search: for") }
                && emulator.lines.suffix(2) == [" form = 1", " for i = 1, 2 do … (3 lines)"]
        }
        prompt.type("i")
        try await prompt.expect { $0.lines.last == " for i = 1, 2 do … (3 lines)" && $0.lines[1].hasSuffix("print(i)") }
        prompt.type("\r")
        try await prompt.expect { $0.lines.suffix(3) == ["1", "2", "sim>"] }
    }

    @Test(
        "Emacs keys edit the line",
        arguments: [
            ("\u{1B}5x", "sim> xxxxx"), ("one two\u{1B}t", "sim> two one"),
            ("one two\u{1}\u{1B}u\u{1B}c", "sim> ONE Two"), ("x = \u{1B}.", "sim> x = 42"),
            ("one two\u{1B}-\u{1B}d", "sim> one"), ("one\u{17}two\u{19}", "sim> twoone"), ("one\u{1F}", "sim>"),
        ])
    func keys(typed: String, shown: String) async throws {
        let prompt = try await prompt()
        try await prompt.run("answer = 42")
        prompt.type("\u{C}\(typed)")
        try await prompt.expect { $0.lines.map(\.trimmed) == [shown] }
    }

    // MARK: - Files

    @Test func saveWritesSuccessfulBlocksThatRunAsAScript() async throws {
        let prompt = try await prompt()
        try await prompt.run("x = 6")
        try await prompt.run("nosuch()")
        try await prompt.run("print(x * 7)")
        #expect(try await prompt.run(":save s.lua") == ["saved 2 blocks in s.lua"])
        #expect(try await prompt.run(":save s.lua").contains { $0.hasSuffix("fix: :save -f FILE replaces it") })
        let script = try await TerminalProcess.run(["run", prompt.folder.path("s.lua")])
        #expect(script.status == 0 && script.screen.hasPrefix("42\n"))
    }

    // MARK: - Interrupts

    @Test(
        "Ctrl-C returns to the prompt",
        arguments: [
            ("while true do print \"busy\" end", "interrupted"), (":explore", "stopped"),
            (
                // When the short attempt is answered, the long one was sent.
                "while true do moondial.spawn(function() moondial.attempt('h5', '13911112222', 'sim:') print 'busy' end) "
                    + "moondial.attempt('h5', '13800138000', 'sim:delay=600s') end",
                "the attempt at h5 may have been delivered, the token may be spent"
            ),
        ])
    func interrupts(typed: String, said: String) async throws {
        let prompt = try await prompt(["slow.lua": Self.slowRules])
        if typed == ":explore" { try await prompt.run(":load slow.lua") }
        prompt.type("\u{C}\(typed)\r")
        try await prompt.expect { typed == ":explore" ? !$0.isPasteBracketed : $0.lines.contains("busy") }
        prompt.type("\u{3}")
        try await prompt.expectPrompt()
        #expect(prompt.lines.words.contains(said))
        #expect(try await prompt.run("6 * 7") == ["42"])
    }

    /// Rules that take long to explore.
    private static let slowRules = """
        rule "slow" {
          fallback = function(req, attempt)
            for i = 1, 100000 do end
            if attempt.code == 9020 then return "h5" end
          end,
        }
        """

    // MARK: - The pager

    @Test func pagerSurvivesSuspensionAndResize() async throws {
        let prompt = try await TerminalProcess(
            ["-i"], program: "/bin/sh", width: 60, height: 12, environment: ["PS1": "shell$ "])
        try await prompt.expect { $0.lines.last == "shell$" }
        prompt.type("\"$MOONDIAL\"\r")
        try await prompt.expectPrompt()
        prompt.type(":help\r")
        try await prompt.expect { $0.lines.last?.contains("lines: Space goes on") == true }
        prompt.type("\u{1A}")
        try await prompt.expect { $0.lines.last == "shell$" }
        prompt.type("fg\r")
        try await prompt.expect { $0.lines.last?.contains("lines: Space goes on") == true }
        prompt.terminal.resize(width: 30, height: 12)
        try await prompt.expect { $0.lines.last?.count == 29 && $0.lines.count { $0.contains("goes on") } == 1 }
        prompt.type("q")
        try await prompt.expectPrompt()
        #expect(try await prompt.run("6 * 7") == ["42"])
        prompt.type("\u{4}")
        try await prompt.expect { $0.lines.last == "shell$" }
        prompt.type("exit\r")
        #expect(try await prompt.finish() == 0)
    }
}

extension [String] {
    /// The lines as one text, without indentation.
    fileprivate var words: String { map { String($0.drop { $0 == " " }) }.joined(separator: " ") }
}

extension String {
    fileprivate var trimmed: String {
        String(self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)])
    }
}
