// SPDX-License-Identifier: MIT

package import MoondialLua
package import NIOCore
package import NumberVerification
import TextFormats

/// Runs scripts, and the blocks that are typed at a prompt, on a rule engine of its own.
///
/// Scripts have the words of a rule file, and can call `verify` and `moondial.attempt`. Used on the engine's event loop.
package final class ScriptHost {
    /// Decides on what scripts verify.
    package let engine: RuleEngine
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
    /// Gets what a script shows: the arguments of `show`. Called while Lua runs, and must not call the engine. Nil, the
    /// default, refuses it.
    package var onShow: (([LuaView]) -> Void)?
    private var background: [Int: ActiveEvaluation] = [:]
    private var lastBackground = 0

    /// Loads the rules as an engine does.
    ///
    /// - Parameters:
    ///   - rules: Load once, and again into a fresh state when the last one is lost.
    ///   - settings: Those of the engine.
    ///   - attempts: Brings the outcomes of attempts.
    ///   - eventLoop: Where everything happens.
    ///   - isPrompt: Blocks will be typed: ``evaluate(_:firstLine:completion:)`` can be called. The default is false.
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
    /// `require` looks in `root` first; the default is nil, for the folders of the rules alone. The script finds
    /// `arguments`, by default none, in `...` and `arg`, with its own name as `arg[0]`. It may use `cpuLimit` of processor
    /// time; the default is nil, for any. The completion is called once, after this call has returned, with what the script
    /// returned.
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

    /// Calls a function that a script has given to the host. Its random numbers begin at `seed`. The completion is called once, after this call has returned.
    @discardableResult
    package func call(
        _ function: LuaFunction, cpuLimit: Duration, seed: Int64,
        completion: @escaping (Result<[LuaView], Diagnostic>) -> Void
    ) -> any RunHandle {
        let evaluation = ActiveEvaluation(state: engine.state, completion: completion)
        evaluation.meter.cpuLimit = cpuLimit
        evaluation.meter.seed = seed
        engine.eventLoop.assumeIsolated().execute { evaluation.start(function) }
        return evaluation
    }

    // MARK: - At a prompt

    /// Runs a block that was typed: an expression first, and if it is none, statements. Globals stay; rules that it
    /// defines join those that are there. Its values are also in `_1` to `_9`, the first in `_`, an error in `_error`.
    ///
    /// When what ran before has left the Lua state unusable, it is a fresh one, with the rules of files alone.
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

    /// Runs a block that was run before as often as asked, keeps nothing that it comes to, and notes what that has cost.
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

    /// Views the values of the last block that had any, without limits. The completion is as that of a block.
    @discardableResult
    package func viewLastValues(completion: @escaping (Result<[LuaView], Diagnostic>) -> Void) -> ActiveEvaluation {
        let evaluation = ActiveEvaluation(state: engine.usableState(), completion: completion)
        engine.eventLoop.assumeIsolated().execute { evaluation.startViewingLastValues() }
        return evaluation
    }

    /// Whether more lines must follow before a block can be run. One that is wrong is not incomplete.
    package func isIncomplete(_ text: String) -> Bool {
        engine.state.vm.isIncomplete(ByteText.bytes(text))
    }

    /// Whether a block is a value, or several.
    package func isValue(_ text: String) -> Bool { engine.state.vm.isExpression(ByteText.bytes(text)) }

    /// Whether a block is a statement, or several, that could be written in a file.
    package func isStatement(_ text: String) -> Bool { engine.state.vm.isStatement(ByteText.bytes(text)) }

    /// The type of what the keys lead to from the globals, and the fields of a table with their types, also those of its
    /// `__index`: read without running any code.
    package func names(at keys: [LuaKey]) -> (type: String, fields: [(name: String, type: String)]) {
        (try? engine.state.vm.names(at: keys)) ?? ("nil", [])
    }

    /// The same for a dotted path. The empty path means the globals.
    package func names(at path: String) -> (type: String, fields: [(name: String, type: String)]) {
        names(at: path.split(separator: ".").map { .text(String($0)) })
    }

    /// Where the function stands that the keys lead to, and its lines, redacted, with the comment above it; nil when there is
    /// none, and for functions of the host.
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

    /// The rule files, and the blocks that were typed and have defined rules.
    package var rulesAsTheyStand: RuleFiles { engine.rules.with(engine.state.host.typedSources) }

    /// Takes a rule away; false when there is none of that name.
    package func dropRule(_ name: String) -> Bool { engine.state.host.drop(name) }

    /// Loads rule files besides those that are there.
    ///
    /// - Throws: A diagnostic for the first file that does not load; then no rule has changed.
    package func load(_ files: RuleFiles) throws(Diagnostic) {
        try engine.state.loadMore(files)
        engine.rules.add(files)
    }

    /// Loads rule files in the place of those that are there. Rules that were typed stay, unless a file has one of the
    /// same name. Globals stay.
    ///
    /// - Throws: A diagnostic for the first file that does not load; then no rule has changed.
    package func reload(_ files: RuleFiles) throws(Diagnostic) {
        try engine.state.reload(files)
        engine.rules = files
    }

    // MARK: - In the background

    /// The numbers of the functions that `moondial.spawn` has started and that have not ended, sorted.
    package var backgroundNumbers: [Int] { background.keys.sorted() }

    /// Ends the one of that number, if it has not ended.
    package func cancelBackground(_ number: Int) { background[number]?.cancel() }

    /// Begins a function after the present call of the VM.
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
    /// `completion` gets why nothing is sent, or nil, after this call has returned.
    ///
    /// - Returns: The request that waits for an answer; nil when the call may be sent at once, and then the completion is
    ///   not called.
    func requestPermission(
        for function: String, at endpoint: Endpoint? = nil, of phone: Phone, on coroutine: RuleCoroutine,
        completion: @escaping (_ refusal: String?) -> Void
    ) -> PermissionRequest? {
        guard let admission else { return nil }
        // What a function in the background starts shares its meter.
        let number = background.first { $0.value.meter === coroutine.meter }?.key
        let request = PermissionRequest(
            function, at: endpoint, of: phone, backgroundNumber: number, completion: completion)
        // Later, because an answer enters the VM, which is busy with this call.
        engine.eventLoop.assumeIsolated().execute { if request.isOpen { admission(request) } }
        return request
    }
}
