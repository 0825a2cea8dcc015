// SPDX-License-Identifier: MIT

import Foundation

/// Where a reader of README.md sits: a folder with the examples and `scripts/moondial`, and a simulator as soon as the
/// reader has started one.
final class ReadmeDesk {
    private let folder: TemporaryFolder
    private var simulator: RunningSimulator?
    /// The simulator's address as README.md shows it.
    private var shownURL = ""

    init(repository: URL) throws {
        folder = try TemporaryFolder()
        let files = FileManager.default
        try files.copyItem(at: repository.appending(path: "examples"), to: folder.url.appending(path: "examples"))
        try files.createDirectory(at: folder.url.appending(path: "scripts"), withIntermediateDirectories: false)
        // The real script would build first.
        try files.createSymbolicLink(atPath: folder.path("scripts/moondial"), withDestinationPath: Executable.path)
    }

    /// What the command prints on both streams, without the last newline.
    func perform(_ command: String) async throws -> String {
        if let port = command.firstMatch(of: /moondial simulate --port (\d+)/) {
            simulator = try await RunningSimulator()
            shownURL = "http://127.0.0.1:\(port.1)"
            return "listening on \(shownURL)"
        }
        let outcome = try await Executable.shell("{ \(real(command)); } 2>&1", in: folder)
        return shown(outcome.output.hasSuffix("\n") ? String(outcome.output.dropLast()) : outcome.output)
    }

    /// False unless the line stands in the file exactly once.
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
