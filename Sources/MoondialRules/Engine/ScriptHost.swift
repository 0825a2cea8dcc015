// SPDX-License-Identifier: MIT

package import MoondialLua
package import NIOCore
package import NumberVerification
import TextFormats

/// Runs scripts, and the blocks that are typed at a prompt, on a rule engine of its own.
///
/// Scripts have the words of a rule file, and can call `verify` and `moondial.attempt`. Used on the engine's event loop.
package final class ScriptHost {
    /// Decides on the requests of scripts.
    package let engine: RuleEngine
    /// Called before a script sends something; has to answer the request, at once or later. The default is nil:
    /// everything may be sent.
    package var admission: ((PermissionRequest) -> Void)?
    /// Called when a script has submitted masked text in the place of a phone or token, which is refused.
    package var onMaskedText: (() -> Void)?
    /// Gets each rule that a script defines, and the rule that it replaced. Called while Lua runs.
    package var onRuleDefined: ((_ rule: RuleOutline, _ replaced: RuleOutline?) -> Void)?
    /// Gets each attempt that a script makes with `moondial.attempt`, before the script gets it.
    package var onRawAttempt: ((Attempt) -> Void)?
    /// Gets the number and the result of each function that `moondial.spawn` has started. Nil, the default, refuses
    /// `moondial.spawn`.
    package var onBackgroundEnd: ((Int, Result<[LuaView], Diagnostic>) -> Void)?
    /// Gets the arguments of `show`. Called while Lua runs, and must not call the engine. Nil, the default, refuses
    /// `show`.
    package var onShow: (([LuaView]) -> Void)?
    private var background: [Int: ActiveEvaluation] = [:]
    private var lastBackground = 0

    /// Loads the rules as an engine does.
    ///
    /// - Parameters:
    ///   - rules: Loaded once, and again into a fresh state when the last state is lost.
    ///   - settings: The settings of the engine.
    ///   - attempts: Makes the attempts.
    ///   - eventLoop: The event loop of the engine, on which scripts run.
    ///   - isPrompt: Whether ``evaluate(_:firstLine:completion:)`` can be called for typed blocks. The default is
    ///     false.
    /// - Throws: A diagnostic for the first file that does not load.
    package init(
        rules: RuleFiles, settings: RuleEngine.Settings, attempts: any AttemptSource, eventLoop: any EventLoop,
        isPrompt: Bool = false
    ) throws(Diagnostic) {
        let loaded = try RulebookLoader(settings, isPrompt: isPrompt).load(rules)
        engine = RuleEngine(loaded, attempts: attempts, eventLoop: eventLoop)
        engine.scripts = self
    }

    /// Runs a script: Lua with the same words as a rule file, plus `verify` and `moondial.attempt` at its top level.
    /// Rules that it defines join those that were loaded.
    ///
    /// `require` looks in `root` first; with nil, the default, only in the folders of the rules. The script finds
    /// `arguments`, by default none, in `...` and `arg`, with its own name as `arg[0]`. `cpuLimit` is the processor
    /// time that the script may use; nil, the default, is no limit. The completion is called once, after this call has
    /// returned, with the values that the script returned.
    @discardableResult
    package func run(
        _ script: RuleSource, root: String? = nil, arguments: [String] = [], cpuLimit: Duration? = nil,
        completion: @escaping (Result<[LuaValue], Diagnostic>) -> Void
    ) -> any RunHandle {
        engine.state.host.beginScript(script, root: root)
        let run = ActiveScript(state: engine.state, cpuLimit: cpuLimit, completion: completion)
        engine.eventLoop.assumeIsolated().execute { run.start(script, arguments: arguments) }
        return run
    }

    /// Calls a function that a script has given to the host. Its random numbers begin at `seed`. The completion is
    /// called once, after this call has returned.
    @discardableResult
    package func call(
        _ function: LuaFunction, cpuLimit: Duration, seed: Int64,
        completion: @escaping (Result<[LuaView], Diagnostic>) -> Void
    ) -> any RunHandle {
        let evaluation = ActiveEvaluation(state: engine.state, completion: completion)
        evaluation.meter.cpuLimit = cpuLimit
        evaluation.meter.beginNumbers(at: seed)
        engine.eventLoop.assumeIsolated().execute { evaluation.start(function) }
        return evaluation
    }

    // MARK: - At a prompt

    /// Runs a typed block: as an expression or, if it is none, as statements. Globals stay, and rules that the block
    /// defines join the others. Its values are also in `_1` to `_9`, the first in `_`, an error in `_error`.
    ///
    /// If earlier code has left the Lua state unusable, the block runs in a fresh state, which has only the rules of
    /// files.
    ///
    /// `firstLine` is the number of the block's first line within its source. The completion is called once, after this
    /// call has returned, with a view of each value; `isWhole`, by default false, says that the views are not cut.
    @discardableResult
    package func evaluate(
        _ block: RuleSource, firstLine: Int = 1, isWhole: Bool = false,
        completion: @escaping (Result<[LuaView], Diagnostic>) -> Void
    ) -> ActiveEvaluation {
        let state = engine.usableState()
        let evaluation = ActiveEvaluation(state: state, completion: completion)
        state.host.noteWhenDefining(block)
        engine.eventLoop.assumeIsolated().execute {
            evaluation.start(block, firstLine: firstLine, isWhole: isWhole)
        }
        return evaluation
    }

    /// Runs a block as often as the repetition says, discards its values, and notes time and memory in the repetition.
    @discardableResult
    package func measure(
        _ block: RuleSource, firstLine: Int = 1, _ repetition: Repetition,
        completion: @escaping (Result<[LuaView], Diagnostic>) -> Void
    ) -> ActiveEvaluation {
        let evaluation = ActiveEvaluation(state: engine.usableState(), completion: completion)
        engine.eventLoop.assumeIsolated().execute {
            evaluation.start(block, firstLine: firstLine, repeating: repetition)
        }
        return evaluation
    }

    /// Views the values of the last block that had any, without limits. The completion is called as that of `evaluate`.
    @discardableResult
    package func viewLastValues(completion: @escaping (Result<[LuaView], Diagnostic>) -> Void) -> ActiveEvaluation {
        let evaluation = ActiveEvaluation(state: engine.usableState(), completion: completion)
        engine.eventLoop.assumeIsolated().execute { evaluation.startViewingLastValues() }
        return evaluation
    }

    /// Whether more lines must follow before a block can be run. A block with an error is not incomplete.
    package func isIncomplete(_ text: String) -> Bool {
        engine.state.vm.isIncomplete(ByteText.bytes(text))
    }

    /// Whether a block is an expression, or several.
    package func isValue(_ text: String) -> Bool { engine.state.vm.isExpression(ByteText.bytes(text)) }

    /// Whether a block is a statement, or several, that could be written in a file.
    package func isStatement(_ text: String) -> Bool { engine.state.vm.isStatement(ByteText.bytes(text)) }

    /// The type of the value to which the keys lead from the globals, and for a table its fields with their types, also
    /// those of its `__index`. No Lua code runs.
    package func names(at keys: [LuaKey]) -> (type: String, fields: [(name: String, type: String)]) {
        (try? engine.state.vm.names(at: keys)) ?? ("nil", [])
    }

    /// The same for a dotted path. The empty path means the globals.
    package func names(at path: String) -> (type: String, fields: [(name: String, type: String)]) {
        names(at: path.split(separator: ".").map { .text(String($0)) })
    }

    /// The place of the function to which the keys lead, and its lines, redacted, with the comment above it. Nil when
    /// there is no such function, and for functions of the host.
    package func definition(at keys: [LuaKey]) -> (site: LuaSite, lines: [String])? {
        let vm = engine.state.vm
        guard let place = try? vm.place(ofFunctionAt: keys) else { return nil }
        var first = place.lines.lowerBound
        while first > 1, let line = vm.sourceLine(at: LuaSite(source: place.source, line: first - 1)),
            line.drop(while: { $0 == " " }).hasPrefix("--")
        {
            first -= 1
        }
        guard let lines = vm.sourceLines(of: place.source, in: first...place.lines.upperBound) else { return nil }
        return (LuaSite(source: place.source, line: place.lines.lowerBound), lines.map(redacted))
    }

    /// The text with submitted tokens replaced, and with phones masked whether they were submitted or not.
    package func redacted(_ text: String) -> String {
        engine.redactor.text(text)
    }

    // MARK: - Rules

    /// The rule files, and the typed blocks that have defined rules.
    package var rulesAsTheyStand: RuleFiles { engine.rules.with(engine.state.host.typedSources) }

    /// Removes a rule; false when there is none of that name.
    package func dropRule(_ name: String) -> Bool { engine.state.host.drop(name) }

    /// Loads rule files in addition to those that are loaded.
    ///
    /// - Throws: A diagnostic for the first file that does not load; then no rule has changed.
    package func load(_ files: RuleFiles) throws(Diagnostic) {
        try engine.state.loadMore(files)
        engine.rules.add(files)
    }

    /// Replaces the loaded rule files. Typed rules stay, unless a file has one of the same name. Globals stay.
    ///
    /// - Throws: A diagnostic for the first file that does not load; then no rule has changed.
    package func reload(_ files: RuleFiles) throws(Diagnostic) {
        try engine.state.reload(files)
        engine.rules = files
    }

    // MARK: - In the background

    /// The numbers of the functions that `moondial.spawn` has started and that have not ended, sorted.
    package var backgroundNumbers: [Int] { background.keys.sorted() }

    /// Ends the function in the background with that number, if it still runs.
    package func cancelBackground(_ number: Int) { background[number]?.cancel() }

    /// Starts a function in the background, after the present call of the VM.
    func spawn(_ function: LuaFunction) -> Int {
        lastBackground += 1
        let number = lastBackground
        let evaluation = ActiveEvaluation(state: engine.state) { [weak self] result in
            self?.background[number] = nil
            self?.onBackgroundEnd?(number, result)
        }
        background[number] = evaluation
        engine.eventLoop.assumeIsolated().execute { evaluation.start(function) }
        return number
    }

    // MARK: - Permission

    /// Asks whether a script may send something.
    ///
    /// `completion` gets the reason of a refusal, or nil, after this call has returned.
    ///
    /// - Returns: The request that waits for an answer; nil when the call may be sent at once, and then the completion is
    ///   not called.
    func requestPermission(
        for function: String, at endpoint: Endpoint? = nil, of phone: Phone, on coroutine: RuleCoroutine,
        completion: @escaping (_ refusal: String?) -> Void
    ) -> PermissionRequest? {
        guard let admission else { return nil }
        // All coroutines of a function in the background share its meter.
        let number = background.first { $0.value.meter === coroutine.meter }?.key
        let request = PermissionRequest(
            function, at: endpoint, of: phone, backgroundNumber: number, completion: completion)
        // Later, because an answer enters the VM, which is busy with this call.
        engine.eventLoop.assumeIsolated().execute { if request.isOpen { admission(request) } }
        return request
    }
}

/// Functions that only the scripts of some hosts have, for example those of tests.
package struct ScriptWords {
    /// Their paths begin with `host.`, so that only the prelude can call them.
    let functions: [HostFunction]
    /// Lua code that defines globals for scripts. `host` holds the functions.
    let prelude: String

    package init(functions: [HostFunction], prelude: String) {
        precondition(functions.allSatisfy { $0.path.hasPrefix("host.") }, "functions for the prelude alone")
        self.functions = functions
        self.prelude = prelude
    }
}
