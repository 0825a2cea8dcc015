// SPDX-License-Identifier: MIT

import Foundation
import PseudoTerminals
import TemporaryFolders
import Testing

/// `moondial test --watch`, at a terminal.
@Suite("test --watch", .timeLimit(.minutes(10)))
struct TestWatchTests {
    private static func rule(_ module: String) -> String {
        "local name = require 'lib.\(module)'\nrule 'r' { pre_check = function() return deny(name) end }"
    }

    private static func test(_ name: String) -> String {
        "test '\(name)' { request = {}, replies = {}, expect = { reason = '\(name)' } }"
    }

    private func folder() throws -> TemporaryFolder {
        try TemporaryFolder([
            "a.lua": Self.rule("a"), "a_test.lua": Self.test("a"), "lib/a.lua": "return 'a'",
            "b.lua": Self.rule("b"), "b_test.lua": Self.test("b"), "lib/b.lua": "return 'b'",
        ])
    }

    private func start(_ folder: TemporaryFolder) async throws -> TerminalProcess {
        let process = try await TerminalProcess(
            ["test", "--watch"], height: 60, environment: ["NO_COLOR": "1"], in: folder)
        try await process.expect("the first run") {
            $0.lines == [
                "ok    a", "ok    b", "", "2 passed", "",
                "2 test files watched, with what they load. q or Ctrl-C ends.",
            ]
        }
        return process
    }

    @Test func changeRunsOnlyTheTestsThatDependOnIt() async throws {
        let folder = try folder()
        let process = try await start(folder)
        try folder.write("return 'other'", to: "lib/a.lua")
        // Nothing of the run before is left on the screen, and the tests of the other file have not run.
        try await process.expect("the change") {
            $0.lines.first == "run again: a_test.lua" && $0.lines.contains("1 passed, 1 failed")
                && $0.lines.contains("FAIL  a") && !$0.lines.contains("ok    b")
        }
        // A failure stays on the screen while another file changes.
        try folder.write(Self.test("b") + "\n" + Self.test("c"), to: "b_test.lua")
        try await process.expect("the second change") {
            $0.lines.first == "run again: b_test.lua" && $0.lines.contains("1 passed, 2 failed")
                && $0.lines.contains("FAIL  a") && $0.lines.contains("ok    b")
        }
        try folder.write("return 'a'", to: "lib/a.lua")
        try folder.write(Self.test("b"), to: "b_test.lua")
        try await process.expect("the end of trouble") { $0.lines.contains("2 passed") }
        process.type("q")
        #expect(try await process.finish() == 0)
    }

    @Test func watchReportsBrokenNewAndRemovedFiles() async throws {
        let folder = try folder()
        let process = try await start(folder)
        try folder.write("rule 'r' {", to: "a.lua")
        try await process.expect("the error") { $0.lines.contains { $0.hasPrefix("error[rule_syntax]") } }
        try folder.write("test 'new' { request = {}, replies = {}, expect = { reason = 'b' } }", to: "lib/new_test.lua")
        try FileManager.default.removeItem(at: folder.url.appending(path: "b_test.lua"))
        try await process.expect("the new file") {
            $0.lines.contains("2 test files watched, with what they load. q or Ctrl-C ends.")
                && $0.lines.contains { $0.contains("new") }
        }
        process.type("q")
        #expect(try await process.finish() == 65)
    }

    @Test func qEndsWithTheStatusOfTheLastRun() async throws {
        let folder = try folder()
        let process = try await start(folder)
        try folder.write("return 'other'", to: "lib/a.lua")
        try await process.expect("the change") { $0.lines.contains("1 passed, 1 failed") }
        process.type("q")
        #expect(try await process.finish() == 1)
    }

    @Test func controlCEndsWatchingWithStatus130() async throws {
        let process = try await start(try folder())
        process.type("\u{3}")
        #expect(try await process.finish() == 130)
    }

    @Test(arguments: [["--format", "json"], ["--strict"], ["--update"]])
    func watchRefusesOptionsForPrograms(_ options: [String]) async throws {
        let outcome = try await Executable.run(["test", "--watch"] + options, in: try folder())
        #expect(outcome.status == 64, "\(outcome.errors)")
    }
}
