// SPDX-License-Identifier: MIT

import Foundation
import MoondialLua
import MoondialRules
import TemporaryFolders
import Testing
import TextFormats

/// Files and folders that make a rulebook.
@Suite struct RuleFilesTests {
    private static func rule(_ name: String) -> String { "rule '\(name)' { pre_check = print }" }

    @Test func folderGivesItsRuleFilesSortedByName() async throws {
        let folder = try TemporaryFolder([
            "b.lua": Self.rule("b"), "a.lua": Self.rule("a"), "B.lua": Self.rule("B"), "10.lua": Self.rule("10"),
            "9.lua": Self.rule("9"), "a_test.lua": "error 'a test'", ".hidden.lua": "error 'hidden'",
            "README.md": "no Lua",
            "lib/module.lua": "error 'not required'", "a.lua~": "error 'a copy'",
        ])
        let files = try folder.read()
        #expect(files.sources.map(\.name.description) == ["10", "9", "B", "a", "b"].map { folder.path("\($0).lua") })
        #expect(files.roots == [folder.path])
        #expect(try await folder.load().rules.map(\.name) == ["10", "9", "B", "a", "b"])
    }

    @Test func pathsAreReadOnceInTheGivenOrder() async throws {
        let folder = try TemporaryFolder([
            "x/a.lua": Self.rule("a"), "x/b.lua": Self.rule("b"), "y/c.lua": Self.rule("c"),
        ])
        try folder.link("x/link.lua", to: "a.lua")
        let names = ["y/c.lua", "x/b.lua", "x/", "x", "x/../x/b.lua", "y/./c.lua"]
        #expect(try await folder.load(names).rules.map(\.name) == ["c", "b", "a"])
        #expect(try folder.read(names).roots.prefix(2) == [folder.path("y"), folder.path("x")])
    }

    @Test func noPathsGiveNoRules() throws {
        #expect(try RuleFiles.read([]).sources.isEmpty)
        #expect(RuleFiles.none.sources.isEmpty)
    }

    @Test(arguments: [
        ("missing.lua", "No such file or directory"), ("missing", "No such file or directory"),
        ("empty", "the folder holds no rule files (*.lua)"), ("tests", "the folder holds no rule files (*.lua)"),
        ("file/below.lua", "Not a directory"), ("dangling.lua", "No such file or directory"),
        ("odd", "Is a directory"), ("pipe.lua", "it is a pipe, not a file"),
        ("large.lua", "it is larger than the 1048576 bytes of limits.source_bytes"),
    ])
    func unreadablePathIsNamedInTheError(name: String, reason: String) throws {
        let folder = try TemporaryFolder([
            "empty/notes.txt": "", "tests/a_test.lua": "", "file": "", "odd/folder.lua/x": "",
        ])
        if name == "large.lua" { try folder.write(String(repeating: " ", count: (1 << 20) + 1), to: name) }
        try folder.link("dangling.lua", to: "nowhere")
        #expect(mkfifo(folder.path("pipe.lua"), 0o600) == 0)
        let diagnostic = try #require(throws: Diagnostic.self) { try folder.read([name]) }
        #expect(diagnostic.code == .ruleFile)
        let path = name == "odd" ? folder.path("odd/folder.lua") : folder.path(name)
        #expect(diagnostic.message == "cannot read '\(path)': \(reason)")
        #expect(diagnostic.fix != nil)
    }

    @Test func fileWhoseNameIsNotUTF8IsRead() throws {
        let folder = try TemporaryFolder(["bytes/a.lua": ""])
        let start = folder.path("bytes/x")
        let path = Array(start.utf8) + [0xFF] + Array(".lua".utf8)
        fclose((path + [0]).withUnsafeBytes { fopen($0.bindMemory(to: CChar.self).baseAddress, "w") })
        #expect(try folder.read(["bytes"]).sources.map(\.name.description).last == start + #"\xFF.lua"#)
        #expect(try RuleFiles.read([ByteText.text(path)]).sources.count == 1)
        #expect(ByteText.bytes(ByteText.text(path)) == path)
    }

    /// `require` looks in the folder of the file that calls it.
    @Test func requireFindsModulesOfTheFolderOfTheFile() async throws {
        let folder = try TemporaryFolder([
            "x/a.lua": "local n = require 'lib.name' rule(n) { pre_check = function() end }",
            "x/lib/name.lua": "return 'x'",
            "y/b.lua": "local n = require 'lib.name' rule(n) { pre_check = function() end }",
            "y/lib/name.lua": "return 'y'",
            "z/c.lua": "require 'lib.name'", "z/d.lua": "rule 'z' { pre_check = function() end }",
        ])
        #expect(try await folder.load(["x", "y"]).rules.map(\.name) == ["x", "y"])
        #expect(try await folder.load(["y", "x"]).rules.map(\.name) == ["y", "x"])
        await #expect(throws: Diagnostic.self) { try await folder.load(["x", "z"]) }
    }

    @Test func fileOfExactlyTheSizeLimitIsRead() throws {
        let folder = try TemporaryFolder(["a.lua": String(repeating: " ", count: 1 << 20)])
        #expect(try folder.read(["a.lua"]).sources.map(\.text.count) == [1 << 20])
    }

    @Test func byteOrderMarkAndShebangLineAreSkipped() async throws {
        let folder = try TemporaryFolder([:])
        try folder.write([0xEF, 0xBB, 0xBF] + Array("#!/usr/bin/lua\n\(Self.rule("x"))".utf8), to: "a.lua")
        let outline = try await folder.load()
        #expect(outline.rules.map(\.line) == [2])
    }

    @Test(arguments: [
        ("rules/a.lua", "rules"), ("a.lua", "."), ("/a.lua", "/"), ("./a.lua", "."), ("/x/y/a.lua", "/x/y"),
    ])
    func moduleFolderIsTheFolderOfTheFile(path: String, folder: String) {
        #expect(FileSystem.folder(of: path) == folder)
    }

    @Test func unprintableFileNameIsEscapedInMessages() throws {
        let diagnostic = try #require(throws: Diagnostic.self) { try RuleFiles.read(["no\nsuch\u{1B}[31m.lua"]) }
        #expect(diagnostic.message == #"cannot read 'no\nsuch\u{1B}[31m.lua': No such file or directory"#)
    }
}
