// SPDX-License-Identifier: MIT

import Crypto
import MoondialLua
import TextFormats

/// All the rules loaded together: their outline and their functions. A rulebook does not change: a change of rules
/// makes a new one, and runs in flight keep theirs.
final class Rulebook {
    let outline: RulebookOutline
    /// By the rule's index in the outline.
    private let rules: [RuleDefinition]
    /// By the rule's index in the outline, then in the order of `Hook.allCases`.
    private let functions: [[LuaFunction?]]

    init(rules: [RuleDefinition], revision: String) {
        outline = RulebookOutline(rules: rules.map(\.outline), revision: revision)
        self.rules = rules
        functions = rules.map { rule in Hook.allCases.map { rule.functions[$0] } }
    }

    func function(of hook: Hook, in rule: Int) -> LuaFunction {
        guard let function = functions[rule][hook.index] else {
            preconditionFailure("the outline lists a hook that the rule does not have")
        }
        return function
    }

    /// Where a hook begins.
    func site(of hook: Hook, in rule: Int) -> LuaSite? { rules[rule].sites[hook] }
}

/// Digests the texts of a rulebook: names and contents of its files and modules, in the order of loading.
struct RevisionDigest {
    private var hash = SHA256()

    mutating func add(_ source: RuleSource) {
        let name = source.name.description.split(separator: "/").last.map(String.init) ?? ""
        for part in [Array(name.utf8), source.text] {
            withUnsafeBytes(of: UInt64(part.count).littleEndian) { hash.update(bufferPointer: $0) }
            part.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
    }

    /// Twelve hexadecimal digits. The same files give the same revision, wherever they lie.
    var revision: String {
        Hexadecimal.lowercase(hash.finalize().prefix(6))
    }
}
