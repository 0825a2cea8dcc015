// SPDX-License-Identifier: MIT

import MoondialLua

/// One block that was typed at a prompt, or one function that goes on in the background, from its start to its end.
package final class ActiveEvaluation: RunHandle {
    private let state: RuleState
    /// Shared with everything that the evaluation starts.
    let meter = LuaMeter()
    private var completion: ((Result<[LuaView], Diagnostic>) -> Void)?
    private var coroutine: RuleCoroutine?
    /// Of the block; a function in the background has none.
    private var lastLine: Int?

    init(state: RuleState, completion: @escaping (Result<[LuaView], Diagnostic>) -> Void) {
        self.state = state
        self.completion = completion
        meter.shareNumbers(of: state.host.promptNumbers)
    }

    /// The processor time that it has used.
    package var cpuTime: Duration { meter.cpuTime }

    /// Runs a block as an expression or, if it is none, as statements.
    func start(_ block: RuleSource, firstLine: Int) {
        guard let evaluator = state.host.evaluator else { preconditionFailure("blocks need an engine for a prompt") }
        lastLine = firstLine + block.text.count { $0 == UInt8(ascii: "\n") }
        do throws(LuaError) {
            let chunk = try state.vm.loadBlock(block, firstLine: firstLine)
            start(evaluator) { $0.write(.function(chunk)) }
        } catch {
            end(trouble(after: error), [])
        }
    }

    /// Calls a function of the prelude that shows what it comes to.
    func start(_ function: LuaFunction, arguments: (LuaWriter) -> Void = { _ in }) {
        guard completion != nil else { return }
        do throws(LuaError) {
            let coroutine = try RuleCoroutine(vm: state.vm, run: nil, meter: meter)
            self.coroutine = coroutine
            finish(coroutine.call(function, arguments: arguments, ended: { [self] in finish($0) }))
        } catch {
            end(trouble(after: error), [])
        }
    }

    package func cancel() {
        end(Diagnostic(.cancelled, "interrupted"), [])
    }

    private func finish(_ outcome: LuaOutcome) {
        switch outcome {
        case .waiting: break
        case .failed(let error): end(trouble(after: error), [])
        case .returned: end(trouble(after: nil), coroutine?.shown ?? [])
        }
    }

    private func trouble(after error: LuaError?) -> Diagnostic? {
        let redactor = state.host.redactor
        var trouble = state.host.trouble(after: error).map { $0.redacted(redactor) }
        // What follows an expression that ends in a comment stands in no line of it.
        if let lastLine, var site = trouble?.site, case .label = site.source, site.line == lastLine + 1 {
            site.line = lastLine
            trouble?.site = site
            trouble?.sourceLine = state.vm.sourceLine(at: site).map { redactor.text($0) }
        }
        // What the prelude calls is the block itself.
        trouble?.traceback.removeAll { $0.function == "local 'block'" }
        if trouble?.traceback.contains(where: { $0.site != nil }) == false { trouble?.traceback = [] }
        return trouble
    }

    private func end(_ trouble: Diagnostic?, _ shown: [LuaView]) {
        guard let completion else { return }
        self.completion = nil
        state.host.definitions.forgetTrouble()
        coroutine?.close()
        coroutine = nil
        completion(trouble.map { .failure($0) } ?? .success(shown))
    }
}

extension LuaVM {
    /// Compiles a block: an expression, or else statements.
    ///
    /// The call in an expression must not be a tail call, or errors would not tell its line: so it stands among the
    /// arguments of the function that the chunk is called with, which returns them.
    fileprivate func loadBlock(_ block: RuleSource, firstLine: Int) throws(LuaError) -> LuaFunction {
        let (text, name) = (block.text, block.name)
        if let expression = try? load(text, name: name, firstLine: firstLine, frame: ("return ", "\n")) {
            // On the same line, since that is where Lua says the last argument is; unless the text ends in a comment.
            for end in [")", "\n)"] {
                let frame = (before: "return (...)(", after: end)
                if let framed = try? load(text, name: name, firstLine: firstLine, frame: frame) { return framed }
            }
            return expression
        }
        do throws(LuaError) {
            return try load(text, name: name, firstLine: firstLine)
        } catch {
            throw explained(error, ofBlock: text, firstLine: firstLine)
        }
    }

    /// Whether a text is an expression, and no statement.
    func isOnlyExpression(_ text: [UInt8]) -> Bool {
        let name = LuaSourceName.label("block")
        return (try? load(text, name: name)) == nil && (try? load(text, name: name, frame: ("return ", "\n"))) != nil
    }

    /// Whether a block can become valid when more lines follow, and is not yet.
    func isIncomplete(_ text: [UInt8]) -> Bool {
        let name = LuaSourceName.label("block")
        func endsEarly(_ frame: (before: String, after: String)) -> Bool? {
            do throws(LuaError) {
                _ = try load(text, name: name, frame: frame)
                return nil
            } catch {
                return error.kind == .sourceIncomplete
            }
        }
        guard let expression = endsEarly(("return ", "\n")), let statement = endsEarly(("", "\n")) else { return false }
        return expression || statement
    }
}
