// SPDX-License-Identifier: MIT

import Generators
import Testing

/// Random sequences of keys, 10,000 of them in thorough runs: the buffer and the terminal agree with simple models.
struct KeySequenceTests {
    private static let groupSize: UInt64 = 200

    @Test(arguments: 0..<Thoroughness.cases(10, of: 50))
    func bufferAndScreenAgreeWithTheModels(group: Int) async {
        for seed in UInt64(group) * Self.groupSize..<UInt64(group + 1) * Self.groupSize {
            // Lets other tests run.
            await Task.yield()
            let sequence = KeySequence(seed: seed)
            guard sequence.firstDifference() != nil else { continue }
            let shrunk = sequence.shrunk()
            let keys = shrunk.steps.map(\.description).joined()
            Issue.record(
                "seed \(seed), \(shrunk.width)×\(shrunk.height), \(keys): \(shrunk.firstDifference() ?? "nothing")")
            return
        }
    }

    /// Shows the bytes on pyte, an independent terminal emulator.
    @Test(.enabled(if: PyteTerminal.isPresent), arguments: 0..<Thoroughness.cases(2, of: 6))
    func pyteTerminalAgreesWithTheModel(group: Int) throws {
        let sessions = (UInt64(group) * 100..<UInt64(group + 1) * 100).map { seed in
            KeySequence(seed: seed, isSimple: true).session(named: "seed \(seed)")
        }
        let differences = try PyteTerminal.differences(in: sessions)
        #expect(differences == "")
    }

    @Test(.enabled(if: PyteTerminal.isPresent))
    func pyteTerminalReportsADifference() throws {
        var session = PyteTerminal.Session(name: "wrong", width: 4, height: 2)
        session.writes = [.init(bytes: "YWI=", rows: ["ax", nil], row: 0, column: 2)]
        let differences = try PyteTerminal.differences(in: [session])
        #expect(differences == "wrong write 0 ['ab', ''] (0, 2) in place of ['ax', None] 0 2\n")
    }
}
