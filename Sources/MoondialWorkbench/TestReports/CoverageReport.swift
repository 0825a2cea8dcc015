// SPDX-License-Identifier: MIT

package import MoondialPresentation
import MoondialRules
import NumberVerification
import TextFormats

/// Which hooks and codes tests have exercised, and which not.
package struct CoverageReport: Sendable {
    private struct HookLine: Sendable {
        let name: String
        let place: String
        let use: HookUse
        /// Whether nothing more is to be expected of it.
        let isCovered: Bool
    }

    private let hooks: [HookLine]
    private let coverage: TestCoverage

    package init(_ coverage: TestCoverage) {
        self.coverage = coverage
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
    }

    /// How many hooks of a hundred were called and have answered; 100 when there is none.
    package var percentage: Double {
        hooks.isEmpty ? 100 : Double(hooks.count(where: \.isCovered)) * 100 / Double(hooks.count)
    }

    /// A table of hooks, then the codes and troubles that no test has exercised, by endpoint.
    package func text(style: TextStyle) -> String {
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
        text += "\n" + style.bold("Codes and troubles that no test exercises") + "\n"
        for endpoint in Endpoint.allCases {
            text += "  \(endpoint.rawValue): \(missing(at: endpoint))\n"
        }
        return text + "\nhooks covered: \(percentageText) %\n"
    }

    /// With one digit after the point.
    package var percentageText: String {
        let tenths = Int((percentage * 10).rounded(.down))
        return "\(tenths / 10).\(tenths % 10)"
    }

    private func missing(at endpoint: Endpoint) -> String {
        let exercised = Set(coverage.attempts.filter { $0.endpoint == endpoint }.map(\.name))
        let codes = ResponseCode.table.filter { $0.layer == .verify }.map { String($0.code.rawValue) }
        let troubles = AttemptError.Kind.allCases.map(\.rawValue)
        let missing = (codes + troubles).filter { !exercised.contains($0) }
        if missing.isEmpty { return "none" }
        return exercised.isEmpty ? "all" : missing.joined(separator: ", ")
    }
}
