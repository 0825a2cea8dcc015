// SPDX-License-Identifier: MIT

import Generators
import JSON
import MoondialRules
import NIOCore
import NIOPosix
import NumberVerification
import Testing

/// Whatever a rule does, other runs in the same Lua state continue.
@Suite(.serialized, .timeLimit(.minutes(10))) struct InnocentRunTests {
    /// All attacks that cost the Lua state, since these harm other runs most, and a sample of the rest.
    private static let attacks =
        Thoroughness.sample(AttackTests.onRunning.filter { !$0.costsState }, every: 8)
        + AttackTests.onRunning.filter(\.costsState)

    /// A separate loop, since an attack blocks its event loop.
    private static let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()

    /// The other runs begin before the attack, in the same Lua state, and wait for the provider during the attack.
    private static let innocent = """
        rule "innocent" {
          pre_check = function(req)
            if not req.exid or not req.exid:find "^innocent" then return end
            local parts = {}
            for part in coroutine.wrap(function() for i = 1, 10 do coroutine.yield(req.exid .. i) end end) do
              parts[#parts + 1] = part
            end
            local reply = moondial.attempt("h5", req.phone, "other-" .. req.exid)
            if table.concat(parts, ",") ~= req.context.parts or reply.code ~= 9000 then return deny "harmed" end
          end,
          map_result = function(req, attempt)
            if req.exid and req.exid:find "^innocent" then return allow(req.exid) end
          end,
        }
        """

    private static func innocentRequest(_ number: Int) throws -> RunRequest {
        let exID = "innocent-\(number)-"
        var request = RunRequest(
            try VerificationRequest(phone: "13900139000", token: "sim:delay=\(number % 20 + 1)ms", exID: exID))
        request.context = ["parts": .string((1...10).map { "\(exID)\($0)" }.joined(separator: ","))]
        return request
    }

    @Test(arguments: attacks)
    func otherRunsInTheSameStateSurviveAnAttack(_ attack: Attack) async throws {
        var harness = AttackTests.harness(attack)
        harness.runsScripts = true
        harness.rules = [("innocent.lua", Self.innocent)]
        let (run, innocents): (FinishedRun, [String]) = try await harness.onLoop(of: Self.loop) {
            engine, record, promise in
            var innocents: [String] = []
            var attacker: FinishedRun?
            func checkEnd() {
                if let attacker, innocents.count == 100 { promise.succeed((attacker, innocents)) }
            }
            for number in 1...100 {
                engine.verify(try Self.innocentRequest(number)) { run in
                    innocents.append(run.decisionText)
                    checkEnd()
                }
            }
            record.scripts?.run(attack.source) { result in
                if case .failure(let diagnostic) = result { return promise.fail(diagnostic) }
                do {
                    engine.verify(try AttackTests.request(attack)) { run in
                        attacker = run
                        checkEnd()
                    }
                } catch {
                    promise.fail(error)
                }
            }
        }
        AttackTests.check(run, attack)
        var expected = (1...100).map { "allow innocent-\($0)-" }
        if attack.costsState {
            expected = innocents.filter { $0 == "review rule_error" } + expected.filter(innocents.contains)
        }
        #expect(innocents.sorted() == expected.sorted())
    }
}
