// SPDX-License-Identifier: MIT

import Platform
import TemporaryFolders
import Testing

@testable import MoondialConsole

struct HistoryFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private var file: HistoryFile { HistoryFile(path: folder.path("state/moondial/history")) }

    @Test func blocksAreLoadedAsTheyWereWritten() throws {
        #expect(try file.load().map(\.text) == [])
        let blocks = ["f()", "if a then\n  b()\nend", #"x = "\n\\" .. [[\]]"#, "号码", "\\", "n"]
        for block in blocks { try file.append([KeptBlock(block)]) }
        #expect(try file.load().map(\.text) == blocks)
        #expect(try folder.read("state/moondial/history").split(separator: "\n").count == blocks.count)
    }

    @Test func timeTargetAndOutcomeOfABlockAreKept() throws {
        let blocks = [
            KeptBlock("f()", time: 1_700_000_000_123, target: "sim", outcome: .done),
            KeptBlock("g(\n\"\\:\")", time: 5, target: "api.example.com:443", outcome: .failed),
            KeptBlock("old"), KeptBlock(":quit", time: 7, target: "sim"), KeptBlock("\\@1 ok sim\\:x"),
        ]
        try file.append(blocks)
        #expect(try file.load() == blocks)
        try file.rewrite(["f()": "h()"])
        #expect(try file.load().first == KeptBlock("h()", time: 1_700_000_000_123, target: "sim", outcome: .done))
    }

    @Test func blocksOfAnotherTargetAreFoundBySearchesOnly() {
        var editor = TestEditor()
        editor.editor.history = History(
            [
                KeptBlock("verify(1)", time: 1, target: "live.example", outcome: .done),
                KeptBlock("verify(2)", time: 2, target: "sim", outcome: .done), KeptBlock("old()"),
                KeptBlock("verify(3)", time: 3, target: "live.example", outcome: .done),
            ], target: "sim")
        editor.press("ver<Right>")
        #expect(editor.state == "verify(2)|")
        editor.press("<C-u><Up>")
        #expect(editor.state == "old()|")
        editor.press("<Up>")
        #expect(editor.state == "verify(2)|")
        #expect(editor.press("<Up>") == [.bell])
        editor.press("<C-u><C-r>verify(3<Enter>")
        #expect(editor.submitted == ["verify(3)"])
        // A block that was entered at this target is suggested here.
        editor.press("verify(3")
        #expect(editor.lines() == ["sim> verify(3|)"])
    }

    @Test func fileAndFoldersArePrivate() throws {
        try file.append([KeptBlock("f()")])
        #expect(try folder.mode("state") == 0o700)
        #expect(try folder.mode("state/moondial") == 0o700)
        #expect(try folder.mode("state/moondial/history") == 0o600)
    }

    @Test func looseModesAreTightened() throws {
        try file.append([KeptBlock("f()")])
        try folder.setMode(0o755, of: "state/moondial")
        try folder.setMode(0o644, of: "state/moondial/history")
        #expect(try file.load().map(\.text) == ["f()"])
        #expect(try folder.mode("state/moondial") == 0o700)
        #expect(try folder.mode("state/moondial/history") == 0o600)
    }

    @Test func modeOfAnExistingFolderIsNotChanged() throws {
        try folder.setMode(0o755, of: "")
        try HistoryFile(path: folder.path("history")).append([KeptBlock("f()")])
        #expect(try folder.mode("") == 0o755)
        #expect(try folder.mode("history") == 0o600)
    }

    @Test func historyFileThatIsALinkIsNotFollowed() throws {
        try folder.write("untouched\n", to: "target")
        try folder.link("history", to: folder.path("target"))
        let file = HistoryFile(path: folder.path("history"))
        let error = HistoryFileError(path: file.path, reason: "is a symbolic link, which is not followed")
        #expect(throws: error) { try file.append([KeptBlock("f()")]) }
        #expect(throws: error) { try file.load() }
        #expect(try folder.read("target") == "untouched\n")
    }

    @Test func historyFileMustBeARegularFile() {
        mkfifo(folder.path("fifo"), 0o600)
        mkdir(folder.path("folder"), 0o700)
        #expect(throws: HistoryFileError.self) {
            try HistoryFile(path: folder.path("fifo")).append([KeptBlock("f()")])
        }
        #expect(throws: HistoryFileError.self) {
            try HistoryFile(path: folder.path("folder")).append([KeptBlock("f()")])
        }
        #expect(throws: HistoryFileError.self) {
            try HistoryFile(path: "/proc/nothing/history").append([KeptBlock("f()")])
        }
    }

    @Test func appendedBlockDoesNotJoinACutOffLine() throws {
        try folder.write("one\ntwo", to: "history")
        let file = HistoryFile(path: folder.path("history"))
        try file.append([KeptBlock("three")])
        #expect(try file.load().map(\.text) == ["one", "two", "three"])
    }

    @Test func longFileIsCutToTheCapacity() throws {
        try folder.write((0..<100).map { "f(\($0 % 60))\n" }.joined(), to: "history")
        let file = HistoryFile(path: folder.path("history"))
        let blocks = try file.load(capacity: 20).map(\.text)
        #expect(blocks == (20..<40).map { "f(\($0))" })
        #expect(try file.load(capacity: 20).map(\.text) == blocks)
        #expect(try folder.read("history").split(separator: "\n").count == 20)
        #expect(try folder.mode("history") == 0o600)
    }

    @Test func concurrentWritersLoseNoBlocks() async throws {
        let path = folder.path("history")
        // Readers cut the file while others write.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for index in 0..<50 { try HistoryFile(path: path).append([KeptBlock("f(\(writer),\n\(index))")]) }
                }
                group.addTask {
                    for _ in 0..<20 { _ = try HistoryFile(path: path).load(capacity: 160) }
                }
            }
            try await group.waitForAll()
        }
        let blocks = try HistoryFile(path: path).load().map(\.text)
        #expect(Set(blocks).count == 200)
        #expect(blocks.filter { $0.hasPrefix("f(2,") } == (0..<50).map { "f(2,\n\($0))" })
    }

    @Test(
        arguments: [
            (["XDG_STATE_HOME": "/s", "HOME": "/h"], "/s/moondial/history"),
            (["HOME": "/h"], "/h/.local/state/moondial/history"),
            (["XDG_STATE_HOME": "relative", "HOME": "/h"], "/h/.local/state/moondial/history"),
            (["XDG_STATE_HOME": "", "HOME": "/h"], "/h/.local/state/moondial/history"), ([:], nil),
        ] as [([String: String], String?)])
    func defaultPathFollowsXDG(environment: [String: String], path: String?) {
        #expect(HistoryFile(environment: environment)?.path == path)
    }
}
