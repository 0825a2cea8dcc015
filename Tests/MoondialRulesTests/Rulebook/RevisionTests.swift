// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NIOCore
import TemporaryFolders
import Testing

/// The revision of a rulebook changes exactly when a file changes that rules can use.
@Suite struct RevisionTests {
    private static let files = [
        "a.lua": "local m = require 'lib.m'\nrule 'a' { pre_check = m }", "b.lua": "rule 'b' { pre_check = print }",
        "lib/m.lua": "return print",
    ]

    private func revision(_ files: [String: String]) async throws -> String {
        try await TemporaryFolder(files).load().revision
    }

    @Test func revisionDoesNotDependOnTheFolderOrOnUnusedFiles() async throws {
        let first = try await revision(Self.files)
        #expect(first.utf8.count == 12)
        #expect(try await revision(Self.files) == first)
        let withOthers = Self.files.merging(["a_test.lua": "no", "notes.md": "no", "lib/other.lua": "no"]) { $1 }
        #expect(try await revision(withOthers) == first)
    }

    @Test(arguments: [
        ["a.lua": "local m = require 'lib.m'\nrule 'a' { pre_check = m } "],
        ["b.lua": "rule 'b' { route = print }"], ["lib/m.lua": "return next"],
        ["c.lua": "rule 'c' { pre_check = print }"], ["c.lua": ""],
    ])
    func everyChangeOfAUsedFileChangesTheRevision(change: [String: String]) async throws {
        #expect(try await revision(Self.files.merging(change) { $1 }) != revision(Self.files))
    }

    @Test func revisionDependsOnNamesAndOrderOfFiles() async throws {
        var renamed = Self.files
        renamed["c.lua"] = renamed.removeValue(forKey: "b.lua")
        #expect(try await revision(renamed) != revision(Self.files))
        let folder = try TemporaryFolder(Self.files)
        let forwards = try await folder.load(["a.lua", "b.lua"]).revision
        #expect(try await folder.load(["b.lua", "a.lua"]).revision != forwards)
        #expect(try await folder.load().revision == forwards)
    }

    @Test func revisionDependsOnTheBordersBetweenFiles() async throws {
        #expect(
            try await revision(["a.lua": "--x\n", "b.lua": "--y"]) != revision(["a.lua": "--x\n--y", "b.lua": ""]))
    }

    @Test func revisionDependsOnModulesThatAScriptRequires() async throws {
        let one = try TemporaryFolder(["m.lua": "return 1"])
        let two = try TemporaryFolder(["m.lua": "return 2"])
        let revision = try await one.revision(afterRunning: "require 'm'")
        #expect(try await one.revision(afterRunning: "require 'm'") == revision)
        #expect(try await two.revision(afterRunning: "require 'm'") != revision)
    }

    @Test func everyResultHasTheRevision() async throws {
        let harness = EngineHarness("rule 'a' { pre_check = print }")
        let outline = try await harness.onLoop { engine, _, promise in promise.succeed(engine.outline) }
        let run = try await harness.verify()
        #expect(run.result.revision == outline.revision)
        #expect(run.trace.json["rules_revision"] == .string(outline.revision))
        #expect(run.result.json(target: "t")["rules_revision"] == .string(outline.revision))
    }
}
