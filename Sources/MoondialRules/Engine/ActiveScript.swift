// SPDX-License-Identifier: MIT

import MoondialLua

/// One script from its start to its end.
final class ActiveScript: RunHandle {
    private let engine: RuleEngine
    private let host: LanguageHost
    private var completion: ((Result<[LuaValue], Diagnostic>) -> Void)?
    private var strand: Strand?

    init(
        engine: RuleEngine, host: LanguageHost, completion: @escaping (Result<[LuaValue], Diagnostic>) -> Void
    ) {
        self.engine = engine
        self.host = host
        self.completion = completion
    }

    func start(_ script: RuleSource, arguments: [String]) {
        guard completion != nil else { return }
        do throws(LuaError) {
            try engine.vm.set("arg", to: Self.argTable(script: script, arguments: arguments))
            let chunk = try engine.vm.load(script.text, name: script.name)
            let strand = try Strand(vm: engine.vm, run: nil)
            self.strand = strand
            let outcome = strand.call(
                chunk, arguments: { writer in for argument in arguments { writer.write(argument) } },
                ended: { [self] in finish($0) })
            finish(outcome)
        } catch {
            end(.failure(Diagnostic(error)))
        }
    }

    func cancel() {
        end(.failure(Diagnostic(.cancelled, "the script was interrupted")))
    }

    private func finish(_ outcome: LuaOutcome) {
        switch outcome {
        case .waiting: break
        case .failed(let error): end(.failure(host.diagnostic(for: error)))
        case .returned(var reader):
            var results: [LuaValue] = []
            while let value = reader.next() { results.append(value) }
            if let pending = host.definitions.unfinished {
                end(.failure(Diagnostic(
                    .ruleDefinition, "rule '\(pending.name)' has no hooks", site: pending.site, subject: "rule")))
            } else {
                end(.success(results))
            }
        }
    }

    private func end(_ result: Result<[LuaValue], Diagnostic>) {
        guard let completion else { return }
        self.completion = nil
        let strand = strand
        self.strand = nil
        strand?.close()
        completion(result)
    }

    private static func argTable(script: RuleSource, arguments: [String]) -> LuaValue {
        .table(
            LuaTable(
                array: arguments.map { .string(LuaString($0.utf8)) },
                pairs: [LuaTable.Pair(key: 0, value: .string(LuaString(script.name.description.utf8)))]))
    }
}
