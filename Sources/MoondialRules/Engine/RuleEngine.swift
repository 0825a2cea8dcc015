// SPDX-License-Identifier: MIT

package import JSON
package import MoondialLua
import MoondialStore
package import NIOCore
package import NumberVerification
import TextFormats

/// Decides on requests by one rulebook, on one event loop.
///
/// Everything is called on that event loop and every completion runs there; an engine is not `Sendable`. Any number of
/// runs can be in flight. Scripts, and what is typed at a prompt, need a ``ScriptHost``.
package final class RuleEngine {
    package struct Settings {
        package var run = RunSettings()
        /// What rules read as `moondial.config`.
        package var config = JSONObject()
        /// Gets each line that scripts and rules print, as it is and without the newline. Like `log` and `wallClock`
        /// it is called while Lua runs, and must not call the engine.
        package var print: ([UInt8]) -> Void = { _ in }
        /// Whether there is room for what is printed. The default, nil, is always.
        package var outputRoom: (any OutputRoom)?
        /// Gets each line that rules log, redacted.
        package var log: (LogLine) -> Void = { _ in }
        /// The store of the rules. The default is one in the memory of the process, for all engines with these
        /// settings.
        package var store = StoreSettings()
        /// The phones and tokens submitted in this process: one object for all its engines. The default is a new one.
        package var secrets = SubmittedSecrets()
        /// The texts that the operator wrote: one object for all engines with the same rules. The default is a new one.
        package var operatorTexts = OperatorTexts()
        /// Milliseconds since 1970, for `moondial.now`, `os.time` and `os.date`. Scripts read it at each call, a run
        /// only once for its start.
        package var wallClock: () -> Int64
        /// Measures the time of runs. The default is the clock of the system.
        package var monotonicClock: () -> NIODeadline = { .now() }
        /// The seed of runs that are given none, as for `math.randomseed(seed)`. Nil, the default: a seed of the
        /// system.
        package var seed: Int64?
        /// Functions for scripts in addition to those of the language. The default is none.
        package var scriptWords: ScriptWords?

        /// Whether ``RuleEngine/lineCounts`` are kept, which makes rules slower. The default is false.
        package var countsLines = false

        package init(wallClock: @escaping () -> Int64) {
            self.wallClock = wallClock
        }

        /// Removes secrets from all that is passed on to be shown or written.
        var redactor: Redactor {
            Redactor(secrets: secrets, operatorTexts: operatorTexts, showsPhones: run.showPhones)
        }
    }

    package let settings: Settings
    /// Called when the rules were loaded into a fresh Lua state, because the last state is full or unusable. Gets the
    /// error when loading failed: then the last state stays in use, and loading is tried again later.
    package var onRenewal: ((Diagnostic?) -> Void)?
    /// Removes secrets from all that the engine passes on to be shown or written.
    package let redactor: Redactor
    /// Asked before each attempt of a run itself, and before raw ones. The default, nil, grants all that the run allows.
    package var tokenReserver: (any TokenReserver)?

    /// Makes the attempts.
    package let attempts: any AttemptSource
    let eventLoop: any EventLoop
    let hookBudget: LuaCPUBudget
    /// These get the events and the end of each run.
    private(set) var observers: [any RunObserver] = []
    /// Runs scripts on this engine, if there are any. Weak, since the script host holds the engine.
    weak var scripts: ScriptHost?
    /// The files that `loader` loads into a fresh state.
    var rules: RuleFiles
    private let loader: RulebookLoader
    /// The state in which new runs begin.
    private(set) var state: RuleState
    /// After rules failed to load again, the earliest time for the next try.
    private var nextRenewal = NIODeadline.uptimeNanoseconds(0)
    /// For trace IDs: drawing each from the system would cost a system call.
    private var randomness = SplitMix(seed: .random(in: 0...UInt64.max))
    /// How many runs have begun and not ended.
    package private(set) var runsInFlight = 0
    private var idleWaiters: [() -> Void] = []
    private var openedStore: StoreAccess?

    /// Loads the rules: each file runs once. From then on no hook can assign a global.
    ///
    /// - Throws: A diagnostic for the first file that does not load.
    package convenience init(
        rules: RuleFiles, settings: Settings, attempts: any AttemptSource, eventLoop: any EventLoop
    ) throws(Diagnostic) {
        self.init(try RulebookLoader(settings).load(rules), attempts: attempts, eventLoop: eventLoop)
    }

    /// Decides by rules that were loaded before. No other engine may have adopted them.
    package init(_ loaded: LoadedRulebook, attempts: any AttemptSource, eventLoop: any EventLoop) {
        eventLoop.preconditionInEventLoop()
        self.attempts = attempts
        self.eventLoop = eventLoop
        loader = loaded.loader
        settings = loader.settings
        redactor = settings.redactor
        settings.secrets.add(credentials: attempts.secrets)
        hookBudget = LuaCPUBudget(call: settings.run.limits.hookCPU, total: settings.run.limits.runCPU)
        rules = loaded.files
        state = loaded.state
        state.host.connect(engine: self)
    }

    /// The rules that are in force.
    package var outline: RulebookOutline { state.host.rulebook.outline }

    /// Rules that have replaced another rule of the same name.
    package var replacements: [Replacement] { state.host.definitions.replacements }

    /// Stops a script, from any thread. Hooks need no stop, since their time is limited. Works for all states of the
    /// engine.
    package var interrupter: LuaInterrupter { state.vm.interrupter }

    /// The files of the rules and of their modules, as they were when they were read, with those that `require` has looked
    /// for and not found. After a failed reload, also the files that the reload has read.
    package var fileStamps: FileStamps { state.stamps(with: rules) }

    /// The files of the rules, without their modules and without typed blocks.
    package var ruleSources: [RuleSource] { rules.sources }

    /// How often each line of the rule files, and of the modules that they have loaded, has run in the present state.
    /// Empty unless the settings ask for it.
    package var lineCounts: [CountedSource] {
        let counts = state.vm.lineCounts()
        return state.host.countedSources.map { CountedSource($0, counts[$0.name] ?? LuaLineCounts()) }
    }

    /// Adds an observer, which the engine holds from then on. It gets events that happen from then on.
    package func observe(_ observer: any RunObserver) { observers.append(observer) }

    // MARK: - States

    /// Decides by other rules from the next run on. Runs in flight keep their rules.
    package func adopt(_ loaded: LoadedRulebook) {
        eventLoop.preconditionInEventLoop()
        rules = loaded.files
        use(loaded.state)
    }

    private func use(_ next: RuleState) {
        next.vm.replace(state.vm)
        state = next
        state.host.connect(engine: self)
    }

    /// The state for a run or script that begins now: a fresh one when the last state is lost or full. An engine with a
    /// script host keeps a full state, since a fresh one would lack what scripts have defined.
    func usableState() -> RuleState {
        let isUsable = !state.vm.isLost && (!state.vm.isFull || scripts != nil)
        if !isUsable, nextRenewal <= .now() { renew() }
        return state
    }

    private func renew() {
        do throws(Diagnostic) {
            use(try loader.load(rules).state)
            onRenewal?(nil)
        } catch {
            // The last state can still decide, or fails closed if it is lost. Each further try would delay its runs.
            nextRenewal = .now() + .seconds(10)
            onRenewal?(error)
        }
    }

    // MARK: - Runs

    /// Decides on one request. The completion is called once, after this call has returned, or in it when the run
    /// `startsNow`: that may only be asked for where Lua is not running. The default is false.
    ///
    /// Hooks read `inputs` where they are given, and else the engine's clock and random numbers. Attempts go through
    /// those of `environment`, by default the engine's.
    @discardableResult
    package func verify(
        _ request: RunRequest, inputs: RunInputs = RunInputs(), in environment: RunEnvironment? = nil,
        startsNow: Bool = false, completion: @escaping (FinishedRun) -> Void
    ) -> any RunInFlight {
        startRun(request, inputs: inputs, in: environment, startsNow: startsNow, completion: completion)
    }

    func startRun(
        _ request: RunRequest, inputs: RunInputs = RunInputs(), in environment: RunEnvironment? = nil,
        startsNow: Bool = false, completion: @escaping (FinishedRun) -> Void
    ) -> ActiveRun {
        let run = ActiveRun(
            engine: self, environment: environment ?? RunEnvironment(attempts, reserver: tokenReserver),
            state: usableState(), request: request, traceID: newTraceID(), inputs: inputs, completion: completion)
        runsInFlight += 1
        if startsNow {
            run.start()
        } else {
            // The caller may be a host function, which must not enter the VM.
            eventLoop.assumeIsolated().execute { run.start() }
        }
        return run
    }

    /// Calls `body` once no run is in flight: in this call, or when the last one ends.
    package func whenIdle(_ body: @escaping () -> Void) {
        if runsInFlight == 0 { body() } else { idleWaiters.append(body) }
    }

    /// A run has ended, and its completion was called.
    func endRun() {
        runsInFlight -= 1
        guard runsInFlight == 0 else { return }
        let waiters = idleWaiters
        idleWaiters = []
        for waiter in waiters { waiter() }
    }

    /// The ID of a run, or of a decision that is made without a run.
    package func newTraceID() -> TraceID { TraceID(using: &randomness) }

    /// The exID to send with an attempt outside of any run that has none, or nil.
    func newCorrelation() -> String? { settings.run.correlates ? newTraceID().description : nil }

    /// The store of the rules, opened with the first call.
    package var store: StoreAccess {
        if let openedStore { return openedStore }
        let access = StoreAccess(settings.store, timeout: settings.run.limits.storeTime, on: eventLoop)
        openedStore = access
        return access
    }

    /// Ends the source of attempts and the store: what is in flight ends as cancelled, and later attempts fail.
    package func close() {
        attempts.close()
        openedStore?.store.close()
    }
}

/// A source of the rules, with the counts of its lines.
package struct CountedSource: Sendable {
    package let source: RuleSource
    package let counts: LuaLineCounts

    init(_ source: RuleSource, _ counts: LuaLineCounts) {
        self.source = source
        self.counts = counts
    }
}

/// A line that a rule or script logged.
package struct LogLine: Sendable {
    /// Redacted.
    package let message: String
    /// Redacted.
    package let fields: JSONObject
    /// The rule and hook that logged the line; nil in a script.
    package let rule: String?
    package let hook: Hook?
    /// The line of the call, when known.
    package var site: LuaSite?
    package let traceID: TraceID?
}
