// SPDX-License-Identifier: MIT

import MoondialLua

/// The functions of one `moondial.all`, each on a strand of its own. The first error ends the others.
final class ConcurrentGroup {
    private let functions: [LuaFunction]
    private let completion: (Result<[LuaValue], LuaError>) -> Void
    private var strands: [Strand?] = []
    private var results: [LuaValue]
    private var unfinished: Int
    private var isOver = false

    /// - Parameter completion: Called once, with the first result of each function in order, unless the group is
    ///   cancelled before.
    init(_ functions: [LuaFunction], completion: @escaping (Result<[LuaValue], LuaError>) -> Void) {
        self.functions = functions
        self.completion = completion
        results = Array(repeating: .nil, count: functions.count)
        unfinished = functions.count
    }

    /// Starts every function, outside of any call of the VM.
    func start(vm: LuaVM, run: ActiveRun?) {
        guard !functions.isEmpty else { return finish(.success([])) }
        for (index, function) in functions.enumerated() where !isOver {
            do throws(LuaError) {
                let strand = try Strand(vm: vm, run: run)
                strands.append(strand)
                let outcome = strand.call(function, arguments: { _ in }) { [self] in ended(index, $0) }
                ended(index, outcome)
            } catch {
                finish(.failure(error))
            }
        }
    }

    func cancel() {
        isOver = true
        closeStrands()
    }

    private func ended(_ index: Int, _ outcome: LuaOutcome) {
        switch outcome {
        case .waiting: return
        case .failed(let error): finish(.failure(error))
        case .returned(var reader):
            results[index] = reader.nextOrNil()
            strands[index]?.close()
            strands[index] = nil
            unfinished -= 1
            if unfinished == 0 { finish(.success(results)) }
        }
    }

    private func finish(_ result: Result<[LuaValue], LuaError>) {
        guard !isOver else { return }
        isOver = true
        closeStrands()
        completion(result)
    }

    private func closeStrands() {
        let strands = strands
        self.strands = []
        for strand in strands { strand?.close() }
    }
}
