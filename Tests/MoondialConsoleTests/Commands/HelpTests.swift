// SPDX-License-Identifier: MIT

import MoondialPresentation
import MoondialRules
import Testing

@testable import MoondialConsole

@Suite("Help in a session", .timeLimit(.minutes(10)))
struct HelpTests {
    private let fixture = SessionFixture()

    @Test(arguments: ["help", "?", "help()", ":h", ":?", ":he", ".help", "/help", "\\?"])
    func helpIsShownForEverySpelling(
        block: String
    ) async throws {
        let record = try await fixture.type(block)
        #expect(record.results.contains("\n:reload "))
        #expect(record.notes.isEmpty)
    }

    @Test(arguments: ["exit", "quit", ".exit", "\\q", "exit()", "quit()", ":q", ":exit", ":qu"])
    func everySpellingOfQuitEndsTheSession(
        block: String
    )
        async throws
    {
        let record = try await fixture.type(block, "1")
        #expect(record.results.isEmpty)
        #expect(record.notes.isEmpty)
        #expect(record.end == .done)
    }

    @Test(arguments: [
        "verify?", "?verify", "man verify", "help verify", "help(verify)", "help(\"verify\")", ":do verify",
    ])
    func wordIsExplainedForEverySpelling(block: String) async throws {
        let record = try await fixture.type(block)
        #expect(record.results.hasPrefix("verify(phone, token [, exid [, options]]) → the decision table\n"))
        #expect(record.notes.isEmpty)
    }

    @Test(arguments: [
        ("help reload", ":reload"), ("help :load", ":load FILE"), (":doc reload", ":reload"), ("rules?", ":rules"),
    ])
    func helpFindsCommands(block: String, usage: String) async throws {
        #expect(try await fixture.type(block).results.hasPrefix(usage))
    }

    @Test func globalsNamedLikeCommandsTakePrecedence() async throws {
        let record = try await fixture.type(
            "help = 5", "help", "exit = 6", "exit", "function quit() return 7 end", "quit()")
        #expect(record.results == "5\n6\n7\n")
    }

    @Test func namesThatBeginLikeCommandsStayLua() async throws {
        let record = try await fixture.type("helper = 1", "helper", "man = 2", "man", "exits = 3 return exits")
        #expect(record.results == "1\n2\n3\n")
    }

    @Test func docCommandListsEveryWord() async throws {
        let lines = try await fixture.type(":doc").results.split(separator: "\n")
        for entry in Registry.entries where [.word, .hook].contains(entry.kind) {
            #expect(lines.contains { $0.hasPrefix("  \(entry.name)  ") }, "\(entry.name)")
        }
        for topic in DocTopics.words where topic.name != "hooks" && topic.name != "moondial" {
            #expect(lines.contains { $0.hasPrefix("  \(topic.name)  ") }, "\(topic.name)")
        }
    }

    @Test(
        "topics list their words",
        arguments: [
            (":doc moondial", "moondial.json.encode"), (":doc req", "req.token_age_ms"),
            (":doc attempt", "attempt.http_status"),
            (":doc decision", "decision.trace_id"), (":doc error", "error.retryable"), (":doc error", "error("),
            (":doc string", "string.gmatch"), (":doc lua", "setmetatable"), (":doc hooks", "fallback"),
            (":explain", "9003"), (":explain", "the token is gone"),
        ])
    func parts(block: String, word: String) async throws {
        var fixture = fixture
        fixture.setup = { $0.codeList = { [("Codes", [("9003", "the token is gone")])] } }
        #expect(try await fixture.type(block).results.contains(word))
    }

    @Test func ownFunctionsShowTheirCommentAndSource() async throws {
        let record = try await fixture.type(
            "x = 1", "-- Adds.\n-- Two numbers.\nfunction add(a, b)\n  return a + b\nend", ":doc add",
            "shop = { pay = function() return verify('13912345678', 'secret-token') end }", "shop.pay?", ":doc x")
        #expect(
            record.results.hasPrefix(
                """
                add: your own function, stdin:4
                  -- Adds.
                  -- Two numbers.
                  function add(a, b)
                    return a + b
                  end

                """))
        #expect(record.results.contains("shop.pay: your own function"))
        #expect(!record.results.contains("13912345678"))
        #expect(record.notes.contains("nothing is known about 'x'"))
    }

    @Test(arguments: [40, 60, 80]) func helpTextsWrapAtWords(width: Int) {
        var texts = PromptCommand.all.map { DocText($0, HelpText(width: width)).text }
        texts += DocTopics.words.map { DocText($0, HelpText(width: width)).text }
        texts.append(EditorKeys.text(HelpText(width: width)))
        texts += Registry.entries.filter { $0.example == nil }.map { DocText($0, HelpText(width: width)).text }
        for line in texts.flatMap({ $0.split(separator: "\n") }) {
            #expect(DisplayText.width(String(line)) <= width, "\(line)")
            #expect(line.last != " ", "\(line)")
        }
    }

    @Test func explanationsOfCodesWrapAtWords() async throws {
        var fixture = fixture
        fixture.width = 100
        fixture.setup = { setup in
            setup.explain = { _ in "9003  a title\n  advice   " + String(repeating: "word ", count: 40) + "end\n" }
        }
        let lines = try await fixture.type(":explain 9003").results.split(separator: "\n")
        try #require(lines.count == 4)
        #expect(lines[1].hasPrefix("  advice   word word"))
        #expect(lines[2].hasPrefix("           word word"))
        #expect(lines.allSatisfy { $0.count <= 100 })
    }

    @Test func wrappedColumnsStayAligned() {
        var help = HelpText(width: 40)
        help.list(
            [("one", "a text that is longer than the line has room"), ("a-very-long-term-of-its-own", "text")],
            indent: 2)
        help.paragraph(":sim code 9002  every reply has this code, unless its token asks for another")
        #expect(
            help.text == """
                  one  a text that is longer than the
                       line has room
                  a-very-long-term-of-its-own
                       text
                :sim code 9002  every reply has this
                                code, unless its token
                                asks for another

                """)
    }

    @Test(arguments: [
        ("s", "':s' can be :"), ("wq", "there is no command ':wq'"), ("relaod", "did you mean ':reload'?"),
    ])
    func unknownCommandSuggestsAnother(name: String, message: String) {
        #expect(PromptCommand.find(name) == nil)
        #expect(PromptCommand.unknown(name).message.contains(message))
    }
}
