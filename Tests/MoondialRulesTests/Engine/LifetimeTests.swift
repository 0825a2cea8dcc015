// SPDX-License-Identifier: MIT

import MoondialLua
import NIOCore
import NumberVerification
import Testing

@testable import MoondialRules

/// Runs, scripts and engines are released when they have ended.
@Suite struct LifetimeTests {
    /// A box for a weak reference.
    private final class Weak {
        weak var object: AnyObject?
        init(_ object: AnyObject?) { self.object = object }
    }

    private static let rules = """
        rule "busy" {
          pre_check = function(req)
            moondial.all {
              function() moondial.attempt("h5", "13911112222", "raw") end,
              function() coroutine.wrap(function() pcall(moondial.all, { function() error "boom" end }) end)() end,
            }
            if req.exid == "fails" then error "boom" end
          end,
        }
        """

    @Test(arguments: ["fine", "fails"])
    func endedRunIsReleased(exID: String) async throws {
        let isGone: Bool = try await EngineHarness(Self.rules).onLoop { engine, _, promise in
            let request = RunRequest(try VerificationRequest(phone: "13800138000", token: "t", exID: exID))
            var run: Weak?
            run = Weak(
                engine.verify(request) { _ in
                    Self.later(promise.futureResult.eventLoop) { promise.succeed(run?.object == nil) }
                })
        }
        #expect(isGone)
    }

    @Test(arguments: [
        "verify('13800138000', 'hold')", "moondial.attempt('h5', '1', 'hold')",
        "moondial.all { function() verify('1', 'hold') end }",
    ])
    func cancelledScriptIsReleased(wait: String) async throws {
        let isGone: Bool = try await EngineHarness.inScript(wait, rules: Self.rules) { script, promise in
            script.transport.onHold = {
                let handle = Weak(script.handle)
                script.transport.onHold = nil
                script.handle?.cancel()
                script.forgetHandle()
                Self.later(promise.futureResult.eventLoop) {
                    withExtendedLifetime(script) { promise.succeed(handle.object == nil) }
                }
            }
        }
        #expect(isGone)
    }

    @Test func engineIsReleasedWhenItsRunsHaveEnded() async throws {
        let engines: [Bool] = try await EngineHarness().onLoop { outer, record, promise in
            let loop = promise.futureResult.eventLoop
            let client = VerificationClient(
                transport: record.transport, host: "simulator", credentials: .documentedExample, eventLoop: loop)
            let source = RuleSource(name: .label("rules"), text: Array(Self.rules.utf8))
            var engine: RuleEngine? = try RuleEngine(
                rules: RuleFiles([source]), settings: outer.settings, attempts: client, eventLoop: loop)
            let weak = [Weak(engine), Weak(engine?.state.vm), Weak(engine?.outline)]
            let request = RunRequest(try VerificationRequest(phone: "13800138000", token: "t"))
            engine?.verify(request) { _ in
                Self.later(loop) { promise.succeed(weak.map { $0.object == nil }) }
            }
            engine = nil
        }
        #expect(engines == [true, true, true])
    }

    @Test func memoryInLuaDoesNotGrowWithTheRuns() async throws {
        let (early, late): (Int, Int) = try await EngineHarness(Self.rules).onLoop { engine, _, promise in
            var early = 0
            func next(_ number: Int) throws {
                if number == 100 { early = engine.state.vm.liveBytes }
                if number == 500 { return promise.succeed((early, engine.state.vm.liveBytes)) }
                let request = try VerificationRequest(phone: "13800138000", token: "t", exID: "fails")
                engine.verify(RunRequest(request)) { _ in
                    do { try next(number + 1) } catch { promise.fail(error) }
                }
            }
            try next(0)
        }
        // The collector decides when it runs, so memory may differ by a factor of two.
        #expect(late < 2 * early)
    }

    /// Limits the number of allocations of Lua, from zero up, until a run succeeds.
    @Test func runWithoutMemoryFailsClosed() async throws {
        let rules = """
            rule "works" {
              pre_check = function(req)
                local parts = {}
                for i = 1, 20 do parts[i] = req.phone .. i end
                moondial.all { function() moondial.attempt("h5", table.concat(parts, "-", 1, 2), "raw") end }
              end,
              map_result = function(req, attempt) return allow("fine", { code_was = attempt.code }) end,
            }
            """
        let decisions: [String] = try await EngineHarness(rules).onLoop { engine, _, promise in
            var decisions: [String] = []
            func next(_ allocations: UInt64) throws {
                if decisions.last == "allow fine" { return promise.succeed(decisions) }
                let request = RunRequest(try VerificationRequest(phone: "13800138000", token: "t"))
                engine.state.vm.limitAllocations(to: allocations)
                engine.verify(request) {
                    engine.state.vm.limitAllocations(to: nil)
                    decisions.append($0.decisionText)
                    do { try next(allocations + 1) } catch { promise.fail(error) }
                }
            }
            try next(0)
        }
        #expect(decisions.count > 20)
        // An error of a function in moondial.all is raised again by moondial.all, as rule_error.
        #expect(Set(decisions) == ["review rule_memory", "review rule_error", "allow fine"])
    }

    /// Calls `body` after several turns of the loop.
    private static func later(_ loop: any EventLoop, turns: Int = 10, _ body: @escaping () -> Void) {
        if turns == 0 { return body() }
        loop.assumeIsolated().execute { later(loop, turns: turns - 1, body) }
    }
}
