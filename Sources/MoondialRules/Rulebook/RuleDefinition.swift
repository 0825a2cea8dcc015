// SPDX-License-Identifier: MIT

import MoondialLua
import NumberVerification

/// One rule as `rule "name" { … }` gave it.
struct RuleDefinition {
    let outline: RuleOutline
    let functions: [Hook: LuaFunction]

    /// What is wrong with a definition, in words for the author of the rule.
    struct Problem: Error {
        let message: String
    }

    init(name: String, hooks: LuaTable, at site: LuaSite) throws(Problem) {
        guard hooks.array.isEmpty else {
            throw Problem(message: "rule '\(name)' holds a value without a name; write hook = function(req) … end")
        }
        var sites: [Hook: HookSite] = [:]
        var functions: [Hook: LuaFunction] = [:]
        var map: ResultMap?
        for pair in hooks.pairs {
            let key = pair.key.text ?? pair.key.shown
            guard let hook = Hook(rawValue: key) else {
                throw Problem(
                    message: "rule '\(name)' has no hook '\(key)'\(Suggestion.clause(for: key, in: Hook.names))")
            }
            switch pair.value {
            case .function(let function):
                functions[hook] = function
                sites[hook] = HookSite(function.site)
            case .table(let table) where hook == .mapResult:
                map = try ResultMap(table, rule: name)
                sites[hook] = HookSite(site)
            default:
                let expected = hook == .mapResult ? "function or table" : "function"
                throw Problem(
                    message: "\(hook.rawValue) of rule '\(name)': \(expected) expected, got \(pair.value.typeName)")
            }
        }
        guard !sites.isEmpty else {
            throw Problem(message: "rule '\(name)' has no hooks; give it at least one of \(Hook.names.joined(separator: ", "))")
        }
        outline = RuleOutline(
            name: name, file: site.source.description, line: site.line, hooks: sites, mapTable: map)
        self.functions = functions
    }
}

extension HookSite {
    init(_ site: LuaSite) {
        self.init(file: site.source.description, line: site.line)
    }
}

extension ResultMap {
    /// Reads `{ match = allow, [9002] = review "later", default = deny }`.
    fileprivate init(_ table: LuaTable, rule: String) throws(RuleDefinition.Problem) {
        self.init()
        let entries =
            table.array.enumerated().map { LuaTable.Pair(key: .integer(Int64($0 + 1)), value: $1) } + table.pairs
        for entry in entries {
            let key = try Key(entry.key, rule: rule)
            do throws(ChoiceProblem) {
                self[key] = try Choice(entry.value)
            } catch {
                throw RuleDefinition.Problem(message: "map_result entry '\(key)' of rule '\(rule)': \(error.message)")
            }
        }
    }
}

extension ResultMap.Key {
    fileprivate init(_ value: LuaValue, rule: String) throws(RuleDefinition.Problem) {
        switch value {
        case .integer(let code) where code >= 1000: self = .code(code)
        case .string(let string):
            let text = string.description
            if let verdict = Verdict(rawValue: text) {
                self = .verdict(verdict)
            } else if text == Self.otherwise.description {
                self = .otherwise
            } else if let code = Int64(text) {
                throw RuleDefinition.Problem(
                    message: "map_result of rule '\(rule)': codes are numbers; write [\(code)] instead of ['\(code)']")
            } else {
                throw RuleDefinition.Problem(
                    message: "map_result of rule '\(rule)' has no entry '\(text)'"
                        + Suggestion.clause(for: text, in: ResultMap.names))
            }
        default:
            throw RuleDefinition.Problem(
                message: "map_result of rule '\(rule)': '\(value.shown)' is not a provider code, a verdict or default")
        }
    }
}
