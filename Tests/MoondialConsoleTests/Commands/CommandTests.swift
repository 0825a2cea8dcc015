// SPDX-License-Identifier: MIT

import Foundation
import MoondialLua
import MoondialRules
import TemporaryFolders
import Testing

@testable import MoondialConsole

@Suite("Commands", .timeLimit(.minutes(10)))
struct CommandTests {
    private let fixture = SessionFixture()
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func path(_ name: String) -> String { folder.path(name) }

    private func write(_ text: String, _ name: String) throws -> String {
        try folder.write(text, to: name)
        return path(name)
    }

    private func read(_ name: String) throws -> String { try folder.read(name) }

    @Test func helpListsAllCommands() async throws {
        let record = try await fixture.type(":help")
        for command in PromptCommand.all { #expect(record.results.contains("\n\(command.usage)"), "\(command.name)") }
    }

    @Test(arguments: PromptCommand.all.map(\.name)) func everyCommandHasHelp(name: String) async throws {
        let record = try await fixture.type(":help \(name)")
        #expect(record.results.hasPrefix(":\(name)"))
        #expect(record.notes.isEmpty)
    }

    @Test(
        "a wrong command is reported with advice",
        arguments: [
            (":d", "':d' can be :doc, :drop"), (":doc verfy", "did you mean 'verify'?"),
            (":explain 903", "no code '903' is known"),
            (":drop x", "there is no rule 'x'"), (":load /nowhere", "cannot read '/nowhere'"),
            (":flow 3", "there are 0 runs"),
            (":trace maybe", ":trace on, full or off expected"), (":sim cod 1", "did you mean 'code'?"),
            (":sim clock 30s", "a time such as +30s expected"), (":set dept 1", "did you mean 'depth'?"),
            (":set trace of", ":set trace: on, full or off expected"),
            (":save", ":save needs a file"), (":watch", "no rule files are loaded"), (":edit", ":edit needs an editor"),
            (":try /nowhere", "cannot read '/nowhere'"), (":replay /nowhere", "cannot read '/nowhere'"),
        ])
    func mistakes(block: String, message: String) async throws {
        #expect(try await fixture.type(block).notes.contains(message))
    }

    @Test func rulesAreListedWithTheirHits() async throws {
        var fixture = fixture
        fixture.rules =
            "rule \"first\" {\n  route = function() return \"h5\" end,\n  map_result = { match = allow },\n}"
        let record = try await fixture.type(
            "rule \"second\" { pre_check = function() end }", "d = verify(\"13800138000\", \"sim:\")", ":rules",
            ":drop first", ":rules")
        #expect(
            record.results == """
                   rule    hooks             hits  source
                1  first   route map_result  1     rules.lua:1
                2  second  pre_check         0     stdin:1
                   rule    hooks      hits  source
                1  second  pre_check  0     stdin:1

                """)
    }

    @Test func filesAreLoadedAndReloaded() async throws {
        let file = try write("rule \"f\" { map_result = { match = deny \"one\" } }", "f.lua")
        var fixture = fixture
        let folder = folder
        fixture.beforeBlock = { block, _ in
            // The test writes while the session waits for it.
            let text = block == ":reload" ? "rule \"f\" { map_result = { match = deny \"two\" } } rule \"g\" {" : nil
            let good = block == " :reload" ? "rule \"f\" { map_result = { match = deny \"two\" } }" : nil
            if let text = text ?? good { _ = try? folder.write(text, to: "f.lua") }
        }
        let call = "verify(\"13800138000\", \"sim:\").reason"
        let record = try await fixture.type(
            "kept = 5", "rule \"typed\" { route = function() end }", ":load \(file)", call, ":reload", call, " :reload",
            call,
            "kept", ":rules")
        #expect(record.resultLines.prefix(4) == ["\"one\"", "\"one\"", "\"two\"", "5"])
        #expect(record.notes.contains("error[rule_syntax]"))
        #expect(record.results.hasSuffix("2  typed  route       0     stdin:2\n"))
    }

    @Test func watchedFileIsReloadedUnlessItDoesNotLoad() async throws {
        let file = try write("rule \"f\" { map_result = { match = deny \"one\" } }", "w.lua")
        var fixture = fixture
        fixture.rulePaths = [file]
        fixture.beforeBlock = { block, session in
            guard block.hasPrefix("verify") else { return }
            let text = block.hasSuffix("2") ? "rule (" : "rule \"f\" { map_result = { match = deny \"three\" } }"
            try? text.write(toFile: file, atomically: true, encoding: .utf8)
            session.watch?.look()
        }
        let call = "verify(\"13800138000\", \"sim:\").reason"
        let record = try await fixture.type(":watch", call + " -- 2", call, ":watch off")
        #expect(record.results == "\"one\"\n\"three\"\n")
        #expect(record.notes.contains("the rules that loaded before stay in force\n"))
    }

    @Test func simCommandChangesTheSimulator() async throws {
        let call = "verify(\"13800138000\", \"tok\").code"
        let record = try await fixture.type(
            ":sim code 9002", call, ":sim code off", ":sim rules on", call, call,
            "verify(\"13800138000\", \"new\").code",
            ":sim clock +31s", "verify(\"13800138000\", \"new\").code", ":sim delay 5ms",
            "verify(\"13800138001\", \"other\").elapsed_ms >= 5", ":sim")
        #expect(record.resultLines == ["9002", "9000", "9003", "9005", "9000", "true", "magic"])
        #expect(
            record.notes.contains(
                "simulator: code by phone and token, delay 5.000 ms, provider rules on, clock +31.000 s\n"))
    }

    @Test func clockOfTheSimulatorAppliesToScriptsAndRules() async throws {
        var fixture = fixture
        fixture.rules = "rule \"r\" { pre_check = function() return review(tostring(os.time())) end }"
        let record = try await fixture.type(
            "os.time(), os.date(\"!%H\"), moondial.now() // 1 | 0", ":sim clock +1h",
            "os.time(), os.date(\"!%H\"), moondial.now() // 1 | 0", "verify(\"13800138000\", \"sim:\").reason")
        #expect(
            record.resultLines == [
                "1700000000", "\"22\"", "1700000000", "1700003600", "\"23\"", "1700003600", "\"1700003600\"",
            ])
    }

    @Test func blocksShareOneSequenceOfRandomNumbers() async throws {
        let record = try await fixture.type(
            "math.randomseed(42); math.random(0)", "math.random(0)", "do math.randomseed(42) end", "math.random(0)",
            "math.random(0)")
        #expect(record.resultLines.suffix(2) == ["-1276290044721465627", "8333941968102511665"])
    }

    @Test func tryCommandGroupsRequestsByDecision() async throws {
        let lines = (0..<40).map { "{\"phone\":\"13800138000\",\"token\":\"sim:code=\($0 % 4 == 0 ? 9001 : 9000)\"}" }
        let file = try write(lines.joined(separator: "\n\n") + "\n", "requests.jsonl")
        let bad = try write("{\"phone\":\"13800138000\",\"token\":\"t\"}\n{\"phone\":1}\n", "bad.jsonl")
        let record = try await fixture.type(":try \(file)", ":try \(bad)")
        #expect(
            record.resultLines.prefix(4) == [
                "allow   30  75 %  ##############################", "deny    10  25 %  ##########", "review  0   0 %",
                "requests  decision  reason    rule     attempts     example",
            ])
        let examples = record.resultLines.dropFirst(4)
        #expect(examples.count == 2)
        #expect(examples.first?.hasPrefix("30        allow     match     default  mobile 9000  :flow ") == true)
        #expect(examples.last?.hasPrefix("10        deny      mismatch  default  mobile 9001  :flow ") == true)
        // The command that the table names draws a run of that group.
        let example = try #require(examples.last?.split(separator: "  ").last.map(String.init))
        let drawn = try await fixture.type(":try \(file)", example)
        #expect(drawn.notes.contains("HTTP 200 | 9001 "))
        #expect(record.notes.contains("40 of 40 requests in "))
        #expect(
            record.notes.contains("bad.jsonl:2: 'phone' is missing")
                || record.notes.contains("bad.jsonl:2: 'token' is missing"))
        #expect(!record.notes.contains("trace "))
    }

    @Test func saveWritesSuccessfulBlocksWithoutSecrets() async throws {
        let token = "STsid0000001542695429579Ob28vB7b0cYTI9w0GGZrv8ujUu05qZvw"
        _ = try await fixture.type(
            "rule \"r\" {\n  route = function() return \"h5\" end,\n}", "nosuch", ":help",
            "d = verify(\"13912345678\", \"\(token)\")", "d.endpoint", "print(_)", ":save \(path("saved.lua"))")
        let saved = try read("saved.lua")
        #expect(
            saved.hasSuffix(
                """
                rule "r" {
                  route = function() return "h5" end,
                }

                -- A phone or token of the next block was masked: put in yours.
                d = verify("139****5678", "<token>")
                keep_values(d.endpoint)
                print(_)

                """))
        let mode = try folder.mode("saved.lua")
        #expect(mode == 0o600)
        // An existing file is not replaced.
        #expect(
            try await fixture.type(":save \(path("saved.lua"))").notes.replacing("\n  ", with: " ").hasSuffix(
                "there is such a file = fix: :save -f FILE replaces it\n"))
    }

    @Test func transcriptIsRecordedAndReplayed() async throws {
        let file = path("session.txt")
        _ = try await fixture.type(
            ":record \(file)", "x = {\n  1,\n}", "#x + 1", "verify(\"13912345678\", \"a-real-token\").verdict",
            ":record off",
            "\"not recorded\"")
        let transcript = try read("session.txt")
        #expect(transcript.contains("sim> x = {\n   >   1,\n   > }\nsim> #x + 1\n2\n"))
        #expect(transcript.contains("sim> verify(\"139****5678\", \"<token>\").verdict\n"))
        #expect(!transcript.contains("a-real-token"))
        #expect(!transcript.contains("13912345678"))
        let record = try await fixture.type(":replay \(file)", "\"after\"")
        // A masked phone is not sent.
        #expect(record.results == "2\n\"after\"\n")
        #expect(record.notes.contains("phone: the number is masked: put yours"))
    }

    @Test func timeCommandReportsTheMedian() async throws {
        let record = try await fixture.type(":time 1 + 1", "_", "n = 0", ":time print \"once\"", ":time nosuch()")
        #expect(record.results == "2\n2\nonce\n")
        #expect(record.notes.contains("took "))
        #expect(record.notes.contains("(median of "))
        #expect(record.notes.contains(" bytes allocated\n"))
        #expect(record.notes.contains("undefined global 'nosuch'"))
    }

    @Test func timeCommandRunsABlockThatSendsARequestOnce() async throws {
        let record = try await fixture.type(
            "n = 0", ":time (function() n = n + 1 return verify(\"13800138000\", \"sim:\").verdict end)()", "n")
        #expect(record.results == "\"match\"\n1\n")
        #expect(!record.notes.contains("median"))
    }

    @Test func fullCommandShowsValuesWithoutLimits() async throws {
        let record = try await fixture.type(
            "t = {} for i = 1, 60000 do t[i] = i end", "s = (\"x\"):rep(70000)", "s, 7", ":full", ":full #t", ":full t",
            ":full nosuch")
        try #require(record.resultLines.count > 4)
        #expect(record.resultLines[2] == "\"\(String(repeating: "x", count: 70_000))\"")
        #expect(record.resultLines[3...4] == ["7", "60000"])
        #expect(record.resultLines.suffix(2) == ["  60000,", "}"])
        #expect(record.notes.contains("undefined global 'nosuch'"))
    }

    @Test func fullCommandCanBeInterrupted() async throws {
        var fixture = fixture
        fixture.onResult = { text, session in
            if text.hasPrefix("{\n  1,") { session.interrupt() }
        }
        let record = try await fixture.type("t = {} for i = 1, 60000 do t[i] = i end", ":full t", "\"next\"")
        #expect(record.notes.contains("error[cancelled]: interrupted\n"))
        #expect(!record.results.contains("60000"))
        #expect(record.resultLines.last == "\"next\"")
    }

    @Test func loadingOfAFileCanBeInterrupted() async throws {
        var fixture = fixture
        let file = try write(
            "rule \"r\" { route = function() end } print \"loading\" while true do pcall(error) end", "loop.lua")
        fixture.onResult = { text, session in
            if text == "loading\n" { session.engine.interrupter.interrupt() }
        }
        fixture.run.limits.loadCPU = .seconds(600)
        let record = try await fixture.type(":load \(file)", ":rules")
        #expect(record.notes.contains("error[cancelled]: interrupted\n"))
        #expect(record.results.contains("no rules"))
    }

    @Test(
        "load takes paths with quotes, blanks and ~",
        arguments: ["\"FOLDER/a b.lua\"", "'FOLDER/a b.lua'", "FOLDER/a b.lua", "FOLDER/a\\ b.lua", "~/a b.lua"])
    func paths(argument: String) async throws {
        _ = try write("rule \"of the file\" { route = function() end }", "a b.lua")
        var fixture = fixture
        let home = path("")
        fixture.setup = { $0.environment = { $0 == "HOME" ? String(home.dropLast()) : nil } }
        let record = try await fixture.type(":load \(argument.replacing("FOLDER/", with: home))", ":rules")
        #expect(record.results.contains("of the file"))
    }

    @Test func historyCommandListsEnteredBlocks() async throws {
        var fixture = fixture
        fixture.setup = {
            $0.wallClock = { 1_700_000_000_123 }
            $0.earlierHistory = { [KeptBlock("verify(old)", time: 1, target: "live.example", outcome: .failed)] }
        }
        let record = try await fixture.type(
            "x = 1", "nosuch()", "", "function f()\n  return \"13912345678\"\nend", ":history", ":history verify",
            ":history -n 2", ":history -n x", "help rules", "verify?", "help nosuch", ":history -n 3")
        let lines = record.resultLines
        let time = LocalTime.text(1_700_000_000_123)
        try #require(lines.count > 6)
        #expect(lines[0] == "   \(LocalTime.text(1))  error  live.example  verify(old)")
        #expect(lines[1] == "1  \(time)  ok     sim           x = 1")
        #expect(lines[2] == "2  \(time)  error  sim           nosuch()")
        #expect(lines[3] == "3  \(time)  ok     sim           function f() … 2 more lines")
        #expect(lines[4] == "  \(LocalTime.text(1))  error  live.example  verify(old)")
        #expect(lines[5..<7] == ["4  \(time)  ok  :history", "5  \(time)  ok  :history verify"])
        #expect(
            lines.suffix(3) == [
                "8   \(time)  ok     help rules", "9   \(time)  ok     verify?", "10  \(time)  error  help nosuch",
            ])
        #expect(record.notes.contains(":history -n: a number of blocks expected"))
    }

    @Test func setCommandShowsAllSettings() async throws {
        let record = try await fixture.type(":set trace full", ":set depth 7", ":set")
        for name in [
            "depth", "items", "bytes", "trace", "watch", "record", "target", "timeout", "max_attempts", "on_error",
            "show_phones", "simulator",
        ] {
            #expect(record.resultLines.contains { $0.hasPrefix(name + " ") }, "\(name)")
        }
        #expect(record.resultLines.contains { $0.hasPrefix("depth ") && $0.contains(" 7 (") })
        #expect(record.resultLines.contains { $0.hasPrefix("trace ") && $0.contains(" full (") })
    }

    @Test func transcriptMasksPhonesEvenIfTheyAreShown() async throws {
        var fixture = fixture
        fixture.run.showPhones = true
        let file = path("shown.txt")
        let record = try await fixture.type(
            ":record \(file)", "verify(\"13912345678\", \"sim:\").decision", ":record off")
        #expect(record.notes.contains("13912345678"))
        #expect(try read("shown.txt").contains("139****5678"))
        #expect(try !read("shown.txt").contains("13912345678"))
    }

    @Test func dropCommandNamesTheDroppedRule() async throws {
        let record = try await fixture.type(
            "rule \"a b\" { map_result = { match = allow } }", ":drop a b", ":drop \"a b\"")
        #expect(record.notes.contains("dropped 'a b', 0 rules left\n"))
        #expect(record.notes.contains("there is no rule 'a b'"))
    }

    @Test func articleListsAllCommands() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appending(path: "Sources/moondial/moondial.docc/Prompt.md")
        let article = try String(contentsOf: file, encoding: .utf8)
        for command in PromptCommand.all {
            #expect(article.contains("`\(command.usage.replacing("|", with: "\\|"))`"), "\(command.usage)")
        }
    }

    @Test func quitEndsTheSession() async throws {
        let record = try await fixture.type(":quit", "1")
        #expect(record.results == "")
        #expect(record.end == .done)
    }

    @Test func docCommandDescribesWordsFieldsAndCommands() async throws {
        let record = try await fixture.type(
            ":doc verify", ":doc req.phone", ":doc find", ":doc :rules", ":explain 9003")
        for text in [
            "verify(phone, token [, exid [, options]])", "token_age_ms", "req.phone: string", "string.find(s, pattern",
            "9003 explained",
        ] {
            #expect(record.results.contains(text), "\(text)")
        }
    }
}
