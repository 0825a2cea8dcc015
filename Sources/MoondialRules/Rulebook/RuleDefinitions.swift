// SPDX-License-Identifier: MIT

import MoondialLua

/// The rules as they are being defined, in the order of their first definition.
struct RuleDefinitions {
    private(set) var rules: [RuleDefinition] = []
    private(set) var replacements: [Replacement] = []
    /// Each `rule "name"` whose `{ … }` has not followed yet, with its place.
    private var begun: [(name: String, site: LuaSite)] = []
    /// The last definition that was wrong.
    var problem: Diagnostic?
    /// The last module that was not found. A file may catch that error, and do without the module.
    var missingModule: Diagnostic?

    mutating func begin(_ name: String, at site: LuaSite) {
        begun.append((name, site))
    }

    /// Notes that the `{ … }` of a rule has followed. Returns the place of its `rule "name"`.
    mutating func endBeginning(of name: String) -> LuaSite? {
        begun.lastIndex { $0.name == name }.map { begun.remove(at: $0).site }
    }

    /// Adds the rule, or replaces the rule of the same name.
    mutating func define(_ rule: RuleDefinition) {
        guard let index = rules.firstIndex(where: { $0.outline.name == rule.outline.name }) else {
            rules.append(rule)
            return
        }
        replacements.append(Replacement(rule: rule.outline, of: rules[index].outline))
        rules[index] = rule
    }

    /// False when there is no rule of that name.
    mutating func drop(_ name: String) -> Bool {
        guard let index = rules.firstIndex(where: { $0.outline.name == name }) else { return false }
        rules.remove(at: index)
        return true
    }

    /// The problem that a file or script ended with, when this error comes from it.
    func problem(behind error: LuaError) -> Diagnostic? {
        switch error.kind {
        case .ruleDefinition: problem
        case .moduleNotFound: missingModule
        default: nil
        }
    }

    /// The error for a `rule "name"` without `{ … }` at the end of a file or script.
    var unfinished: Diagnostic? {
        begun.first.map { name, site in
            Diagnostic(
                .ruleDefinition, "rule '\(name)' has no hooks", site: site, subject: "rule",
                fix: "write rule \"\(name)\" { pre_check = function(req) … end }")
        }
    }

    /// Clears the problems, before the next file or script.
    mutating func clearProblems() {
        begun = []
        problem = nil
        missingModule = nil
    }
}

/// A rule that has replaced another of the same name.
package struct Replacement: Sendable {
    package let rule: RuleOutline
    package let replaced: RuleOutline

    init(rule: RuleOutline, of replaced: RuleOutline) {
        self.rule = rule
        self.replaced = replaced
    }

    /// A warning when both rules are in different files, since the same name was probably used by mistake. The text is
    /// not yet printable.
    package var warning: String? {
        guard rule.file != replaced.file, replaced.file.hasSuffix(".lua"), rule.file.hasSuffix(".lua") else {
            return nil
        }
        return "rule '\(rule.name)' of \(replaced.file):\(replaced.line) is not in force: "
            + "\(rule.file):\(rule.line) has the same name and takes its place"
    }
}
