// SPDX-License-Identifier: MIT

import Foundation
import LuaCheck
import LuaSyntax
import MoondialRules
import Testing

@testable import MoondialWorkbench

/// Bad files with the expected findings in comments under the lines: `^` under the first character that the finding
/// marks, or `<-` for the first of the line, then code and message.
@Suite struct CorpusTests {
    private static let folder: URL = {
        guard let url = Bundle.module.url(forResource: "Corpus", withExtension: nil) else {
            preconditionFailure("the corpus is a resource of the tests")
        }
        return url
    }()

    private static let files = [
        "globals", "fields", "rules", "calls", "comparisons", "locals", "ignored", "syntax", "script",
    ]

    private struct Expectation: Hashable, CustomStringConvertible {
        let line: Int
        let column: Int
        let text: String

        var description: String { "\(line):\(column) \(text)" }
    }

    private static func expectations(_ text: String) -> [Expectation] {
        var result: [Expectation] = []
        var codeLine = 0
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if let match = line.wholeMatch(of: /\s*--[ ^]*(\^|<-) ([a-z-]+: .*)/) {
                let column = match.1 == "<-" ? 1 : line.distance(from: line.startIndex, to: match.1.startIndex) + 1
                result.append(Expectation(line: codeLine, column: column, text: String(match.2)))
            } else {
                codeLine = index + 1
            }
        }
        return result
    }

    private static func found(_ findings: [Finding]) -> [Expectation] {
        findings.map {
            Expectation(line: $0.start.line, column: $0.start.column, text: "\($0.code.rawValue): \($0.message)")
        }
    }

    @Test(arguments: files) func eachFileHasItsFindingsAndNoOthers(name: String) throws {
        let url = Self.folder.appending(path: "\(name).lua")
        let text = try String(contentsOf: url, encoding: .utf8)
        let check = try RuleCheck([url.path], settings: RuleEngine.Settings(wallClock: { 0 }))
        let findings = check.findings.filter { $0.file == url.path && $0.code != .doesNotLoad }
        let root = Self.folder.path + "/"
        let found = Self.found(findings).map {
            Expectation(line: $0.line, column: $0.column, text: $0.text.replacingOccurrences(of: root, with: ""))
        }
        let expected = Self.expectations(text)
        #expect(Set(found).subtracting(expected) == [], "not expected")
        #expect(Set(expected).subtracting(found) == [], "not found")
    }

    @Test func requiredModulesAreChecked() throws {
        let url = Self.folder.appending(path: "locals.lua")
        let module = Self.folder.appending(path: "lib/names.lua")
        let check = try RuleCheck([url.path], settings: RuleEngine.Settings(wallClock: { 0 }))
        let findings = check.findings.filter { $0.file == module.path }
        #expect(Self.found(findings) == Self.expectations(try String(contentsOf: module, encoding: .utf8)))
        #expect(check.fileCount == 2)
    }

    @Test func corpusHasAllCodesOfFindings() throws {
        let texts = try (Self.files + ["lib/names"]).map {
            try String(contentsOf: Self.folder.appending(path: "\($0).lua"), encoding: .utf8)
        }.joined()
        let missing = FindingCode.allCases.filter { !texts.contains(" \($0.rawValue): ") }
        #expect(missing == [.doesNotLoad])
    }
}
