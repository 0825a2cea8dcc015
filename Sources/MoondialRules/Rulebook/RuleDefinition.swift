// SPDX-License-Identifier: MIT

import MoondialLua

/// One rule as `rule "name" { … }` gave it.
struct RuleDefinition {
    let outline: RuleOutline
    let functions: [Hook: LuaFunction]
    /// The place of each hook: of its function or, for a table or a function of the library, of its rule.
    let sites: [Hook: LuaSite]
    /// The rule was typed and is in no file.
    let isTyped: Bool

    /// What is wrong with a definition, as a message for the author of the rule.
    struct Problem: Error {
        let message: String
        /// The place of the problem, when it is not where `rule` is called.
        var site: LuaSite?
        /// The part of the line to point at.
        var subject = "rule"
        var fix: String?

        func diagnostic(at callSite: LuaSite) -> Diagnostic {
            Diagnostic(.ruleDefinition, message, site: site ?? callSite, subject: subject, fix: fix)
        }
    }

    /// Reads the table of hooks. `site` is where `rule "name"` stands.
    init(name: String, hooks: LuaValue, at site: LuaSite) throws(Problem) {
        guard case .table(let table) = hooks else {
            throw Problem(message: "rule '\(name)': table of hooks expected, got \(hooks.typeName)")
        }
        guard table.array.isEmpty else {
            throw Problem(message: "rule '\(name)' holds a value without a name; write hook = function(req) … end")
        }
        var sites: [Hook: LuaSite] = [:]
        var functions: [Hook: LuaFunction] = [:]
        var map: ResultMap?
        // Sorted, since Lua tables have no order: the same file must always give the same problem.
        for pair in table.pairs.sorted(by: { $0.key.shownKey < $1.key.shownKey }) {
            let hook = try Self.hook(pair, of: name)
            sites[hook] = Self.siteOfScript(pair.value) ?? site
            switch pair.value {
            case .function(let function):
                functions[hook] = function
            case .table(let table) where hook == .mapResult:
                map = try ResultMap(table, rule: name)
            default:
                let expected = hook == .mapResult ? "function or table" : "function"
                throw Problem(
                    message: "\(hook.rawValue) of rule '\(name)': \(expected) expected, got \(pair.value.typeName)",
                    subject: hook.rawValue)
            }
        }
        guard !sites.isEmpty else {
            throw Problem(
                message: "rule '\(name)' has no hooks",
                fix: "give it at least one of \(Hook.names.joined(separator: ", "))")
        }
        outline = RuleOutline(
            name: name, file: site.source.description, line: site.line, hooks: sites.mapValues(HookSite.init),
            mapTable: map)
        self.functions = functions
        self.sites = sites
        if case .label = site.source { isTyped = true } else { isTyped = false }
    }

    /// The place of a function; nil for other values, and for functions of the library, which have no line.
    private static func siteOfScript(_ value: LuaValue) -> LuaSite? {
        if case .function(let function) = value, function.site.line > 0 { function.site } else { nil }
    }

    /// The longest name of a rule, in bytes.
    private static let longestName = 256

    /// The name of a rule, printable.
    static func name(_ value: LuaValue) throws(Problem) -> String {
        guard case .string(let string) = value else {
            throw Problem(message: "bad argument #1 to 'rule' (string expected, got \(value.typeName))")
        }
        guard !string.bytes.isEmpty else { throw Problem(message: "a rule needs a name: rule \"name\" { … }") }
        guard string.bytes.count <= longestName else {
            throw Problem(
                message: "the name of a rule has \(string.bytes.count) bytes, at most \(longestName) are allowed")
        }
        return string.description
    }

    private static func hook(_ pair: LuaTable.Pair, of rule: String) throws(Problem) -> Hook {
        let key = pair.key.text ?? ""
        if let hook = Hook(rawValue: key) { return hook }
        var problem = Problem(
            message: "rule '\(rule)' has no hook \(pair.key.shownKey)\(Suggestion.clause(for: key, in: Hook.names))",
            subject: key, fix: "use one of \(Hook.names.joined(separator: ", "))")
        // A function has a place, a table has none.
        problem.site = siteOfScript(pair.value)
        throw problem
    }
}

extension HookSite {
    init(_ site: LuaSite) {
        self.init(file: site.source.description, line: site.line)
    }
}
