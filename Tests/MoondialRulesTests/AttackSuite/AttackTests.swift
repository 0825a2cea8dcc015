// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import MoondialRules
import NIOCore
import NIOPosix
import NumberVerification
import ProcessorClocks
import Testing

/// Whatever a rule does, its run ends, as it should, and the others go on.
///
/// One attack after the other: what others cannot reach holds its event loop until it is over.
@Suite(.serialized, .timeLimit(.minutes(Sanitizer.isOn ? 60 : 10))) struct AttackTests {
    private static let onLoading = Attack.all.filter { if case .load = $0.end { true } else { false } }
    private static let onRunning = Attack.all.filter { if case .decision = $0.end { true } else { false } }

    /// Of their own, since other tests have deadlines.
    private static let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()

    private static func harness(_ attack: Attack) -> EngineHarness {
        var harness = EngineHarness()
        harness.run.limits = attack.limits
        harness.config = ["phones": ["13800138000"]]
        return harness
    }

    private static func request(_ attack: Attack) throws -> RunRequest {
        RunRequest(try VerificationRequest(phone: "13800138000", token: attack.token, exID: "attack"))
    }

    private static func check(_ run: FinishedRun, _ attack: Attack) {
        guard case .decision(let expected) = attack.end else { return }
        #expect(run.decisionText == expected)
        if let message = attack.message {
            #expect(run.failures.contains { $0.message.contains(message) }, "\(run.failures)")
        }
    }

    @Test func everyKnownBugOfLuaIsTried() {
        let names = Set(Attack.all.map(\.name))
        for bug in LuaBug.known { #expect(names.contains(bug.attack), "\(bug.summary)") }
    }

    @Test(arguments: onLoading)
    func filesThatDoNotLoadSayWhy(_ attack: Attack) async throws {
        var harness = Self.harness(attack)
        harness.sources = [attack.source]
        let failure = try #require(try await harness.loadingFailure(on: Self.loop))
        guard case .load(let code) = attack.end else { return }
        #expect(failure.code.rawValue == code, "\(failure)")
        if let message = attack.message { #expect(failure.message.contains(message)) }
    }

    @Test(arguments: onRunning)
    func runEndsAsItShould(_ attack: Attack) async throws {
        var harness = Self.harness(attack)
        harness.sources = [attack.source]
        let runs: [FinishedRun] = try await harness.onLoop(of: Self.loop) { engine, _, promise in
            var runs: [FinishedRun] = []
            func next() throws {
                if runs.count == attack.runs { return promise.succeed(runs) }
                engine.verify(try Self.request(attack)) { run in
                    runs.append(run)
                    do { try next() } catch { promise.fail(error) }
                }
            }
            try next()
        }
        for run in runs { Self.check(run, attack) }
    }

    /// They begin before the attack, in the same Lua state, and wait for the provider while it goes on.
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

    @Test(arguments: onRunning)
    func innocentRunsInTheSameStateGoOn(_ attack: Attack) async throws {
        var harness = Self.harness(attack)
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
                    engine.verify(try Self.request(attack)) { run in
                        attacker = run
                        checkEnd()
                    }
                } catch {
                    promise.fail(error)
                }
            }
        }
        Self.check(run, attack)
        var expected = (1...100).map { "allow innocent-\($0)-" }
        if attack.costsState {
            expected = innocents.filter { $0 == "review rule_error" } + expected.filter(innocents.contains)
        }
        #expect(innocents.sorted() == expected.sorted())
    }
}
