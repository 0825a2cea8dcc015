// SPDX-License-Identifier: MIT

/// What a run must know about the loaded rules; the functions themselves stay in Lua.
///
/// Built once when rules are loaded and shared by all runs. Rules are in file order.
package final class RulebookOutline: Sendable {
    package let rules: [RuleOutline]
    /// The content hash of the rule files, shown with every decision.
    package let revision: String

    /// Indices into `rules`, one list per hook in the order of `Hook.allCases`: a run asks only the rules that have the
    /// hook.
    private let rulesByHook: [[Int]]

    package init(rules: [RuleOutline], revision: String) {
        self.rules = rules
        self.revision = revision
        self.rulesByHook = Hook.allCases.map { hook in rules.indices.filter { rules[$0].hooks[hook] != nil } }
    }

    /// The indices of the rules that have the hook, in file order.
    func rules(with hook: Hook) -> [Int] {
        rulesByHook[hook.index]
    }
}

/// One rule as a run sees it.
package struct RuleOutline: Sendable, Hashable {
    /// Unique within a rulebook.
    package let name: String
    /// The file of the rule, as it is shown to the operator.
    package let file: String
    /// The line of `rule "name" {`, from 1.
    package let line: Int
    /// The hooks that the rule has, with the place of each. `map_result` is among them also when it is a table.
    package let hooks: [Hook: HookSite]
    /// The table when `map_result` is one; then it is never called.
    package let mapTable: ResultMap?

    package init(name: String, file: String, line: Int, hooks: [Hook: HookSite], mapTable: ResultMap? = nil) {
        precondition(mapTable == nil || hooks[.mapResult] != nil, "a map_result table without its place")
        self.name = name
        self.file = file
        self.line = line
        self.hooks = hooks
        self.mapTable = mapTable
    }
}

/// The place of a hook.
package struct HookSite: Sendable, Hashable {
    package let file: String
    /// From 1.
    package let line: Int

    package init(file: String, line: Int) {
        self.file = file
        self.line = line
    }
}
