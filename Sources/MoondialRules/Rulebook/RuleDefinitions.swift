// SPDX-License-Identifier: MIT

import MoondialLua

/// The rules as they are being defined, in the order of their first definition.
struct RuleDefinitions {
    private(set) var rules: [RuleDefinition] = []
    private(set) var replacements: [Replacement] = []
    /// A `rule "name"` whose `{ … }` has not come yet.
    private(set) var unfinished: (name: String, site: LuaSite)?

    mutating func begin(_ name: String, at site: LuaSite) {
        unfinished = (name, site)
    }

    /// Adds the rule, or puts it in the place of the one with its name.
    mutating func define(_ rule: RuleDefinition) {
        unfinished = nil
        guard let index = rules.firstIndex(where: { $0.outline.name == rule.outline.name }) else {
            rules.append(rule)
            return
        }
        replacements.append(Replacement(rule: rule.outline, of: rules[index].outline))
        rules[index] = rule
    }
}

/// A rule that took the place of another with its name.
package struct Replacement: Sendable {
    package let rule: RuleOutline
    package let replaced: RuleOutline

    init(rule: RuleOutline, of replaced: RuleOutline) {
        self.rule = rule
        self.replaced = replaced
    }
}
