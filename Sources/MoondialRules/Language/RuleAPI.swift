// SPDX-License-Identifier: MIT

import JSON
import MoondialLua

/// The host side of the rule language: makes the Lua state and keeps the rules that files and scripts define.
final class RuleAPI {
    /// Rule files are loading: rules can be defined, and nothing can be verified.
    private(set) var isLoading = true
    var definitions = RuleDefinitions()
    private(set) var rulebook: Rulebook
    let settings: RuleEngine.Settings
    /// The engine that has adopted the state; nil while rules load for the first time.
    private(set) weak var engine: RuleEngine?

    private(set) var modules: Modules
    /// The files that the last loading has read, if the loading has failed.
    private var failedStamps: FileStamps?
    private var digest = RevisionDigest()
    /// The random numbers of a prompt: all blocks draw from one sequence, so that a seed holds for later blocks.
    let promptNumbers = LuaGenerator()
    /// A function of the prelude that runs a typed block; nil without a prompt.
    var evaluator: LuaFunction?
    /// The present block. It becomes part of the rulebook when it defines a rule.
    private var undecided: RuleSource?
    /// The blocks that have defined rules.
    private(set) var typedSources: [RuleSource] = []
    /// Rule files and the modules that they have loaded, when lines are counted.
    private(set) var countedSources: [RuleSource] = []

    /// Removes secrets from texts.
    let redactor: Redactor
    private let isPrompt: Bool

    init(modules: Modules, settings: RuleEngine.Settings, isPrompt: Bool = false) {
        self.modules = modules
        self.settings = settings
        self.isPrompt = isPrompt
        redactor = settings.redactor
        rulebook = Rulebook(rules: [], revision: digest.revision)
    }

    /// The configuration of the Lua state.
    var configuration: LuaVM.Configuration {
        var configuration = LuaVM.Configuration()
        configuration.functions =
            definitionFunctions + valueFunctions + globalFunctions + runFunctions + toolFunctions + storeFunctions
            + promptFunctions + (settings.scriptWords?.functions ?? [])
        // What `moondial.json.decode` reads can be encoded again.
        configuration.limits.depth = JSONValue.Limits.default.depth
        configuration.liveBytes = settings.run.limits.vmMemory
        configuration.sourceBytes = settings.run.limits.sourceBytes
        configuration.countsLines = settings.countsLines
        configuration.clock = { [weak self] thread in self?.time(of: thread) ?? 0 }
        return configuration
    }

    /// A Lua state in which the language is complete and read-only. `configuration` nil means the property of that
    /// name.
    func makeVM(_ configuration: LuaVM.Configuration? = nil) throws(LuaError) -> LuaVM {
        let vm = try LuaVM(configuration ?? self.configuration)
        try vm.set("moondial.json.null", to: .null)
        try vm.set("moondial.config") { $0.write(.object(settings.config) as JSONValue) }
        let prelude = Prelude.text + (isPrompt ? Prelude.prompt : "") + (settings.scriptWords?.prelude ?? "")
        try vm.runPrelude(prelude, label: "prelude")
        try vm.freeze("moondial")
        return vm
    }

    /// An engine decides by the rules from now on.
    func connect(engine: RuleEngine) { self.engine = engine }

    // MARK: - Loading

    /// Adds a rule file, script or module to the revision.
    func noteLoaded(_ source: RuleSource, isScript: Bool = false) {
        if isScript {
            redactor.operatorTexts.add(name: source.name.description)
        } else {
            redactor.operatorTexts.add(source)
        }
        if settings.countsLines, isLoading { countedSources.append(source) }
        digest.add(source)
        renewRulebook()
    }

    /// A rule file begins to load.
    func beginFile(_ source: RuleSource) {
        modules.beginFile(source)
        noteLoaded(source)
    }

    /// A script begins to run.
    func beginScript(_ source: RuleSource, root: String?) {
        if let root { modules.beginScript(source, root: root) }
        noteLoaded(source, isScript: true)
    }

    /// The file of a module, as seen from the calling code.
    func moduleFile(named name: String, _ call: HostCall) throws(Modules.NotFound) -> String? {
        try modules.file(named: name, for: call.site?.source, mayLook: !Self.isInHook(call))
    }

    /// The text of that file, which is added to the revision.
    func moduleSource(of file: String, named name: String) throws(Modules.NotFound) -> RuleSource {
        let source = try modules.source(of: file, module: name)
        noteLoaded(source)
        return source
    }

    /// The stamps of the files that were read and looked for, also by a loading that has failed.
    var moduleStamps: FileStamps {
        var stamps = modules.stamps
        if let failedStamps { stamps.merge(failedStamps) }
        return stamps
    }

    func addModuleRoots(_ roots: [String]) { modules.addRoots(roots) }

    /// All rule files have run.
    func finishLoading() {
        isLoading = false
        failedStamps = nil
        modules.endFiles()
        renewRulebook()
    }

    /// Makes a new rulebook. Runs in flight keep the old one.
    func renewRulebook() {
        if !isLoading { rulebook = Rulebook(rules: definitions.rules, revision: digest.revision) }
    }

    // MARK: - At a prompt

    /// Notes the present block, but not yet in the revision: most blocks define no rules.
    func noteWhenDefining(_ block: RuleSource) { undecided = block }

    func noteDefinition() {
        guard let block = undecided else { return }
        undecided = nil
        typedSources.append(block)
        digest.add(block)
    }

    func drop(_ name: String) -> Bool {
        guard definitions.drop(name) else { return false }
        digest.add(RuleSource(name: .label("drop"), text: Array(name.utf8)))
        renewRulebook()
        return true
    }

    /// The state before a change of rules, to be restored when the change fails.
    struct Loaded {
        fileprivate let definitions: RuleDefinitions
        fileprivate let modules: Modules
        fileprivate let digest: RevisionDigest
    }

    func beginLoading() -> Loaded {
        let loaded = Loaded(definitions: definitions, modules: modules, digest: digest)
        isLoading = true
        undecided = nil
        return loaded
    }

    func restore(_ loaded: Loaded) {
        failedStamps = modules.stamps
        definitions = loaded.definitions
        modules = loaded.modules
        digest = loaded.digest
        isLoading = false
    }

    /// - Returns: The typed rules among them.
    func forgetRules(roots: [String]) -> [RuleDefinition] {
        let typed = definitions.rules.filter(\.isTyped)
        definitions = RuleDefinitions()
        modules.forgetFiles(roots: roots)
        digest = RevisionDigest()
        countedSources = []
        return typed
    }

    /// Adds typed rules after those of the files, unless a file has one of the same name.
    func keep(_ typed: [RuleDefinition]) {
        if !typed.isEmpty { for source in typedSources { digest.add(source) } }
        for rule in typed where !definitions.rules.contains(where: { $0.outline.name == rule.outline.name }) {
            definitions.define(rule)
        }
    }

    /// What is wrong with a file or script that has ended: its error, a rule that is not finished, or in a rule file a
    /// definition whose error was caught. `vm` is the state in which it ran.
    func diagnostic(after error: LuaError?, in vm: LuaVM) -> Diagnostic? {
        defer { definitions.clearProblems() }
        var diagnostic: Diagnostic?
        if let error {
            // A wrong definition is reported even if the file has caught its error.
            diagnostic = definitions.problem(behind: error) ?? (isLoading ? definitions.problem : nil)
            guard diagnostic != nil else { return Diagnostic(vm.explained(error)) }
            // A traceback of one call only repeats the place.
            if error.traceback.count > 1 { diagnostic?.traceback = error.traceback }
        } else {
            diagnostic = isLoading ? definitions.problem ?? definitions.unfinished : definitions.unfinished
        }
        if let site = diagnostic?.site { diagnostic?.sourceLine = vm.sourceLine(at: site) }
        return diagnostic
    }

    /// The time for the code of a thread, in milliseconds since 1970: the run's time, else that of the clock.
    func time(of thread: LuaThread?) -> Int64 {
        (thread?.context as? RuleCoroutine)?.run?.clock ?? settings.wallClock()
    }

    /// The coroutine whose code makes the call.
    static func coroutine(of call: HostCall) -> RuleCoroutine? {
        call.thread?.context as? RuleCoroutine
    }

    static func isInHook(_ call: HostCall) -> Bool {
        coroutine(of: call)?.run != nil
    }

    /// The answer when the engine is gone but code that it ran is still being closed.
    static let ended = HostAnswer.raised("the rule engine has ended")
}
