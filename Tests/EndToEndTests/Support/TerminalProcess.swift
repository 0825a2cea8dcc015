// SPDX-License-Identifier: MIT

import ChildProcesses
import Foundation
import PseudoTerminals
import TemporaryFolders
import Testing

/// A `moondial` on a pseudo-terminal that a test controls.
final class TerminalProcess {
    /// How long to wait for the screen: the machine may be busy with other tests.
    private static let patience = Duration.seconds(300)

    let terminal: PseudoTerminal
    /// The terminal's settings before the program started, which changes them soon.
    let settingsBefore: [UInt]
    /// The working directory of the process and its home.
    let folder: TemporaryFolder
    private let process: ChildProcess
    private let slot: Slots.Slot

    /// Starts the program, by default `moondial`, with a file or the terminal as standard input.
    ///
    /// - Throws: When it cannot be started.
    init(
        _ arguments: [String] = [], program: String = Executable.path, width: Int = 80, height: Int = 24,
        input: FileHandle? = nil, environment: [String: String] = [:], in folder: TemporaryFolder? = nil
    ) async throws {
        terminal = PseudoTerminal(width: width, height: height)
        settingsBefore = terminal.settings
        let folder = try folder ?? TemporaryFolder()
        self.folder = folder
        // Swift would show a backtrace on a terminal, and ask what to do.
        let usual = ["TERM": "xterm-256color", "HOME": folder.path(""), "SWIFT_BACKTRACE": "enable=no"]
        let variables = Executable.environment(usual.merging(environment) { $1 })
        let slot = await Slots.background.acquire()
        self.slot = slot
        do {
            if let input {
                let handle = FileHandle(fileDescriptor: terminal.program)
                process = try ChildProcess(
                    program, arguments, environment: variables, in: folder.url, input: input, output: handle,
                    errors: handle)
            } else {
                process = try ChildProcess(
                    program, arguments, environment: variables, in: folder.url, terminal: terminal.path)
            }
        } catch {
            await Slots.background.release(slot)
            throw error
        }
    }

    deinit { Task { [slot] in await Slots.background.release(slot) } }

    func type(_ text: String) { terminal.type(text) }

    func send(_ signal: Int32) { process.send(signal) }

    var id: pid_t { process.id }

    var lines: [String] { terminal.emulator.lines }

    /// Everything that was written, with its escape sequences and plain newlines.
    var output: String { String(decoding: terminal.output, as: UTF8.self).replacing("\r\n", with: "\n") }

    struct NotSeen: Error {}

    /// Waits until a condition holds for the screen. After five minutes, the test fails and this throws.
    func expect(
        _ what: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
        _ isThere: (TerminalEmulator) -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + Self.patience
        while !isThere(terminal.emulator) {
            guard ContinuousClock.now < deadline else {
                let screen = lines.joined(separator: "\n")
                Issue.record("\(what.map { "\($0): " } ?? "")not seen on\n\(screen)", sourceLocation: sourceLocation)
                throw NotSeen()
            }
            await look()
        }
    }

    /// Waits for the prompt, with nothing typed at it.
    func expectPrompt(_ prompt: String = "sim>", sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await expect(sourceLocation: sourceLocation) { $0.lines.last == prompt && $0.isPasteBracketed }
    }

    /// Types a block, and waits for the next prompt.
    ///
    /// - Returns: The lines between the two, as far as the window goes.
    @discardableResult
    func run(_ block: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> [String] {
        type("\u{C}")
        try await expect(sourceLocation: sourceLocation) { $0.lines == ["sim>"] }
        type(block + "\r")
        try await expect(sourceLocation: sourceLocation) {
            $0.lines.count > 1 && $0.lines.last == "sim>" && $0.isPasteBracketed
        }
        return Array(lines.dropFirst().dropLast())
    }

    /// Waits for the end.
    func finish(sourceLocation: SourceLocation = #_sourceLocation) async throws -> Int32 {
        let process = process
        try await expect("the end", sourceLocation: sourceLocation) { _ in process.hasEnded }
        while PseudoTerminal.hasOutput(terminal.user, within: 0) { terminal.take() }
        return await process.status()
    }

    /// Waits for output on a thread of Dispatch, because waiting blocks.
    private func look() async {
        let user = terminal.user
        let hasOutput = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: PseudoTerminal.hasOutput(user)) }
        }
        if hasOutput { terminal.take() }
    }
}

extension TerminalProcess {
    /// Runs `moondial` to its end: nothing is typed but Ctrl-D.
    ///
    /// - Returns: The exit status and everything that came to the screen.
    static func run(
        _ arguments: [String], columns: Int = 100, input: String = "", environment: [String: String] = [:]
    ) async throws -> (status: Int32, screen: String) {
        let own = try TemporaryFolder()
        let file = input.isEmpty ? nil : try FileHandle(forReadingFrom: own.write(input, to: "input"))
        let process = try await TerminalProcess(
            arguments, width: columns, input: file, environment: environment, in: own)
        process.type("\u{4}")
        return (try await process.finish(), process.output)
    }
}
