// SPDX-License-Identifier: MIT

import MoondialLua

/// The functions of one `moondial.all`, each on a coroutine of its own. The first error ends the others.
///
/// The results of the functions stay in Lua: the prelude wraps each function so that it stores its own result.
final class ConcurrentGroup {
    enum End {
        /// Every function has returned.
        case returned
        /// One has raised, and the others are closed.
        case raised(LuaError)
        /// There was not enough memory for the coroutines.
        case impossible(LuaError)
    }

    private let functions: [LuaFunction]
    /// Nil before the start and after the end, since the closure may hold the group.
    private var completion: ((End) -> Void)?
    /// The coroutines that have begun; nil where the function has returned.
    private var coroutines: [RuleCoroutine?] = []
    private var unfinished: Int
    private var isOver = false

    init(_ functions: [LuaFunction]) {
        self.functions = functions
        unfinished = functions.count
    }

    /// Starts every function in order, outside of any call of the VM. The completion is called once, unless the group is
    /// cancelled. A group that was cancelled before does not start.
    func start(vm: LuaVM, parent: RuleCoroutine, completion: @escaping (End) -> Void) {
        if isOver { return }
        self.completion = completion
        if functions.isEmpty { return end(.returned) }
        for (index, function) in functions.enumerated() where !isOver {
            do throws(LuaError) {
                try parent.meter.countCoroutine()
                let coroutine = try RuleCoroutine(vm: vm, run: parent.run, meter: parent.meter)
                coroutines.append(coroutine)
                let outcome = coroutine.call(function, arguments: { _ in }) { [self] in ended(index, $0) }
                ended(index, outcome)
            } catch {
                end(.impossible(error))
            }
        }
    }

    func cancel() {
        isOver = true
        completion = nil
        closeCoroutines()
    }

    private func ended(_ index: Int, _ outcome: LuaOutcome) {
        if isOver { return }
        switch outcome {
        case .waiting: return
        case .failed(let error): end(.raised(error))
        case .returned:
            coroutines[index]?.close()
            coroutines[index] = nil
            unfinished -= 1
            if unfinished == 0 { end(.returned) }
        }
    }

    private func end(_ end: End) {
        guard !isOver else { return }
        isOver = true
        let completion = completion
        self.completion = nil
        closeCoroutines()
        completion?(end)
    }

    private func closeCoroutines() {
        let coroutines = coroutines
        self.coroutines = []
        for coroutine in coroutines { coroutine?.close() }
    }
}
