// SPDX-License-Identifier: MIT

import Foundation
import MoondialLua
import MoondialRules
import NIOCore

/// A folder with files, which is removed when the object is released.
final class TemporaryFolder: Sendable {
    let path: String

    init(_ files: [String: String]) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "moondial-\(UUID().uuidString)")
        path = folder.path(percentEncoded: false)
        for (name, text) in files { try write(text, to: name) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        try write(Array(text.utf8), to: name)
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        let file = URL(filePath: path).appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: target)
    }

    /// A path in the folder.
    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// Reads the files and folders with these names; without any, the folder itself.
    func read(_ names: [String] = []) throws -> RuleFiles {
        try RuleFiles.read(names.isEmpty ? [path] : names.map { self($0) })
    }

    /// Loads the rules that `read` returns.
    func load(_ names: [String] = []) async throws -> RulebookOutline {
        let files = try read(names)
        var harness = EngineHarness()
        harness.roots = files.roots
        harness.sources = files.sources
        return try await harness.onLoop { engine, _, promise in
            withExtendedLifetime(self) { promise.succeed(engine.outline) }
        }
    }

    /// The revision after a script of this text, in the folder, has run.
    func revision(afterRunning text: String) async throws -> String {
        var harness = EngineHarness()
        harness.runsScripts = true
        return try await harness.onLoop { engine, record, promise in
            record.scripts?.run(RuleSource(name: .label("script"), text: Array(text.utf8)), root: self.path) {
                if case .failure(let diagnostic) = $0 { return promise.fail(diagnostic) }
                promise.succeed(engine.outline.revision)
            }
        }
    }
}
