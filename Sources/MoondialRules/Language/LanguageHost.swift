// SPDX-License-Identifier: MIT

import MoondialLua
import NumberVerification

/// What stands behind the words of the rule language: makes the Lua state and keeps what scripts define.
final class LanguageHost {
    /// Rule files are loading: rules can be defined, and nothing can be verified.
    private(set) var isLoading = true
    var definitions = RuleDefinitions()
    private(set) var rulebook: Rulebook
    let settings: RuleEngine.Settings
    let phoneMask: PhoneMask
    private(set) weak var engine: RuleEngine?
    /// The state that `makeVM` has made.
    private(set) weak var vm: LuaVM?

    private(set) var modules: Modules
    private var digest = RevisionDigest()

    init(modules: Modules, settings: RuleEngine.Settings) {
        self.modules = modules
        self.settings = settings
        phoneMask = PhoneMask(showsPhones: settings.run.showPhones)
        rulebook = Rulebook(rules: [], revision: digest.revision)
    }

    /// A state in which the language is complete and read-only.
    func makeVM() throws(LuaError) -> LuaVM {
        var configuration = LuaVM.Configuration()
        configuration.functions = definitionFunctions + valueFunctions + globalFunctions + runFunctions + toolFunctions
        // What `moondial.json.decode` reads can be encoded again.
        configuration.limits.depth = JSON.Limits.default.depth
        configuration.liveBytes = settings.run.limits.vmMemory
        configuration.sourceBytes = settings.run.limits.sourceBytes
        let vm = try LuaVM(configuration)
        try vm.set("moondial.json.null", to: .null)
        try vm.set("moondial.config") { $0.write(.object(settings.config) as JSON) }
        try vm.runPrelude(Prelude.text, label: "prelude")
        try vm.freeze("moondial")
        return vm
    }

    /// Before anything is loaded.
    func connect(vm: LuaVM, engine: RuleEngine) {
        self.vm = vm
        self.engine = engine
    }

    // MARK: - Loading

    /// A file, script or module becomes part of what decides.
    func noteLoaded(_ source: RuleSource) {
        digest.add(source)
        renewRulebook()
    }

    func addModuleRoot(_ root: String) {
        modules.addRoot(root)
    }

    /// All rule files have run.
    func finishLoading() {
        isLoading = false
        renewRulebook()
    }

    /// Runs in flight keep theirs.
    func renewRulebook() {
        if !isLoading { rulebook = Rulebook(rules: definitions.rules, revision: digest.revision) }
    }

    /// What is wrong with a file or script that has ended: its error, a rule that is not finished, or in a rule file a
    /// definition whose error was caught.
    func trouble(after error: LuaError?) -> Diagnostic? {
        defer { definitions.forgetTrouble() }
        var trouble: Diagnostic?
        if let error {
            trouble = definitions.problem(behind: error)
            guard trouble != nil else { return Diagnostic(error) }
            // With one call only, it repeats the place.
            if error.traceback.count > 1 { trouble?.traceback = error.traceback }
        } else {
            trouble = isLoading ? definitions.problem ?? definitions.unfinished : definitions.unfinished
        }
        if let site = trouble?.site { trouble?.sourceLine = vm?.sourceLine(at: site) }
        return trouble
    }

    /// The strand whose code calls.
    static func strand(of call: HostCall) -> Strand? {
        call.thread?.context as? Strand
    }

    static func isInHook(_ call: HostCall) -> Bool {
        strand(of: call)?.run != nil
    }

    /// The answer when the engine is gone but code that it ran is still being closed.
    static let ended = HostAnswer.raised("the rule engine has ended")
}
