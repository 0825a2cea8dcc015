// SPDX-License-Identifier: MIT

import Foundation
import PseudoTerminals
import TemporaryFolders
import Testing

/// The working folder of a document's reader, with the examples and `scripts/moondial`. It has a simulator after the
/// document has started one.
final class DocumentFixture {
    private let folder: TemporaryFolder
    private var simulator: RunningSimulator?
    /// The simulator's address as the document shows it.
    private var shownURL = ""

    init() throws {
        folder = try TemporaryFolder()
        let repository = Document.repository
        let files = FileManager.default
        try files.copyItem(at: repository.appending(path: "examples"), to: folder.url.appending(path: "examples"))
        try files.createDirectory(at: folder.url.appending(path: "scripts"), withIntermediateDirectories: false)
        // The real script would build first.
        try files.createSymbolicLink(atPath: folder.path("scripts/moondial"), withDestinationPath: Executable.path)
    }

    /// Runs a command. If its transcript shows prompts, the text after each prompt is typed on a terminal.
    ///
    /// - Returns: The output on both streams, without the last newline.
    func perform(_ command: String, like transcript: String = "") async throws -> String {
        let blocks = Self.blocks(of: transcript)
        if !blocks.isEmpty { return try await converse(command, blocks) }
        if let port = command.firstMatch(of: /moondial simulate --port (\d+)/) {
            simulator = try await RunningSimulator()
            shownURL = "http://127.0.0.1:\(port.1)"
            return "listening on \(shownURL)"
        }
        let outcome = try await Executable.shell("{ \(real(command)); } 2>&1", in: folder)
        return shown(outcome.output.hasSuffix("\n") ? String(outcome.output.dropLast()) : outcome.output)
    }

    /// The lines of each block that the transcript shows after a prompt.
    private static func blocks(of transcript: String) -> [[String]] {
        var blocks: [[String]] = []
        for line in transcript.split(separator: "\n") {
            if line.hasPrefix("sim> ") {
                blocks.append([String(line.dropFirst(5))])
            } else if line.hasPrefix("   > "), !blocks.isEmpty {
                blocks[blocks.count - 1].append(String(line.dropFirst(5)))
            }
        }
        return blocks
    }

    /// Types the blocks on a terminal, and returns the screen without the last prompt.
    private func converse(_ command: String, _ blocks: [[String]]) async throws -> String {
        // The emulated window gets the width of `stty cols`. A history of its own avoids suggestions of other prompts.
        let resized = command.wholeMatch(of: /stty cols (\d+); (.+)/)
        let terminal = try await TerminalProcess(
            ["-c", "exec \(real(resized.map { String($0.2) } ?? command))"], program: "/bin/sh",
            width: resized.flatMap { Int($0.1) } ?? 100, height: 50,
            environment: ["NO_COLOR": "1", "XDG_STATE_HOME": folder.path("state-\(UUID().uuidString)")], in: folder)
        try await terminal.expectPrompt()
        for block in blocks {
            for line in block.dropLast() {
                // The editor indents, unless more has been typed already.
                let rows = terminal.terminal.emulator.transcript.count
                terminal.type(line.drop { $0 == " " } + "\r")
                try await terminal.expect { $0.transcript.count > rows && $0.lines.last == "   >" }
            }
            let rows = terminal.terminal.emulator.transcript.count
            terminal.type((block.last ?? "").drop { $0 == " " } + "\r")
            try await terminal.expect {
                $0.transcript.count > rows && $0.lines.last == "sim>" && $0.isPasteBracketed
            }
        }
        let screen = terminal.terminal.emulator.transcript.dropLast().joined(separator: "\n")
        terminal.type("\u{4}")
        #expect(try await terminal.finish() == 0)
        return shown(screen)
    }

    /// Writes a file that the document shows.
    func write(_ text: String, to file: String) throws {
        try folder.write(text, to: file)
    }

    /// Replaces one line of a file. False unless the line stands in the file exactly once.
    func replace(_ old: String, by new: String, in file: String) throws -> Bool {
        var lines = try folder.read(file).components(separatedBy: "\n")
        guard let index = lines.firstIndex(of: old), lines.lastIndex(of: old) == index else { return false }
        lines[index] = new
        try folder.write(lines.joined(separator: "\n"), to: file)
        return true
    }

    private func real(_ text: String) -> String {
        simulator.map { text.replacing(shownURL, with: $0.baseURL) } ?? text
    }

    private func shown(_ text: String) -> String {
        simulator.map { text.replacing($0.baseURL, with: shownURL) } ?? text
    }
}
