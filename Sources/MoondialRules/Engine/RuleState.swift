// SPDX-License-Identifier: MIT

import MoondialLua

/// A Lua state in which a rulebook has been loaded. A run holds the state in which it began. When a state is full or
/// lost, the engine makes another for later runs.
final class RuleState {
    let vm: LuaVM
    let host: RuleAPI

    /// Loads the rules: each file runs once. From then on no hook can assign a global.
    ///
    /// - Throws: A diagnostic for the first file that does not load.
    init(rules: RuleFiles, settings: RuleEngine.Settings, isPrompt: Bool) throws(Diagnostic) {
        host = RuleAPI(
            modules: Modules(roots: rules.roots, limits: settings.run.limits), settings: settings, isPrompt: isPrompt)
        do throws(LuaError) {
            vm = try host.makeVM()
        } catch {
            throw Diagnostic(error)
        }
        let meter = settings.run.limits.loadMeter()
        for source in rules.sources { try load(source, meter) }
        try checkRules(of: rules)
        host.finishLoading()
        if vm.isFull {
            throw Diagnostic(
                .ruleMemory,
                "loading the rules takes more than the \(settings.run.limits.vmMemory >> 20) MiB of a Lua state",
                fix: DiagnosticCode.ruleMemory.advice)
        }
    }

    /// The rule files with the modules that were read and looked for.
    func stamps(with rules: RuleFiles) -> FileStamps {
        var stamps = rules.stamps
        stamps.merge(host.moduleStamps)
        return stamps
    }

    /// Loads files in addition to those that are loaded. If one fails, no rule changes.
    func loadMore(_ files: RuleFiles) throws(Diagnostic) {
        try changeRules { () throws(Diagnostic) in
            host.addModuleRoots(files.roots)
            let meter = interruptibleMeter
            for source in files.sources { try load(source, meter) }
            try checkRules(of: files)
        }
    }

    /// Replaces the loaded files. If one fails, no rule changes. Globals that files have set stay.
    func reload(_ files: RuleFiles) throws(Diagnostic) {
        try changeRules { () throws(Diagnostic) in
            let typed = host.forgetRules(roots: files.roots)
            do throws(LuaError) {
                try vm.forgetModules()
            } catch {
                throw Diagnostic(error)
            }
            let meter = interruptibleMeter
            for source in files.sources { try load(source, meter) }
            host.keep(typed)
            try checkRules(of: files)
        }
    }

    /// The user of a prompt waits for these files and can interrupt the loading.
    private var interruptibleMeter: LuaMeter {
        let meter = host.settings.run.limits.loadMeter()
        meter.isInterruptible = true
        return meter
    }

    /// Files without rules are an error: an operator who names rule files does not want the default decisions.
    private func checkRules(of files: RuleFiles) throws(Diagnostic) {
        if host.definitions.rules.isEmpty, let problem = files.withoutRules() { throw problem }
    }

    private func changeRules(_ change: () throws(Diagnostic) -> Void) throws(Diagnostic) {
        let before = host.beginLoading()
        do throws(Diagnostic) {
            try change()
        } catch {
            host.restore(before)
            throw error
        }
        host.finishLoading()
    }

    private func load(_ source: RuleSource, _ meter: LuaMeter) throws(Diagnostic) {
        host.beginFile(source)
        var failure: LuaError?
        do throws(LuaError) {
            let began = ContinuousClock.now
            let chunk = try vm.load(source.chunk, name: source.name)
            meter.charge(ContinuousClock.now - began)
            let coroutine = try RuleCoroutine(vm: vm, run: nil, meter: meter)
            defer { coroutine.close() }
            let outcome = coroutine.call(chunk, arguments: { _ in }, ended: { _ in })
            if case .failed(let error) = outcome { failure = error }
        } catch {
            failure = error
        }
        if let diagnostic = host.diagnostic(after: failure, in: vm) { throw diagnostic }
    }
}
