// SPDX-License-Identifier: MIT

package import JSON
package import MoondialLua
package import NIOCore
package import NumberVerification

/// The rules at work: one Lua state with a rulebook and a client, for one event loop.
///
/// Everything is called on that event loop and every completion runs there; an engine is not `Sendable`. Any number of
/// runs and scripts can be in flight.
package final class RuleEngine {
    /// What the engine is for.
    package enum Mode: Sendable {
        /// Deciding on requests by rules.
        case service
        /// Running scripts besides.
        case script
    }

    package struct Settings {
        /// The default is `service`.
        package var mode = Mode.service
        package var run = RunSettings()
        /// What rules read as `moondial.config`.
        package var config = JSONObject()
        /// Gets each line that scripts and rules print, as it is and without the newline. Like `log` and `wallClock`
        /// it is called while Lua runs, and must not call the engine.
        package var print: ([UInt8]) -> Void = { _ in }
        /// Gets each line that rules log, redacted.
        package var log: (LogLine) -> Void = { _ in }
        /// Whether blocks are typed at a prompt: see `evaluate`. The default is false.
        package var isPrompt = false
        /// What was submitted in this process: one object for all its engines. The default is a new one.
        package var secrets = SubmittedSecrets()
        /// Milliseconds since 1970, for `moondial.now`, `os.time` and `os.date`. Scripts read it each time; of a run it gives
        /// the start.
        package var wallClock: () -> Int64

        package init(wallClock: @escaping () -> Int64) {
            self.wallClock = wallClock
        }
    }

    package let settings: Settings
    /// Gets every run that ends, also those that scripts start, before the run's own completion.
    package var onRunFinished: ((FinishedRun) -> Void)?
    /// Called when the rules were loaded into a fresh Lua state, because memory of the last one ran full or what ran there
    /// has left it unusable; with what went wrong when that failed, and the last one stays in use for a while.
    package var onRenewal: ((Diagnostic?) -> Void)?

    /// Asked before a script sends something, and answers the request then or later. The default is nil: everything may be
    /// sent.
    package var admission: ((PermissionRequest) -> Void)?
    /// Called when a script has submitted masked text in the place of a phone or token, which is refused.
    package var onMaskedText: (() -> Void)?
    /// Gets each rule that a script defines, and the one whose place it took. Called while Lua runs.
    package var onRuleDefined: ((_ rule: RuleOutline, _ replaced: RuleOutline?) -> Void)?
    /// Gets each attempt that a script makes itself, before the script does.
    package var onRawAttempt: ((Attempt) -> Void)?
    /// Gets the number and the end of each function that `moondial.spawn` has started. Nil, the default, refuses them.
    package var onBackgroundEnd: ((Int, Result<[LuaView], Diagnostic>) -> Void)?
    var background: [Int: ActiveEvaluation] = [:]
    var lastBackground = 0
    /// What takes secrets out of all that the engine gives away to be shown or written.
    package let redactor: Redactor

    let client: VerificationClient
    let eventLoop: any EventLoop
    let hookBudget: LuaCPUBudget
    /// What a fresh state loads.
    var rules: RuleFiles
    /// Where new runs begin. Set before `init` returns.
    private var current: RuleVM?
    /// Before that, rules that did not load again are not tried once more.
    private var nextRenewal = NIODeadline.uptimeNanoseconds(0)
    private var randomness = SystemRandomNumberGenerator()

    /// Loads the rules: each file runs once. From then on no hook can assign a global.
    ///
    /// - Throws: A diagnostic for the first file that does not load.
    package init(
        rules: RuleFiles, settings: Settings, client: VerificationClient, eventLoop: any EventLoop
    ) throws(Diagnostic) {
        eventLoop.preconditionInEventLoop()
        self.settings = settings
        self.client = client
        self.eventLoop = eventLoop
        self.rules = rules
        redactor = Redactor(secrets: settings.secrets, showsPhones: settings.run.showPhones)
        settings.secrets.add(credentials: client.secrets)
        redactor.operatorTexts.add(config: settings.config)
        hookBudget = LuaCPUBudget(call: settings.run.limits.hookCPU, total: settings.run.limits.runCPU)
        current = try RuleVM(rules: rules, settings: settings, engine: self)
    }

    /// The rules that are in force.
    package var outline: RulebookOutline { home.host.rulebook.outline }

    /// Rules that took the place of another with their name.
    package var replacements: [Replacement] { home.host.definitions.replacements }

    /// Stops a script, from any thread. Hooks end by themselves. The same for all states that the engine comes to have.
    package var interrupter: LuaInterrupter { home.vm.interrupter }

    var home: RuleVM {
        guard let current else { preconditionFailure("an engine is used before it is made") }
        return current
    }

    /// Where what begins now belongs: in a fresh state when the last one is lost, or its memory has run full. In that case
    /// a script keeps its state, with all that it has defined.
    func usableHome() -> RuleVM {
        let isUsable = !home.vm.isLost && (settings.mode == .script || !home.vm.isFull)
        if !isUsable, nextRenewal <= .now() { renew() }
        return home
    }

    private func renew() {
        do throws(Diagnostic) {
            let next = try RuleVM(rules: rules, settings: settings, engine: self)
            next.vm.replace(home.vm)
            current = next
            onRenewal?(nil)
        } catch {
            // What has loaded before can still decide, or fails closed if it was lost. Loading again takes time from those.
            nextRenewal = .now() + .seconds(10)
            onRenewal?(error)
        }
    }

    // MARK: - Runs

    /// Decides on one request. The completion is called once, after this call has returned.
    ///
    /// Hooks read `inputs` where they are given, and else the engine's clock and random numbers.
    @discardableResult
    package func verify(
        _ request: RunRequest, inputs: RunInputs = RunInputs(), completion: @escaping (FinishedRun) -> Void
    ) -> any RunHandle {
        startRun(request, inputs: inputs, completion: completion)
    }

    func startRun(
        _ request: RunRequest, inputs: RunInputs = RunInputs(), completion: @escaping (FinishedRun) -> Void
    ) -> ActiveRun {
        let run = ActiveRun(
            engine: self, home: usableHome(), request: request, traceID: TraceID(using: &randomness), inputs: inputs,
            completion: completion)
        // Later, because the caller may be a host function, which must not enter the VM.
        eventLoop.assumeIsolated().execute { run.start() }
        return run
    }

    /// What an attempt outside of any run is sent with when it has no exID.
    func newCorrelation() -> String? {
        settings.run.correlates ? TraceID(using: &randomness).description : nil
    }

    /// Runs a script: Lua with the same words as a rule file, plus `verify` and `moondial.attempt` at its top level.
    /// Rules that it defines join those that were loaded. Needs the mode `script`.
    ///
    /// `require` looks in `root` first; the default is nil, for the folders of the rules alone. The script finds
    /// `arguments`, by default none, in `...` and `arg`, with its own name as `arg[0]`. The completion is called once,
    /// after this call has returned, with what the script returned.
    @discardableResult
    package func run(
        _ script: RuleSource, root: String? = nil, arguments: [String] = [],
        completion: @escaping (Result<[LuaValue], Diagnostic>) -> Void
    ) -> any RunHandle {
        precondition(settings.mode == .script, "scripts need an engine in script mode")
        home.host.beginScript(script, root: root)
        let run = ActiveScript(home: home, completion: completion)
        eventLoop.assumeIsolated().execute { run.start(script, arguments: arguments) }
        return run
    }
}

/// A line that a rule or script logged.
package struct LogLine: Sendable {
    /// Redacted.
    package let message: String
    /// Redacted.
    package let fields: JSONObject
    /// The rule and hook that speak; nil in a script.
    package let rule: String?
    package let hook: Hook?
    /// The line of the call, when known.
    package var site: LuaSite?
    package let traceID: TraceID?
}
