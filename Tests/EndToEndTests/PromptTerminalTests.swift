// SPDX-License-Identifier: MIT

import Foundation
import PseudoTerminals
import TemporaryFolders
import Testing

@Suite("The terminal of a prompt", .timeLimit(.minutes(10)))
struct PromptTerminalTests {
    @Test(
        "settings are restored after a signal",
        arguments: [(SIGTERM, 143), (SIGHUP, -SIGHUP), (SIGQUIT, -SIGQUIT)] as [(Int32, Int32)])
    func settingsAreRestoredAfterASignal(signal: Int32, status: Int32) async throws {
        let prompt = try await TerminalProcess()
        let before = prompt.settingsBefore
        try await prompt.expectPrompt()
        prompt.type("half")
        try await prompt.expect { $0.lines.last == "sim> half" }
        #expect(prompt.terminal.settings != before)
        prompt.send(signal)
        #expect(try await prompt.finish() == status)
        #expect(prompt.terminal.settings == before)
        #expect(!prompt.terminal.emulator.isPasteBracketed)
    }

    @Test func settingsAreRestoredAfterASignalDuringAScript() async throws {
        let prompt = try await TerminalProcess()
        let before = prompt.settingsBefore
        try await prompt.expectPrompt()
        prompt.type("print \"busy\" while true do pcall(error) end\r")
        try await prompt.expect { $0.lines.contains("busy") }
        prompt.send(SIGTERM)
        #expect(try await prompt.finish() == 143)
        #expect(prompt.terminal.settings == before)
    }

    @Test("settings are restored after leaving", arguments: ["\u{4}", ":quit\r"])
    func settingsAreRestoredAfterLeaving(_ keys: String) async throws {
        let prompt = try await TerminalProcess()
        let before = prompt.settingsBefore
        try await prompt.expectPrompt()
        prompt.type(keys)
        #expect(try await prompt.finish() == 0)
        #expect(prompt.terminal.settings == before)
        #expect(!prompt.terminal.emulator.isPasteBracketed)
    }

    @Test func settingsAreRestoredAfterTheEditorIsKilled() async throws {
        let folder = try TemporaryFolder(["editor": "stty raw -echo -opost\nprintf editing\nkill -9 $$\n"])
        let prompt = try await TerminalProcess(
            width: 1_000, environment: ["EDITOR": "sh \(folder.path("editor"))"], in: folder)
        let before = prompt.settingsBefore
        try await prompt.expectPrompt()
        try await prompt.run("6 * 7")
        let lines = try await prompt.run(":edit")
        #expect(lines.contains { $0.hasSuffix("ended with a failure; nothing was taken over") })
        #expect(try await prompt.run("6 * 7") == ["42"])
        prompt.type("\u{4}")
        #expect(try await prompt.finish() == 0)
        #expect(prompt.terminal.settings == before)
    }

    @Test func blockChangedInTheEditorIsRun() async throws {
        let folder = try TemporaryFolder([
            "editor": "test -t 0 && sed -i 's/6/60/' \"$1\"\ndirname \"$1\"\n", "tmp/x": "",
        ])
        let prompt = try await TerminalProcess(
            width: 1_000, environment: ["EDITOR": "sh \(folder.path("editor"))", "TMPDIR": folder.path("tmp")],
            in: folder
        )
        try await prompt.expectPrompt()
        try await prompt.run("6 * 7")
        #expect(try await prompt.run(":edit") == [folder.path("tmp"), "sim> 60 * 7", "420"])
    }

    @Test(
        "colours follow NO_COLOR and FORCE_COLOR",
        arguments: [([:], true), (["NO_COLOR": "1"], false), (["NO_COLOR": "1", "FORCE_COLOR": "1"], true)])
    func colours(environment: [String: String], areThere: Bool) async throws {
        let prompt = try await TerminalProcess(environment: environment)
        try await prompt.expectPrompt()
        #expect(try await prompt.run("return \"x\"") == ["\"x\""])
        // The prompt, a keyword that is typed, and a value.
        for sequence in ["\u{1B}[0;36msim> ", "\u{1B}[0;35mreturn", "\u{1B}[32m\"x\""] {
            #expect(prompt.output.contains(sequence) == areThere, "\(sequence.debugDescription)")
        }
    }

    @Test(
        "limited terminals get plain line mode",
        arguments: [["TERM": "dumb"], ["MOONDIAL_BASIC_REPL": "1", "NO_COLOR": "1"]])
    func plain(environment: [String: String]) async throws {
        let prompt = try await TerminalProcess(environment: environment)
        let before = prompt.settingsBefore
        try await prompt.expect { $0.lines.last == "sim>" }
        #expect(prompt.terminal.settings == before)
        prompt.type("f(\r")
        try await prompt.expect { $0.lines.suffix(2) == ["sim> f(", "   >"] }
        prompt.type("\u{3}")
        try await prompt.expect { $0.lines.suffix(2) == ["   > ^C", "sim>"] }
        prompt.type("6 * 7\r")
        try await prompt.expect { $0.lines.suffix(3) == ["sim> 6 * 7", "42", "sim>"] }
        prompt.type("\u{4}")
        #expect(try await prompt.finish() == 0)
        #expect(!prompt.output.contains("\u{1B}"))
    }

    @Test func optionIStaysAtThePromptAfterAPipe() async throws {
        let prompt = try await TerminalProcess(
            ["-c", "echo 'x = 6 * 7' | \"$MOONDIAL\" repl -i"], program: "/bin/sh")
        try await prompt.expectPrompt()
        #expect(try await prompt.run("x") == ["42"])
        prompt.type("\u{4}")
        #expect(try await prompt.finish() == 0)
    }

    @Test func optionIStaysAtThePromptAfterAFile() async throws {
        let folder = try TemporaryFolder(["start.lua": "y = 6 * 7\nprint \"started\"\n"])
        let prompt = try await TerminalProcess(["repl", "-i", "start.lua"], in: folder)
        try await prompt.expectPrompt()
        #expect(prompt.lines.contains("started"))
        #expect(try await prompt.run("y") == ["42"])
    }
}
