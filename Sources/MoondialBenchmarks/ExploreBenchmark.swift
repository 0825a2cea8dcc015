// SPDX-License-Identifier: MIT

import MoondialRules
import MoondialWorkbench

/// Runs all paths through a rulebook, each of them twice, as `explore` does.
enum ExploreBenchmark {
    static func measure(rules paths: [String]) throws {
        let files = try RuleFiles.read(paths)
        let loaded = try RulebookLoader(RuleEngine.Settings { 0 }).load(files)
        let (began, cpu) = (CPU.wall(), CPU.process())
        let exploration = Exploration.of(loaded, settings: Explorer.Settings(times: [0]))
        let report = ExplorationReport(exploration)
        let count = Double(exploration.paths.count)
        precondition(!report.atlas.groups.isEmpty, "an exploration without paths")
        Benchmarks.report("explore-paths", count)
        Benchmarks.report("explore-taken", Double(exploration.takenPaths))
        Benchmarks.report("explore-wall", CPU.wall() - began)
        Benchmarks.report("explore-cpu", (CPU.process() - cpu) / count)
    }
}
