// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import NIOCore
import TemporaryFolders

extension TemporaryFolder {
    /// Reads the files and folders with these names; without any, the folder itself.
    func read(_ names: [String] = []) throws -> RuleFiles {
        try RuleFiles.read(names.isEmpty ? [path] : names.map { path($0) })
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
