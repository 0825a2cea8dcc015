// SPDX-License-Identifier: MIT

import Foundation
import TemporaryFolders
import Testing

/// `moondial test --update`
@Suite("test --update", .timeLimit(.minutes(5)))
struct TestUpdateTests {
    private static let rules = """
        rule "r" {
          map_result = { match = allow "ok", [9003] = review("new", { try = "again" }), default = review "sms" },
          on_decision = function(req, decision) if req.channel == "web" then moondial.log("one") moondial.log("two") end end,
        }
        """

    private func update(
        _ tests: String, _ options: [String] = []
    ) async throws -> (outcome: Outcome, text: String, folder: TemporaryFolder) {
        let folder = try TemporaryFolder(["rules.lua": Self.rules, "rules_test.lua": tests])
        let outcome = try await Executable.run(["test", "--update"] + options, in: folder)
        return (outcome, try folder.read("rules_test.lua"), folder)
    }

    @Test func updateReplacesExpectedValuesAndNothingElse() async throws {
        let tests = """
            #!/usr/bin/env moondial
            -- é: before
            test "expired"\t{ request = {}, replies = { 9003 }, expect = { reason = "old" --[[ kept ]], billed = 0 , } } -- after\r
            test.only("in a call", { request = {}, replies = { 9000 }, ["expect"] = { ["decision"] = 'deny',attempts=2 } })
            test.only "rows" {
              { name = "a", request = {}, replies = { 9003 }, expect = { try = "never", code = 9003 } },
              { request = {}, replies = { 9000 }, expect = { decision = "allow" } };
              { request = { channel = "web" }, replies = { 9001 },
                expect = { logs = "three", attempts = { "mobile" }, elapsed_ms = 1, verdict = "match" } },
            }

            """
        let expected =
            tests
            .replacing("'deny',attempts=2", with: "\"allow\",attempts=1")
            .replacing("\"never\"", with: "\"again\"")
            .replacing(
                "\"three\", attempts = { \"mobile\" }, elapsed_ms = 1, verdict = \"match\"",
                with: "{ \"one\", \"two\" }, attempts = { \"h5\" }, elapsed_ms = 100, verdict = \"mismatch\"")
        let (outcome, text, folder) = try await update(tests)
        #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
        #expect(text == expected, "\(text)")
        #expect(
            outcome.output.contains("updated  rules_test.lua:4: decision = \"allow\", was 'deny'\n"),
            "\(outcome.output)")
        // The tests pass now, and those that were not run are unchanged.
        let again = try await Executable.run(["test", "--update"], in: folder)
        #expect(again.status == 0, "\(again.output)")
        #expect(try folder.read("rules_test.lua") == expected)
    }

    @Test(arguments: [
        ("test 't' { request = {}, for_all_outcomes = true, expect = { reason = 'x' } }", "it holds for all outcomes"),
        ("test('t', function(t) t:equal(1, 2) end)", "it is a function"),
        ("test 't' { request = {}, replies = {}, expect = { reason = 'x' } }", "it fails for another reason"),
        ("test 't' { request = {}, replies = { 9003 }, expect = { nothing = 1 } }", "there is no nothing to expect"),
        (
            "for i = 1, 2 do test 't' { request = {}, replies = { 9003 }, expect = { reason = 'x' } } end",
            "several tests come from this place"
        ),
        (
            "local e = { reason = 'x' } test 't' { request = {}, replies = { 9003 }, expect = e }",
            "what it expects does not stand in the table itself"
        ),
    ])
    func expectationThatCannotBeUpdatedIsKeptWithAReason(_ tests: String, _ reason: String) async throws {
        let (outcome, text, _) = try await update(tests)
        #expect(outcome.status == 1)
        #expect(text == tests)
        #expect(outcome.output.contains(reason), "\(outcome.output)")
    }

    @Test func updateMessagesGoToStandardErrorBesideJSON() async throws {
        let tests = "test 't' { request = {}, replies = { 9003 }, expect = { reason = 'x' } }"
        let (outcome, text, _) = try await update(tests, ["--format", "json"])
        #expect(outcome.status == 0)
        #expect(try outcome.json["failed"] as? Int == 1)
        #expect(outcome.errors.contains("updated  rules_test.lua:1: reason = \"new\", was 'x'"))
        #expect(text.contains("reason = \"new\""))
    }

    @Test func updatedFileKeepsItsModeAndALinkStaysALink() async throws {
        let folder = try TemporaryFolder(["rules.lua": Self.rules])
        let file = try folder.write(
            "test 't' { request = {}, replies = { 9003 }, expect = { reason = 'x' } }", to: "real")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.path)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("rules_test.lua"), withDestinationPath: "real")
        let outcome = try await Executable.run(["test", "--update"], in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try folder.read("real").contains("\"new\""))
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o640)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("rules_test.lua")) == "real")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path("")).sorted() == [
                "real", "rules.lua", "rules_test.lua",
            ])
    }
}
