// SPDX-License-Identifier: MIT

import MoondialLua

/// One block that was typed at a prompt, or one function that runs in the background, from its start to its end.
package final class ActiveEvaluation: RunHandle {
    private let state: RuleState
    /// Shared with everything that the evaluation starts.
    let meter = LuaMeter()
    private var completion: ((Result<[LuaView], Diagnostic>) -> Void)?
    private var coroutine: RuleCoroutine?
    private var repetition: Repetition?
    /// The last line of the block; nil for a function in the background.
    private var lastLine: Int?

    init(state: RuleState, completion: @escaping (Result<[LuaView], Diagnostic>) -> Void) {
        self.state = state
        self.completion = completion
        meter.shareNumbers(of: state.host.promptNumbers)
    }

    /// The processor time that the evaluation has used.
    package var cpuTime: Duration { meter.cpuTime }

    /// Runs a block as an expression or, if it is none, as statements.
    ///
    /// `isWhole`: the values of the block are viewed without limits. `repeating`: the block runs as often as the
    /// repetition says, and its values are discarded.
    func start(_ block: RuleSource, firstLine: Int, isWhole: Bool = false, repeating repetition: Repetition? = nil) {
        self.repetition = repetition
        guard let evaluator = state.host.evaluator else { preconditionFailure("blocks need an engine for a prompt") }
        lastLine = firstLine + block.text.count { $0 == UInt8(ascii: "\n") }
        do throws(LuaError) {
            let chunk = try state.vm.loadBlock(block, firstLine: firstLine)
            start(evaluator) {
                $0.write(.function(chunk.function))
                $0.write(chunk.passesValues)
                $0.write(isWhole)
                if let repetition { $0.write(Int64(repetition.count)) }
            }
        } catch {
            end(diagnostic(after: error), [])
        }
    }

    /// Views the values of the last block that had any, without limits.
    func startViewingLastValues() {
        guard let evaluator = state.host.evaluator else { preconditionFailure("values need an engine for a prompt") }
        start(evaluator)
    }

    /// Calls a function of the prelude, which passes views of its results to the host.
    func start(_ function: LuaFunction, arguments: (LuaWriter) -> Void = { _ in }) {
        guard completion != nil else { return }
        do throws(LuaError) {
            let coroutine = try RuleCoroutine(vm: state.vm, run: nil, meter: meter)
            self.coroutine = coroutine
            coroutine.evaluation = self
            finish(coroutine.call(function, arguments: arguments, ended: { [self] in finish($0) }))
        } catch {
            end(diagnostic(after: error), [])
        }
    }

    /// Called before and after the runs of a repetition.
    func noteCost() { repetition?.note(allocated: meter.allocated) }

    package func cancel() {
        end(Diagnostic(.cancelled, "interrupted"), [])
    }

    private func finish(_ outcome: LuaOutcome) {
        switch outcome {
        case .waiting: break
        case .failed(let error): end(diagnostic(after: error), [])
        case .returned: end(diagnostic(after: nil), coroutine?.shown ?? [])
        }
    }

    private func diagnostic(after error: LuaError?) -> Diagnostic? {
        let redactor = state.host.redactor
        var diagnostic = state.host.diagnostic(after: error, in: state.vm).map { $0.redacted(redactor) }
        // An expression that ends in a comment gets its closing parenthesis in a further line. An error there is
        // reported at the last line of the block.
        if let lastLine, var site = diagnostic?.site, case .label = site.source, site.line == lastLine + 1 {
            site.line = lastLine
            diagnostic?.site = site
            diagnostic?.sourceLine = state.vm.sourceLine(at: site).map { redactor.text($0) }
        }
        // The prelude calls the block through a local variable: the user has not written that frame.
        diagnostic?.traceback.removeAll { $0.function == "local 'block'" }
        if diagnostic?.traceback.contains(where: { $0.site != nil }) == false { diagnostic?.traceback = [] }
        return diagnostic
    }

    private func end(_ diagnostic: Diagnostic?, _ shown: [LuaView]) {
        guard let completion else { return }
        self.completion = nil
        state.host.definitions.clearProblems()
        coroutine?.close()
        coroutine = nil
        completion(diagnostic.map { .failure($0) } ?? .success(shown))
    }
}

/// Repeated runs of one block, with their time and memory in total.
package final class Repetition {
    package let count: Int
    package private(set) var elapsed = Duration.zero
    /// Bytes that were allocated, including those that were freed since.
    package private(set) var allocated = 0
    private var began: (time: ContinuousClock.Instant, allocated: Int)?

    package init(count: Int) { self.count = count }

    fileprivate func note(allocated: Int) {
        let now = ContinuousClock.now
        if let began { (elapsed, self.allocated) = (now - began.time, allocated - began.allocated) }
        began = (now, allocated)
    }
}

extension LuaVM {
    /// Compiles a block: an expression, or else statements.
    ///
    /// A call in an expression must not be a tail call, since errors in a tail call do not name its line. So the
    /// expression becomes the arguments of a function that returns them, and the chunk gets that function as `...`. A
    /// block itself has no arguments.
    fileprivate func loadBlock(
        _ block: RuleSource, firstLine: Int
    ) throws(LuaError) -> (function: LuaFunction, passesValues: Bool) {
        let (text, name) = (block.text, block.name)
        guard isExpression(text) else {
            do throws(LuaError) {
                return (try load(text, name: name, firstLine: firstLine), false)
            } catch {
                throw explained(error, ofBlock: text, firstLine: firstLine)
            }
        }
        // Lua reports the last argument at the line of the parenthesis. So the parenthesis goes into the same line,
        // unless the text ends in a comment.
        for end in text.mayHaveVariableArguments ? [] : [")", "\n)"] {
            let frame = (before: "return (...)(", after: end)
            if let framed = try? load(text, name: name, firstLine: firstLine, frame: frame) { return (framed, true) }
        }
        return (try load(text, name: name, firstLine: firstLine, frame: ("return ", "\n")), false)
    }

    /// Whether a text is an expression, or several.
    func isExpression(_ text: [UInt8]) -> Bool { canCompile(text, frame: ("return ", "\n")) }

    /// Whether a text is a statement, or several.
    func isStatement(_ text: [UInt8]) -> Bool { canCompile(text) }

    /// Whether a block can become valid when more lines follow, and is not yet.
    func isIncomplete(_ text: [UInt8]) -> Bool {
        func endsEarly(_ frame: (before: String, after: String)) -> Bool? {
            do throws(LuaError) {
                try check(text, frame: frame)
                return nil
            } catch {
                return error.kind == .sourceIncomplete
            }
        }
        guard let statement = endsEarly(("", "\n")), let expression = endsEarly(("return ", "\n")) else { return false }
        return expression || statement
    }
}

extension [UInt8] {
    fileprivate var mayHaveVariableArguments: Bool {
        indices.dropLast(2).contains { self[$0..<$0 + 3].allSatisfy { $0 == UInt8(ascii: ".") } }
    }
}

/// Tells whether a block is complete, without an engine: for a thread that reads input while an engine works.
///
/// `@unchecked Sendable`: only the thread that reads input uses it; the Lua state is made with the first use.
package final class SyntaxChecker: @unchecked Sendable {
    private let limits: RunLimits
    private lazy var vm = makeVM()

    package init(limits: RunLimits) { self.limits = limits }

    /// Whether more lines must follow before a block can be run. A block with an error is not incomplete.
    package func isIncomplete(_ text: [UInt8]) -> Bool { vm?.isIncomplete(text) ?? false }

    private func makeVM() -> LuaVM? {
        var configuration = LuaVM.Configuration()
        configuration.standardLibrary = []
        configuration.sourceBytes = limits.sourceBytes
        return try? LuaVM(configuration)
    }
}
