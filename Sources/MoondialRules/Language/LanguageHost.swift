// SPDX-License-Identifier: MIT

import MoondialLua
import NumberVerification

/// What stands behind the words of the rule language: makes the Lua state and keeps what scripts define.
final class LanguageHost {
    /// What the state is doing, which decides what the words may do.
    private(set) var isLoading = true
    private(set) var definitions = RuleDefinitions()
    private(set) var rulebook: Rulebook
    let settings: RuleEngine.Settings
    unowned var engine: RuleEngine?

    private var modules: Modules
    private var digest = RevisionDigest()
    /// The last trouble in a definition, to report it with its own code.
    private var definitionProblem: String?

    init(modules: Modules, settings: RuleEngine.Settings) {
        self.modules = modules
        self.settings = settings
        rulebook = Rulebook(rules: [], revision: digest.revision)
    }

    /// A state in which the language is complete and read-only.
    func makeVM() throws(LuaError) -> LuaVM {
        var configuration = LuaVM.Configuration()
        configuration.functions = functions
        let vm = try LuaVM(configuration)
        try vm.set("moondial.json.null", to: .null)
        try vm.set("moondial.config") { $0.write(.object(settings.config) as JSON) }
        try vm.runPrelude(Prelude.text, label: "prelude")
        try vm.freeze("moondial")
        return vm
    }

    private var functions: [HostFunction] {
        definitionFunctions + runFunctions + toolFunctions
    }

    // MARK: - Loading

    func noteLoaded(_ source: RuleSource) {
        digest.add(source)
        if !isLoading { renewRulebook() }
    }

    func addModuleRoot(_ root: String) {
        if !modules.roots.contains(root) { modules.roots.insert(root, at: 0) }
    }

    /// All rule files have run: from here on globals are read-only, unless scripts are to run.
    func finishLoading(_ vm: LuaVM) throws(LuaError) {
        if settings.mode == .service { try vm.freeze("_G") }
        isLoading = false
        renewRulebook()
    }

    private func renewRulebook() {
        rulebook = Rulebook(rules: definitions.rules, revision: digest.revision)
    }

    /// The diagnostic for an error of a chunk, with its own code when a definition was wrong.
    func diagnostic(for error: LuaError) -> Diagnostic {
        defer { definitionProblem = nil }
        let diagnostic = Diagnostic(error)
        guard let problem = definitionProblem, error.message == problem else { return diagnostic }
        return Diagnostic(
            .ruleDefinition, problem, site: error.site, sourceLine: error.sourceLine,
            subject: diagnostic.subject, fix: DiagnosticCode.ruleDefinition.advice)
    }

    // MARK: - rule, require

    private var definitionFunctions: [HostFunction] {
        [
            HostFunction("host.begin_rule") { [unowned self] call in
                let value = call.arguments.nextOrNil()
                guard case .string(let string) = value else {
                    return .raised("bad argument #1 to 'rule' (string expected, got \(value.typeName))")
                }
                let name = string.description
                guard !name.isEmpty else { return problem("a rule needs a name: rule \"name\" { … }") }
                if let pending = definitions.unfinished { return problem("rule '\(pending.name)' has no hooks") }
                guard canDefine(call) else {
                    return .raised("rule cannot be called in a hook: the rules have loaded")
                }
                definitions.begin(name, at: call.site ?? LuaSite(source: .label("?"), line: 0))
                return .returned
            },
            HostFunction("host.define_rule", .takesFunctions) { [unowned self] call in
                let name = call.arguments.nextOrNil().text ?? ""
                let hooks = call.arguments.nextOrNil()
                guard case .table(let table) = hooks else {
                    return problem("rule '\(name)': table of hooks expected, got \(hooks.typeName)")
                }
                guard let site = definitions.unfinished?.site ?? call.site else { return .returned }
                do throws(RuleDefinition.Problem) {
                    definitions.define(try RuleDefinition(name: name, hooks: table, at: site))
                } catch {
                    return problem(error.message)
                }
                if !isLoading { renewRulebook() }
                return .returned
            },
            HostFunction("host.unknown_field") { call in
                let record = call.arguments.nextOrNil().text ?? ""
                let field = call.arguments.nextOrNil().shown
                let names = Self.fields(of: record)
                let clause = Suggestion.nearest(to: field, in: names).map { "; did you mean '\(record).\($0)'?" } ?? ""
                call.results.write("\(record) has no field '\(field)'\(clause)")
                return .returned
            },
            HostFunction("require", .loadsModule) { [unowned self] call in
                let name = call.arguments.nextOrNil().text ?? ""
                guard Self.strand(of: call)?.run == nil else {
                    return .raised(
                        "require '\(name)' in a hook: modules load with the rules, so require it at the top of the file")
                }
                do throws(Modules.NotFound) {
                    let source = try modules.source(named: name)
                    digest.add(source)
                    call.writeModule(source.text, name: source.name)
                    return .returned
                } catch {
                    return .raised(error.message)
                }
            },
        ]
    }

    private func problem(_ message: String) -> HostAnswer {
        definitionProblem = message
        return .raised(message)
    }

    /// Rules are defined while files load and by scripts, not by hooks.
    private func canDefine(_ call: HostCall) -> Bool {
        isLoading || Self.strand(of: call)?.run == nil
    }

    static func strand(of call: HostCall) -> Strand? {
        call.thread?.context as? Strand
    }

    private static func fields(of record: String) -> [String] {
        switch record {
        case "req": Prelude.requestFields
        case "attempt": Prelude.attemptFields
        case "decision": ["decision", "reason", "fields"]
        default: []
        }
    }
}
