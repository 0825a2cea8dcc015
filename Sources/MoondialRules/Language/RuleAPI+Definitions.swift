// SPDX-License-Identifier: MIT

import MoondialLua
import NumberVerification

extension RuleAPI {
    /// The host functions behind `rule` and `require`.
    var definitionFunctions: [HostFunction] {
        [
            HostFunction("host.begin_rule") { [weak self] call in
                guard let self else { return Self.ended }
                let name = call.arguments.nextOrNil()
                return define(call) { site throws(RuleDefinition.Problem) in
                    definitions.begin(try RuleDefinition.name(name), at: site)
                }
            },
            HostFunction("host.rule", .takesFunctions) { [weak self] call in
                guard let self else { return Self.ended }
                let (name, hooks) = (call.arguments.nextOrNil(), call.arguments.nextOrNil())
                return define(call) { site throws(RuleDefinition.Problem) in
                    let name = try RuleDefinition.name(name)
                    let site = definitions.endBeginning(of: name) ?? site
                    let rule = try RuleDefinition(name: name, hooks: hooks, at: site)
                    let replaced = definitions.rules.first { $0.outline.name == name }?.outline
                    definitions.define(rule)
                    guard !isLoading else { return }
                    noteDefinition()
                    renewRulebook()
                    engine?.scripts?.onRuleDefined?(rule.outline, replaced)
                }
            },
            HostFunction("require", .loadsModule) { [weak self] call in
                guard let self else { return Self.ended }
                let name = call.arguments.nextOrNil().text ?? ""
                let file = call.arguments.next()?.text
                do throws(Modules.NotFound) {
                    return try require(name, file, &call)
                } catch {
                    let fix = error.fix ?? ModuleHint.fix(for: name) ?? DiagnosticCode.ruleFile.advice
                    definitions.missingModule = Diagnostic(
                        .ruleFile, error.message, site: call.site, subject: name, fix: fix)
                    return .raised(error.message, .moduleNotFound)
                }
            },
        ]
    }

    /// Returns the file of a module or, when Lua calls with that file, its text.
    private func require(
        _ name: String, _ file: String?, _ call: inout HostCall
    ) throws(Modules.NotFound) -> HostAnswer {
        if file == nil, let file = try moduleFile(named: name, call) {
            call.results.write(file)
            return .returned
        }
        guard let file, !Self.isInHook(call) else {
            return .raised(
                "require '\(name)' in a hook: modules load with the rules, so require it at the top of the file")
        }
        let source = try moduleSource(of: file, named: name)
        call.writeModule(source.chunk, name: source.name)
        return .returned
    }

    /// Defines a rule. Files that load and scripts can define rules, hooks cannot. A problem is noted, to be reported
    /// with its own code and place.
    private func define(
        _ call: HostCall, _ body: (LuaSite) throws(RuleDefinition.Problem) -> Void
    ) -> HostAnswer {
        if Self.isInHook(call) { return .raised("rule cannot be called in a hook: the rules have loaded") }
        let site = call.site ?? LuaSite(source: .label("?"), line: 0)
        do throws(RuleDefinition.Problem) {
            try body(site)
            return .returned
        } catch {
            definitions.problem = error.diagnostic(at: site)
            return .raised(error.message, .ruleDefinition)
        }
    }
}

extension LuaError.Kind {
    /// `definitions.problem` says more.
    static let ruleDefinition = Self(ofHost: 0)
    /// `definitions.missingModule` says more.
    static let moduleNotFound = Self(ofHost: 1)
    /// A global was read that nothing has defined.
    static let undefinedGlobal = Self(ofHost: 2)
}

/// What to use instead of well-known modules that are not available.
private enum ModuleHint {
    private static let json = [
        "cjson", "cjson.safe", "dkjson", "json", "lunajson", "rapidjson", "rxi.json", "lua-cjson", "JSON",
    ]
    private static let bits = ["bit", "bit32", "bitop"]

    static func fix(for name: String) -> String? {
        if json.contains(name) { return "JSON is built in: moondial.json.encode(value), moondial.json.decode(text)" }
        if bits.contains(name) { return "Lua 5.4 has operators for bits: & | ~ << >>" }
        return StandardLibrary.omitted.first { $0.name == name }.map { "\(name) is left out, since \($0.reason)" }
    }
}
