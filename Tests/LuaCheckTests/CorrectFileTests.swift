// SPDX-License-Identifier: MIT

import Foundation
import Generators
import LuaCheck
import MoondialLua
import MoondialRules
import Testing

@testable import MoondialWorkbench

/// Correct files have no findings.
@Suite struct CorrectFileTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let examples = [
        "examples/first.lua", "examples/flow.lua", "examples/mapping.lua", "examples/prechecks.lua",
        "examples/routing.lua", "examples/strict.lua", "examples/shop", "scripts/deploy/rules",
        "scripts/workloads/five_rules.lua", "scripts/workloads/serve_rules.lua",
    ]

    private var settings: RuleEngine.Settings { RuleEngine.Settings(wallClock: { 0 }) }

    @Test(arguments: examples) func examplesHaveNoFindings(path: String) throws {
        let check = try RuleCheck([Self.root.appending(path: path).path], settings: settings)
        #expect(check.findings.map { "\(CheckFinding($0).place): \($0.code.rawValue): \($0.message)" } == [])
        #expect(check.loads)
    }

    /// These examples are correct: the tests of the registry run them.
    @Test func examplesOfTheRegistryHaveNoFindings() {
        let files = Registry.entries.compactMap { entry in
            entry.example.map { CheckedFile(name: entry.name, bytes: Array($0.utf8), kind: .script) }
        }
        let findings = Checker(.ofRules).check(files)
        #expect(findings.map { "\(CheckFinding($0).place): \($0.code.rawValue): \($0.message)" } == [])
    }

    @Test(arguments: ["print(verify(arg[1], 'sim:').decision)", "print(arg[0], #arg)", "local first = ..., arg"])
    func scriptsReadTheirArguments(text: String) {
        let findings = Checker(.ofRules).check([CheckedFile(name: "s.lua", bytes: Array(text.utf8), kind: .rules)])
        #expect(findings.filter { $0.severity == .error }.map(\.message) == [])
    }

    @Test func ruleFilesHaveNoArguments() {
        let text = "rule 'r' { pre_check = function() return deny(arg[1]) end }"
        let findings = Checker(.ofRules).check([CheckedFile(name: "r.lua", bytes: Array(text.utf8), kind: .rules)])
        #expect(findings.map(\.code) == [.undefinedGlobal])
    }

    @Test func generatedRuleFilesHaveNoFindings() throws {
        var generator = SeededGenerator(seed: 12)
        for number in 0..<200 {
            var rules = RuleFileGenerator(generator)
            let text = rules.file()
            generator = rules.generator
            let source = RuleSource(name: .file("generated\(number).lua"), text: Array(text.utf8))
            _ = try RulebookLoader(settings).load(RuleFiles([source]))
            let findings = Checker(.ofRules).check([
                CheckedFile(name: "generated.lua", bytes: Array(text.utf8), kind: .rules)
            ])
            #expect(findings.map { "\(CheckFinding($0).place): \($0.code.rawValue): \($0.message)" } == [], "\(text)")
        }
    }
}
