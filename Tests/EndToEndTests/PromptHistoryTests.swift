// SPDX-License-Identifier: MIT

import Foundation
import PseudoTerminals
import TemporaryFolders
import Testing

@Suite("History at the prompt", .timeLimit(.minutes(10)))
struct PromptHistoryTests {
    private static let file = ".local/state/moondial/history"

    private func mode(_ name: String, in folder: TemporaryFolder) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(name))
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
    }

    private func leave(_ prompt: TerminalProcess) async throws {
        prompt.type("\u{4}")
        #expect(try await prompt.finish() == 0)
    }

    @Test func historyKeepsBlocksWithoutTheirSecrets() async throws {
        let first = try await TerminalProcess()
        try await first.expectPrompt()
        try await first.run("verify(\"13800138000\", \"STsid0000001542695429\", \"e1\").verdict")
        try await first.run(" hidden = 1")
        try await first.run("x =\r2")
        // Within the session the block keeps its token and can be run again.
        first.type("\u{1B}[A\u{1B}[A\u{1B}[A")
        try await first.expect { $0.lines.last?.contains("\"STsid0000001542695429\"") == true }
        first.type("\u{3}")
        try await first.expectPrompt()
        try await leave(first)
        #expect(
            try first.folder.read(Self.file).withoutFacts
                == "verify(\"138****8000\", \"<token>\", \"e1\").verdict\nx =\\n2\n")
        #expect(try mode(Self.file, in: first.folder) == 0o600)
        #expect(try mode(".local/state/moondial", in: first.folder) == 0o700)

        let second = try await TerminalProcess(in: first.folder)
        try await second.expectPrompt()
        second.type("\u{1B}[A")
        try await second.expect { $0.lines.suffix(2) == ["sim> x =", "   > 2"] }
        second.type("\u{3}\u{12}verdi")
        try await second.expect { $0.lines.contains { $0.hasPrefix("search: verdi") } }
        #expect(second.lines.contains("sim> verify(\"138****8000\", \"<token>\", \"e1\").verdict"))
    }

    @Test func historyIsKeptUnderXDGStateHome() async throws {
        let folder = try TemporaryFolder()
        let prompt = try await TerminalProcess(environment: ["XDG_STATE_HOME": folder.path("state")])
        try await prompt.expectPrompt()
        try await prompt.run("1 + 1")
        try await leave(prompt)
        #expect(try folder.read("state/moondial/history").withoutFacts == "1 + 1\n")
    }

    @Test func noHistoryOptionNeitherReadsNorWritesTheFile() async throws {
        let folder = try TemporaryFolder([Self.file: "old()\n"])
        let prompt = try await TerminalProcess(["repl", "--no-history"], in: folder)
        try await prompt.expectPrompt()
        try await prompt.run("1 + 1")
        prompt.type("\u{1B}[A\u{1B}[A")
        try await prompt.expect { $0.lines.last == "sim> 1 + 1" }
        prompt.type("\u{3}")
        try await prompt.expectPrompt()
        try await leave(prompt)
        #expect(try folder.read(Self.file) == "old()\n")
    }

    @Test func historyFileThatIsALinkIsNotFollowed() async throws {
        let folder = try TemporaryFolder(["elsewhere": "", ".local/state/moondial/x": ""])
        try FileManager.default.createSymbolicLink(
            atPath: folder.path(Self.file), withDestinationPath: folder.path("elsewhere"))
        let prompt = try await TerminalProcess(width: 1_000, in: folder)
        try await prompt.expectPrompt()
        #expect(prompt.lines.contains { $0.hasSuffix("is a symbolic link, which is not followed; nothing is kept") })
        try await prompt.run("1 + 1")
        try await leave(prompt)
        #expect(try folder.read("elsewhere").isEmpty)
    }
}

extension String {
    /// The lines of a history file without time and result of the blocks.
    fileprivate var withoutFacts: String { replacing(/\\@[0-9]+ (ok|error|stopped|-) \S+?\\:/, with: "") }
}
