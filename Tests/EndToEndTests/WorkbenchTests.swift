// SPDX-License-Identifier: MIT

import Foundation
import TemporaryFolders
import Testing

/// The commands `explore`, `diff` and `test`.
@Suite("explore, diff, test", .timeLimit(.minutes(10)))
struct WorkbenchTests {
    private static let rules =
        "rule 'r' { map_result = { match = allow 'ok', [9003] = review 'new', default = review 'sms' } }\n"
        + "rule 'alarm' { on_decision = function(req, d) if d.verdict == 'unknown' and d.code then moondial.log 'code' end end }"

    // MARK: - explore

    @Test func recordsThatAreMissingInALogAreReported() async throws {
        let folder = try TemporaryFolder([
            "r.lua": #"rule "r" { pre_check = function() return deny(math.random(9) .. "") end }"#
        ])
        let run = try await Executable.run(
            ["verify", "--rules", "r.lua", "--phone", "13800138000", "--token", "a-token", "--json"], in: folder)
        let record = run.output.filter { !$0.isNewline }
        _ = try folder.write("\(record)\n{\"gap\":3}\n{\"version\":1,\"ti\n\(record)\n", to: "d.log")
        let written = try await Executable.run(["test", "--from", "d.log"], in: folder)
        #expect(written.status == 0)
        #expect(written.output.split(separator: "\n").count { $0.hasPrefix("test ") } == 2)
        #expect(written.errors.contains("d.log:2: records are missing here"))
        #expect(written.errors.contains("d.log:3: not JSON") && written.errors.contains("the line is left out"))
        #expect(written.output.contains("-- The record has no answers of the store"))
        _ = try folder.write("\n", to: "d.log")
        let empty = try await Executable.run(["test", "--from", "d.log"], in: folder)
        #expect(empty.status == 65 && empty.errors.contains("d.log: there is no record of a run"))
        _ = try folder.write(#"{"version":2,"decision":"allow","attempts":[]}"#, to: "d.log")
        let newer = try await Executable.run(["test", "--from", "d.log"], in: folder)
        #expect(newer.status == 65 && newer.errors.contains("version: expected 1"))
    }

    @Test func examplesHoldNoPhoneOrTokenOfRequests() async throws {
        let token = "STsid-0123456789abcdef0123"
        let folder = try TemporaryFolder([
            "r.lua": #"rule "r" { pre_check = function(req) if req.exid then return allow "known" end end }"#,
            "q.jsonl":
                #"{"phone":"13712345678","token":"\#(token)","exID":"of 13712345679","ip":"\#(token)","context":{"t":"\#(token)","p":"13712345678"}}"#,
            "none.jsonl": "\n",
        ])
        for format in ["text", "json", "markdown"] {
            let explored = try await Executable.run(
                ["explore", "--rules", "r.lua", "--requests", "q.jsonl", "--format", format], in: folder)
            #expect(explored.output.contains("allow-without-match"))
            for secret in [token, "13712345678", "13712345679"] { #expect(!explored.output.contains(secret)) }
        }
        let none = try await Executable.run(["explore", "--rules", "r.lua", "--requests", "none.jsonl"], in: folder)
        #expect(none.status == 65 && none.errors.contains("none.jsonl: there is no request"))
    }

    @Test(arguments: [
        ("map_result = function() if math.random() < 0.1 then return review 'x' end end", true),
        ("pre_check = function() math.randomseed(7) if math.random() < 0.1 then return review 'x' end end", false),
        ("pre_check = function() end", false),
    ])
    func explorationSaysWhetherRandomNumbersWereUsed(hook: String, areUsed: Bool) async throws {
        let folder = try TemporaryFolder(["r.lua": "rule 'r' { \(hook) }"])
        let explored = try await Executable.run(["explore", "--rules", "r.lua"], in: folder)
        #expect(explored.errors.contains("hooks use random numbers, of which one sequence was tried") == areUsed)
    }

    @Test func printsOfRulesUnderVerifyHoldNoSecrets() async throws {
        let folder = try TemporaryFolder([
            "r.lua": #"rule "r" { pre_check = function(req) print(req.phone, req.token) end }"#
        ])
        let arguments = [
            "verify", "--rules", "r.lua", "--phone", "13800138000", "--token", "STsid-0123456789abcdef0123",
        ]
        let masked = try await Executable.run(arguments, in: folder)
        #expect(masked.errors == "138****8000\t<token>\n")
        let shown = try await Executable.run(arguments + ["--show-phones"], in: folder)
        #expect(shown.errors == "13800138000\t<token>\n")
    }

    @Test func exploreExitsWithZeroWithoutFindings() async throws {
        let folder = try TemporaryFolder(["rules.lua": Self.rules])
        let outcome = try await Executable.run(["explore", "--rules", "rules.lua", "--strict"], in: folder)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("9003 at mobile or h5 → review new by 'r', 1 attempt, unbilled\n"))
        #expect(outcome.output.hasSuffix("\n3888 paths of 108 requests, 5 endings, no findings\n"), "\(outcome.output)")
    }

    @Test func exploreExitsWithOneForAnError() async throws {
        let folder = try TemporaryFolder(["rules.lua": "rule 'r' { map_result = { default = allow } }"])
        let outcome = try await Executable.run(["explore", "--rules", "rules.lua"], in: folder)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("error[allow-without-match]"))
    }

    @Test func exploreExitsWith65ForRulesThatDoNotLoad() async throws {
        let folder = try TemporaryFolder(["rules.lua": "rule 'r' {"])
        let outcome = try await Executable.run(["explore", "--rules", "rules.lua"], in: folder)
        #expect(outcome.status == 65)
    }

    @Test func exploreStrictFailsForWarnings() async throws {
        let folder = try TemporaryFolder([
            "rules.lua":
                "rule 'r' { map_result = { match = allow 'ok', mismatch = deny 'ok', default = review 'sms' } }"
        ])
        let mild = try await Executable.run(["explore", "--rules", "rules.lua"], in: folder)
        let strict = try await Executable.run(["explore", "--rules", "rules.lua", "--strict"], in: folder)
        #expect([mild.status, strict.status] == [0, 1])
    }

    @Test func exploreTakesRequestsOfAFile() async throws {
        let folder = try TemporaryFolder([
            "rules.lua": "rule 'r' { pre_check = function(req) if req.context then return deny 'c' end end }",
            "requests.jsonl": #"""
            {"phone": "13912340001", "token": "t-secret-1"}

            {"phone": "13912340002", "token": "t-secret-2", "context": {"a": 1}}
            """#,
        ])
        let outcome = try await Executable.run(
            ["explore", "--rules", "rules.lua", "--requests", "requests.jsonl"], in: folder)
        #expect(outcome.output.contains("no attempt when line = 3 → deny c by 'r'\n"))
        #expect(!outcome.output.contains("13912340001") && !outcome.output.contains("t-secret"))
        _ = try folder.write("{\"phone\": 1}", to: "requests.jsonl")
        let wrong = try await Executable.run(
            ["explore", "--rules", "rules.lua", "--requests", "requests.jsonl"], in: folder)
        #expect(wrong.status == 65)
        #expect(wrong.errors.contains("requests.jsonl:1: 'token' is missing"), "\(wrong.errors)")
    }

    @Test func explorePrintsJSONAndMarkdown() async throws {
        let folder = try TemporaryFolder(["rules.lua": Self.rules])
        let json = try await Executable.run(
            ["explore", "--rules", "rules.lua", "--json", "--price", "0.05"], in: folder)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(object["paths"] as? Int == 3888)
        let groups = try #require(object["groups"] as? [[String: Any]])
        #expect(groups.contains { $0["reason"] as? String == "ok" && $0["cost"] as? Double == 0.05 })
        let markdown = try await Executable.run(
            ["explore", "--rules", "rules.lua", "--format", "markdown"], in: folder)
        #expect(markdown.output.contains("| 9003 at mobile or h5 | review `new` | by 'r' | 1 | unbilled |\n"))
    }

    @Test func explainDescribesFindingsOfExplore() async throws {
        let outcome = try await Executable.run(["explain", "token-sent-again"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("a token is sent again after an attempt that has spent it, or may have"))
    }

    // MARK: - diff

    @Test func diffListsChangesBetweenTwoFiles() async throws {
        let folder = try TemporaryFolder([
            "old.lua": Self.rules, "new.lua": Self.rules.replacingOccurrences(of: "review 'new'", with: "allow 'old'"),
        ])
        let mild = try await Executable.run(["diff", "old.lua", "new.lua"], in: folder)
        #expect(mild.status == 0)
        #expect(
            mild.output == """
                review new → allow old: 9003 at mobile or h5 (by 'r'), 108 paths

                1 change on 108 of 3888 paths

                """)
        let strict = try await Executable.run(
            ["diff", "old.lua", "new.lua", "--fail-on", "deny->allow, review->allow"], in: folder)
        #expect(strict.status == 1)
        let wrong = try await Executable.run(["diff", "old.lua", "new.lua", "--fail-on", "review>allow"], in: folder)
        #expect(wrong.status == 64)
    }

    @Test func diffComparesWithARevisionOfGit() async throws {
        let folder = try TemporaryFolder(["rules.lua": Self.rules])
        let outcome = try await Executable.shell(
            """
            git init -q . && git add rules.lua && git -c user.name=n -c user.email=e@example.com commit -qm one &&
            sed -i "s/review 'new'/deny 'new'/" rules.lua && "$MOONDIAL" diff --old HEAD:rules.lua rules.lua
            """, in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.hasPrefix("review new → deny new: 9003 at mobile or h5"))
        let none = try await Executable.shell("\"$MOONDIAL\" diff --old HEAD:other.lua rules.lua", in: folder)
        #expect(none.status == 66)
    }

    // MARK: - test

    private static let passing = """
        test "expired token" { request = { channel = "web" }, replies = { 9003 },
          expect = { decision = "review", reason = "new", attempts = { "h5" }, billed = 0 } }
        test("the rest", function(t)
          t:reply(9002, { code = 9000, delay = "2s" })
          t:equal(verify("13800138000", "a").reason, "sms")
          t:equal(verify("13800138000", "a").elapsed_ms, 2000)
          t:equal(t.log, { "code" })
          local before = moondial.now()
          t:advance "30s"
          t:equal(moondial.now() - before, 30)
        end)
        test "whatever happens" { request = {}, for_all_outcomes = true, expect = { attempts = 1 } }
        """

    @Test func testPrintsPassedTests() async throws {
        let folder = try TemporaryFolder(["rules.lua": Self.rules, "rules_test.lua": Self.passing])
        let outcome = try await Executable.run(["test"], in: folder)
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(
            outcome.output == """
                ok    expired token
                ok    the rest
                ok    whatever happens

                3 passed

                """)
    }

    @Test(arguments: [
        ("{ request = {}, replies = { 9003 }, expect = { reason = \"nw\" } }", "- reason = \"nw\""),
        ("{ request = {}, replies = {}, expect = { reason = \"new\" } }", "asked for a reply, but the test has 0"),
        ("{ request = {}, for_all_outcomes = true, expect = { decision = \"review\" } }", "with replies = { 9000 }"),
        ("{ request = {}, replies = { 9003 }, expect = { reasn = \"new\" } }", "- reasn = \"new\""),
        ("{ request = {}, replies = { 9000 }, expect = { billed = 0 } }", "+ billed = 1"),
        ("{ request = {}, replies = { 9000 }, expect = { logs = 1 } }", "+ logs = 0"),
    ])
    func wrongExpectationsFail(_ test: String, _ message: String) async throws {
        let folder = try TemporaryFolder(["rules.lua": Self.rules, "rules_test.lua": "test \"t\" \(test)"])
        let outcome = try await Executable.run(["test"], in: folder)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("FAIL  t\n      rules_test.lua:1: "), "\(outcome.output)")
        #expect(outcome.output.contains(message), "\(outcome.output)")
    }

    @Test(arguments: [
        ("while true do end", "rules_test.lua:2: stopped after 5000 ms of processor time"),
        ("local x x.y = 1", "rules_test.lua:2: attempt to index a nil value (local 'x')"),
        ("t:equal(1, 2, 'sum')", "rules_test.lua:2: sum: expected 2, got 1"),
        ("t:equal({ a = { 1 } }, { a = { 2 } })", "rules_test.lua:2: expected { a = { 2 } }, got { a = { 1 } }"),
        ("t:reply 'rest'", "rules_test.lua:2: t:reply: no error is named 'rest'; did you mean 'reset'?"),
        ("t:advance 'soon'", "rules_test.lua:2: t:advance: a duration such as"),
        ("t:equals(1, 1)", "rules_test.lua:2: t has no 'equals'"),
    ])
    func failingTestFunctionsAreReportedWithTheirLine(_ body: String, _ message: String) async throws {
        let folder = try TemporaryFolder([
            "rules.lua": Self.rules, "rules_test.lua": "test('t', function(t)\n\(body)\nend)",
        ])
        let outcome = try await Executable.run(["test"], in: folder)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains(message), "\(outcome.output)")
    }

    @Test(arguments: [
        (
            "test 't' { request = {}, replys = { 9003 }, expect = { attempts = 1 } }",
            "a test has no 'replys'; did you mean 'replies'?"
        ),
        ("test 't' { request = {}, replies = { 'rset' }, expect = { attempts = 1 } }", "no error is named 'rset'"),
        ("test 't' { request = {}, replies = { 9003 } }", "expect: a table such as"),
        ("test 't' { replies = { 9003 }, expect = { attempts = 1 } }", "request: a table such as"),
        (
            "test 't' { request = { chanel = 'web' }, replies = {}, expect = { attempts = 1 } }",
            "did you mean 'channel'?"
        ),
        (
            "test 't' { request = {}, replies = { { codex = 1 } }, expect = { attempts = 1 } }",
            "unknown directive 'codex'"
        ),
        ("tset 't' {}", "undefined global 'tset'"),
        (
            "test 'a'\ntest 't' { request = {}, replies = {}, expect = { attempts = 0 } }",
            "test 'a': a table or a function expected after the name\n --> rules_test.lua:1\n"
        ),
        ("local x = ", "rule_syntax"),
    ])
    func testFileThatDoesNotLoadExitsWith65(_ text: String, _ message: String) async throws {
        let folder = try TemporaryFolder(["rules.lua": Self.rules, "rules_test.lua": text])
        let outcome = try await Executable.run(["test"], in: folder)
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }

    @Test func testWithoutTestFilesExitsWith65() async throws {
        let outcome = try await Executable.run(["test"])
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains("there is no test"))
    }

    @Test func eachTestLoadsTheRulesAfresh() async throws {
        let rules = "local n = 0 rule 'r' { pre_check = function() n = n + 1 return review(tostring(n)) end }"
        let row = "request = {}, replies = {}, expect = { reason = '1' }"
        let folder = try TemporaryFolder([
            "rules.lua": rules,
            "rules_test.lua": "test 'a' { \(row) } test 'b' { \(row) } test 'c' { { \(row) }, { \(row) } }",
        ])
        for arguments in [["--jobs", "1"], ["--jobs", "4"], ["--shuffle", "7"]] {
            let outcome = try await Executable.run(["test"] + arguments, in: folder)
            #expect(outcome.status == 0, "\(outcome.output)")
        }
    }

    @Test func storeOfRulesBelongsToOneTestAndFollowsVirtualTime() async throws {
        let rules = """
            rule 'r' { pre_check = function(req)
              local count = moondial.store.count({ 'phone', req.phone }, { limit = 1, window_s = 60 })
              if not count.allowed then return deny('again', { retry_after_ms = count.retry_after_ms }) end
            end }
            """
        let folder = try TemporaryFolder([
            "rules.lua": rules,
            "rules_test.lua": """
            for i = 1, 2 do
              test("window " .. i, function(t)
                t:equal(verify("13800138000", "a").decision, "allow")
                t:equal(verify("13800138000", "b").reason, "again")
                t:advance "61s"
                t:equal(verify("13800138000", "c").decision, "allow")
              end)
            end
            """,
        ])
        let outcome = try await Executable.run(["test"], in: folder)
        #expect(outcome.status == 0, "\(outcome.output)")
    }

    @Test func skipTodoAndOnlyAreReported() async throws {
        let row = "request = {}, replies = { 9003 }, expect = { reason = 'new' }"
        let folder = try TemporaryFolder([
            "rules.lua": Self.rules,
            "rules_test.lua":
                "test 'a' { \(row) } test.skip 'b' { \(row) } test 'c' { \(row), todo = true, at = '2026-01-01T00:00:00Z' }"
                + " test.todo('d', function() error 'x' end) test 'e' { \(row), skip = 'later' }",
        ])
        let outcome = try await Executable.run(["test"], in: folder)
        #expect(outcome.status == 0)
        #expect(
            outcome.output == "ok    a\nskip  b\nok    c\ntodo  d\nskip  e: later\n\n2 passed, 2 skipped, 1 to do\n")

        _ = try folder.write("test.only 'a' { \(row) } test 'b' { \(row) }", to: "rules_test.lua")
        let only = try await Executable.run(["test"], in: folder)
        #expect(only.output.contains("skip  b: another test is marked 'only'"))
        let strict = try await Executable.run(["test", "--strict"], in: folder)
        #expect(strict.status == 1)
        #expect(strict.errors.contains("a test is marked 'only'"))
    }

    @Test func runPatternAndFailFastSelectTests() async throws {
        let folder = try TemporaryFolder([
            "rules.lua": Self.rules,
            "rules_test.lua": "for i = 1, 5 do test('t' .. i, function() error 'x' end) end",
        ])
        let selected = try await Executable.run(["test", "--run", "t[24]", "--format", "tap"], in: folder)
        #expect(selected.output.hasPrefix("TAP version 14\n1..2\nnot ok 1 - t2\n"))
        let fast = try await Executable.run(["test", "--fail-fast", "--jobs", "1"], in: folder)
        #expect(fast.output.hasSuffix("\n1 failed\n"))
        let wrong = try await Executable.run(["test", "--run", "("], in: folder)
        #expect(wrong.status == 64)
    }

    @Test func testPrintsJUnitJSONAndGitHubCommands() async throws {
        let folder = try TemporaryFolder([
            "rules.lua": Self.rules, "rules_test.lua": "test('a <b> & \"c\"', function() error 'x' end)",
        ])
        let junit = try await Executable.run(["test", "--format", "junit"], in: folder)
        #expect(junit.output.contains("name=\"a &lt;b&gt; &amp; &quot;c&quot;\""))
        #expect(try XMLOutline(junit.output).names == ["testsuites", "testsuite", "testcase", "failure"])
        let json = try await Executable.run(["test", "--format", "json"], in: folder)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(object["failed"] as? Int == 1)
        let github = try await Executable.run(["test", "--format", "github"], in: folder)
        #expect(github.output.hasPrefix("::error file=rules_test.lua,line=1,title=a <b> & \"c\"::"))
    }

    @Test func gitHubCommandsHoldNoControlCharacters() async throws {
        let folder = try TemporaryFolder([
            "rules.lua": Self.rules, "rules_test.lua": #"test("a\27[2J\r%\n::b", function() error "\27[2J" end)"#,
        ])
        let github = try await Executable.run(["test", "--format", "github"], in: folder)
        let line = try #require(github.output.split(separator: "\n").first)
        #expect(line.hasPrefix(#"::error file=rules_test.lua,line=1,title=a\u{1B}[2J\r%25%0A%3A%3Ab::"#), "\(line)")
        #expect(!github.output.contains("\u{1B}"))
    }

    @Test(arguments: ["sim:code=9003", "sim:code=9000", "sim:code=9000,http=500", "sim:reset=after", "sim:body=html"])
    func aRecordedRunBecomesATest(_ token: String) async throws {
        let folder = try TemporaryFolder(["rules.lua": Self.rules])
        let run = try await Executable.run(
            ["verify", "--rules", "rules.lua", "--json", "--trace"],
            input: "{\"phone\": \"13800138000\", \"token\": \"\(token)\", \"channel\": \"web\", \"operator\": \"CU\"}",
            in: folder)
        _ = try folder.write(run.output, to: "trace.json")
        let written = try await Executable.run(["test", "--from", "trace.json"], in: folder)
        #expect(written.status == 0, "\(written.errors)")
        #expect(!written.output.contains("13800138000") && written.output.contains("operator = \"CU\""))
        _ = try folder.write(written.output, to: "rules_test.lua")
        let outcome = try await Executable.run(["test"], in: folder)
        #expect(outcome.status == 0, "\(written.output) \(outcome.output)")
    }
}
