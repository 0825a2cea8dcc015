// SPDX-License-Identifier: MIT

package import MoondialPresentation
import MoondialRules
import NumberVerification
import TextFormats

/// The hooks, lines, branches and codes that tests have exercised, and those that they have not.
package struct CoverageReport: Sendable {
    /// The format of the report.
    package enum Format: String, Sendable, CaseIterable {
        /// For people.
        case text
        /// Lines and branches, as lcov and CI servers read them.
        case lcov
        /// One page for a browser.
        case html
    }

    struct HookLine: Sendable {
        let name: String
        let place: String
        let use: HookUse
        /// Whether it was called and, if its answers count, has answered.
        let isCovered: Bool
    }

    struct StoreLine: Sendable {
        /// `count phone:…`
        let call: String
        /// `pre_check of 'too often'`
        let hook: String
        /// The kinds of outcomes that tests have exercised, and those that they have not.
        let exercised: [String]
        let missing: [String]
    }

    let hooks: [HookLine]
    package let files: [CoveredFile]
    private let exercised: Set<TestCoverage.Exercised>
    /// Calls of the store with the outcomes that tests have and have not exercised.
    let store: [StoreLine]

    package init(_ coverage: TestCoverage) {
        exercised = coverage.attempts
        files = coverage.lines.coveredFiles
        var lines: [HookLine] = []
        for outline in coverage.outlines {
            for rule in outline.rules {
                for hook in Hook.allCases {
                    guard let site = rule.hooks[hook] else { continue }
                    let use = coverage.hooks[TestCoverage.HookName(rule: rule.name, hook: hook)] ?? HookUse()
                    let answersNothing = hook == .onDecision
                    lines.append(
                        HookLine(
                            name: "\(hook.rawValue) of '\(rule.name)'", place: "\(site.file):\(site.line)", use: use,
                            isCovered: use.calls > 0 && (answersNothing || use.answers > 0)))
                }
            }
        }
        hooks = lines
        store = coverage.store.map { use, exercised in
            let kinds = StoreOutcome.kinds(of: use.function)
            return StoreLine(
                call: use.call, hook: "\(use.hook.hook.rawValue) of '\(use.hook.rule)'",
                exercised: kinds.filter(exercised.contains), missing: kinds.filter { !exercised.contains($0) })
        }.sorted { ($0.hook, $0.call) < ($1.hook, $1.call) }
    }

    /// A number of covered items and the number of all; 100 % if there are none.
    package struct Share: Sendable {
        package let covered: Int
        package let count: Int

        package var percentage: Double { count == 0 ? 100 : Double(covered) * 100 / Double(count) }

        /// With one digit after the point, rounded down: `100.0` means all.
        package var percentageText: String {
            let tenths = count == 0 ? 1000 : covered * 1000 / count
            return "\(tenths / 10).\(tenths % 10)"
        }

        /// `5/7`
        var text: String { "\(covered)/\(count)" }
    }

    /// Hooks that were called and have answered.
    package var hookShare: Share { Share(covered: hooks.count(where: \.isCovered), count: hooks.count) }
    /// Lines that have run.
    package var lineShare: Share { files.map(\.lineShare).sum }
    /// Arms of branches that were taken.
    package var branchShare: Share { files.map(\.branchShare).sum }

    /// The report in that format; `style` is used for `text`.
    package func text(_ format: Format, style: TextStyle) -> String {
        switch format {
        case .text: text(style: style)
        case .lcov: files.map { LCOV.record($0, hooks) }.joined()
        case .html: CoveragePage(self).text
        }
    }

    /// Tables of hooks and of files, then the codes and errors that no test has exercised, by endpoint.
    private func text(style: TextStyle) -> String {
        var rows = [["hook", "place", "calls", "answers"]]
        for hook in hooks {
            rows.append([
                String(escaping: hook.name.utf8), String(escaping: hook.place.utf8), String(hook.use.calls),
                hook.isCovered
                    ? String(hook.use.answers)
                    : "\(hook.use.answers)  never \(hook.use.calls == 0 ? "called" : "answers")",
            ])
        }
        var text = style.bold("Hooks") + "\n" + TextTable(rows, indent: 2).text
        rows = [["file", "lines", "branches", "missed lines"]]
        for file in files {
            rows.append([file.name, file.lineShare.text, file.branchShare.text, file.missedText])
        }
        text += "\n" + style.bold("Lines") + "\n" + TextTable(rows, indent: 2).text
        if !store.isEmpty {
            rows = [["call of the store", "hook", "exercised", "never"]]
            for line in store {
                rows.append([
                    String(escaping: line.call.utf8), String(escaping: line.hook.utf8),
                    line.exercised.joined(separator: ", "), line.missing.joined(separator: ", "),
                ])
            }
            text += "\n" + style.bold("Store") + "\n" + TextTable(rows, indent: 2).text
        }
        text += "\n" + style.bold("Codes and errors that no test exercises") + "\n"
        for (endpoint, missing) in missing { text += "  \(endpoint): \(missing)\n" }
        return text + "\n\(summary)\n"
    }

    /// `hooks covered: 66.6 %, lines: 90.0 %, branches: 75.0 %`
    var summary: String {
        "hooks covered: \(hookShare.percentageText) %, lines: \(lineShare.percentageText) %, "
            + "branches: \(branchShare.percentageText) %"
    }

    /// The codes and errors that no test has exercised at each endpoint: `none`, `all`, or a list.
    var missing: [(endpoint: String, text: String)] {
        Endpoint.allCases.map { endpoint in
            let exercised = Set(exercised.filter { $0.endpoint == endpoint }.map(\.name))
            let codes = ResponseCode.table.filter { $0.layer == .verify }.map { String($0.code.rawValue) }
            let troubles = AttemptError.Kind.allCases.map(\.rawValue)
            let missing = (codes + troubles).filter { !exercised.contains($0) }
            if missing.isEmpty { return (endpoint.rawValue, "none") }
            return (endpoint.rawValue, exercised.isEmpty ? "all" : missing.joined(separator: ", "))
        }
    }
}

extension CoveredFile {
    var lineShare: CoverageReport.Share { .init(covered: coveredLines, count: lines.count) }
    var branchShare: CoverageReport.Share { .init(covered: coveredArms, count: arms.count) }

    /// `7, 9-12`
    var missedText: String {
        missedLines.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ", ")
    }
}

extension [CoverageReport.Share] {
    fileprivate var sum: CoverageReport.Share {
        .init(covered: map(\.covered).reduce(0, +), count: map(\.count).reduce(0, +))
    }
}
