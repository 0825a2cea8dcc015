// SPDX-License-Identifier: MIT

import MoondialLua
import TextFormats

/// One script from its start to its end.
final class ActiveScript: RunHandle {
    private let state: RuleState
    private let meter = LuaMeter()
    private var completion: ((Result<[LuaValue], Diagnostic>) -> Void)?
    private var coroutine: RuleCoroutine?

    init(state: RuleState, cpuLimit: Duration?, completion: @escaping (Result<[LuaValue], Diagnostic>) -> Void) {
        self.state = state
        self.completion = completion
        meter.cpuLimit = cpuLimit
    }

    func start(_ script: RuleSource, arguments: [String]) {
        guard completion != nil else { return }
        do throws(LuaError) {
            try state.vm.set("arg", to: Self.argTable(script: script, arguments: arguments))
            let chunk = try state.vm.load(script.chunk, name: script.name)
            let coroutine = try RuleCoroutine(vm: state.vm, run: nil, meter: meter)
            self.coroutine = coroutine
            let outcome = coroutine.call(
                chunk,
                arguments: { writer in
                    for argument in arguments { writer.write(.string(LuaString(ByteText.bytes(argument))) as LuaValue) }
                },
                ended: { [self] in finish($0) })
            finish(outcome)
        } catch {
            end(diagnostic(after: error), [])
        }
    }

    func cancel() {
        end(Diagnostic(.cancelled, "the script was interrupted"), [])
    }

    private func finish(_ outcome: LuaOutcome) {
        switch outcome {
        case .waiting: break
        case .failed(let error): end(diagnostic(after: error), [])
        case .returned(var reader):
            var results: [LuaValue] = []
            while let value = reader.next() { results.append(value) }
            end(diagnostic(after: nil), results)
        }
    }

    private func diagnostic(after error: LuaError?) -> Diagnostic? {
        state.host.diagnostic(after: error, in: state.vm).map { $0.redacted(state.host.redactor) }
    }

    private func end(_ diagnostic: Diagnostic?, _ results: [LuaValue]) {
        guard let completion else { return }
        self.completion = nil
        state.host.definitions.clearProblems()
        coroutine?.close()
        coroutine = nil
        completion(diagnostic.map { .failure($0) } ?? .success(results))
    }

    private static func argTable(script: RuleSource, arguments: [String]) -> LuaValue {
        .table(
            LuaTable(
                array: arguments.map { .string(LuaString(ByteText.bytes($0))) },
                pairs: [LuaTable.Pair(key: 0, value: .string(LuaString(script.name.description.utf8)))]))
    }
}
