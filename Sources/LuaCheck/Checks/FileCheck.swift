// SPDX-License-Identifier: MIT

import LuaSyntax

/// All checks of one file.
struct FileCheck {
    let analysis: Analysis
    let shared: SharedNames
    private(set) var findings: [Finding] = []
    /// See ``Analysis/namesAskedFor``.
    let askedFor: Set<String>
    /// See ``Analysis/ownNames``.
    let ownNames: Set<ExpressionID>

    /// No more findings than these are reported for one file.
    private static let mostFindings = 1000

    var tree: SyntaxTree { analysis.tree }
    var vocabulary: Vocabulary { analysis.vocabulary }

    init(_ analysis: Analysis, _ shared: SharedNames) {
        self.analysis = analysis
        self.shared = shared
        askedFor = analysis.namesAskedFor
        ownNames = analysis.ownNames
    }

    mutating func run() {
        checkGlobals()
        checkFields()
        checkRules()
        checkCalls()
        checkWaiting()
        checkComparisons()
        checkVariables()
        findings.sort { ($0.start, $0.code.rawValue) < ($1.start, $1.code.rawValue) }
    }

    mutating func report(_ code: FindingCode, _ message: String, at range: Range<Int>, hint: String? = nil) {
        guard findings.count < Self.mostFindings else { return }
        findings.append(Finding(code, message, file: analysis.file.name, range, of: tree.source, hint: hint))
    }

    mutating func report(_ code: FindingCode, _ message: String, at id: ExpressionID, hint: String? = nil) {
        report(code, message, at: tree[id].range, hint: hint)
    }
}
