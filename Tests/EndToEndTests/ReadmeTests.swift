// SPDX-License-Identifier: MIT

import Foundation
import Testing

/// README.md keeps what it promises: its transcripts are real, and its tables are complete.
@Suite("README", .timeLimit(.minutes(10)))
struct ReadmeTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    /// Options of every command.
    private static let everywhere: Set<Substring> = ["--help", "--version"]

    /// Whether to write what has changed into the file: `scripts/transcripts`.
    private static let renews = ProcessInfo.processInfo.environment["MOONDIAL_RENEW_README"] == "1"
    private static let file = repository.appending(path: "README.md")

    private let desk: ReadmeDesk
    private let readme: String

    init() throws {
        desk = try ReadmeDesk(repository: Self.repository)
        readme = try String(contentsOf: Self.file, encoding: .utf8)
    }

    @Test func itsTranscriptsAreReal() async throws {
        let script = ReadmeScript(markdown: readme)
        #expect(script.steps.count > 5)
        var renewed: [(lines: Range<Int>, output: String)] = []
        for (line, step) in script.steps {
            switch step {
            case .change(let file, let old, let new):
                #expect(try desk.replace(old, by: new, in: file), "README.md:\(line): '\(old)' stands once in \(file)")
            case .command(let command, let shown, let lines):
                let printed = try await desk.perform(command, like: shown)
                if printed.withoutVolatileParts == shown.withoutVolatileParts { continue }
                renewed.append((lines, printed))
                if !Self.renews {
                    Issue.record("README.md:\(line): \(command)\n\(printed)\nscripts/transcripts writes it there")
                }
            }
        }
        if Self.renews {
            try script.markdown(replacing: renewed).write(to: Self.file, atomically: true, encoding: .utf8)
        }
    }

    @Test(arguments: ["repl", "run", "verify", "simulate", "explain"])
    func itNamesTheCommandAndItsOptions(command: String) async throws {
        #expect(readme.contains("`moondial \(command)"))
        let help = try await desk.perform("scripts/moondial help \(command)")
        for option in help.matches(of: /^ +(?:-\w, )?(--[a-z-]+)/.anchorsMatchLineEndings()) {
            #expect(readme.contains("`\(option.1)") || Self.everywhere.contains(option.1), "\(option.1)")
        }
    }

    @Test func itListsTheExitStatuses() async throws {
        let help = try await desk.perform("scripts/moondial --help")
        let statuses = help.matches(of: /^ +(\d+)  (.+)$/.anchorsMatchLineEndings())
        #expect(statuses.count > 10)
        for status in statuses { #expect(readme.contains("| \(status.1) | \(status.2) |")) }
    }
}
