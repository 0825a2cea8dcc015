// SPDX-License-Identifier: MIT

import MoondialStore
import NIOConcurrencyHelpers
import NIOCore
import NumberVerification
import StoreTesting
import Testing

@testable import MoondialRules

/// The guards that count calls: the provider's caps, and the budget.
struct CallGuardTests {
    /// 2023-11-14 22:13:20 UTC, which is 06:13:20 in China on the next day.
    private static let start: Int64 = 1_700_000_000_000

    /// An engine whose calls are guarded, with a clock that tests advance.
    private struct Fixture: Sendable {
        var harness = EngineHarness()
        var settings = CallGuardSettings()
        let time = NIOLockedValueBox(CallGuardTests.start)

        init(_ rules: String = "") {
            harness = EngineHarness(rules)
            harness.store.engine = MemoryStoreEngine(
                clock: StoreClock { [time] in StoreTime(microseconds: time.withLockedValue { $0 } * 1000) })
        }

        /// The decisions on requests, one after the other. A step `.pass` advances the clock.
        func decisions(_ steps: [Step]) async throws -> (decisions: [String], uses: [BudgetUse]) {
            try await harness.onLoop { engine, _, promise in
                let callGuard = CallGuard(settings, engine.store, application: "app") { time.withLockedValue { $0 } }
                var uses: [BudgetUse] = []
                callGuard.onUse = { uses.append($0) }
                engine.tokenReserver = callGuard
                next(steps[...], [], engine) { promise.succeed(($0, uses)) }
            }
        }

        private func next(
            _ steps: ArraySlice<Step>, _ done: [String], _ engine: RuleEngine,
            _ completion: @escaping ([String]) -> Void
        ) {
            switch steps.first {
            case nil: completion(done)
            case .pass(let seconds)?:
                time.withLockedValue { $0 += seconds * 1000 }
                next(steps.dropFirst(), done, engine, completion)
            case .verify(let token, let phone)?:
                guard let verification = try? VerificationRequest(phone: phone, token: token) else {
                    return completion([])
                }
                engine.verify(RunRequest(verification)) { run in
                    next(steps.dropFirst(), done + [run.decisionText], engine, completion)
                }
            }
        }
    }

    private enum Step: Sendable {
        case verify(String, phone: String = "13800138000")
        case pass(seconds: Int64)
    }

    private static func code(_ code: Int, phone: String = "13800138000") -> Step {
        .verify("sim:code=\(code)", phone: phone)
    }

    private static func capped(_ rules: String = "") -> Fixture {
        var fixture = Fixture(rules)
        fixture.settings.caps = CallGuardSettings.Caps()
        return fixture
    }

    @Test func numberIsCheckedOncePerInterval() async throws {
        let (decisions, _) = try await Self.capped().decisions([
            .verify("sim:"), .verify("sim:"), .verify("sim:", phone: "13800138001"), .pass(seconds: 29),
            .verify("sim:"),
            .pass(seconds: 1), .verify("sim:"),
        ])
        #expect(
            decisions == [
                "allow match", "review number_interval", "allow match", "review number_interval", "allow match",
            ])
    }

    @Test func codesOfRefusedRequestsDoNotCountAsChecks() async throws {
        let (decisions, _) = try await Self.capped().decisions([
            Self.code(9020), Self.code(9012), .verify("sim:refuse"), Self.code(9002), .verify("sim:"),
        ])
        #expect(decisions.last == "review number_interval", "9002 is a check")
        #expect(!decisions.dropLast().contains("review number_interval"))
    }

    @Test func tokenAtTheWrongEndpointMayBeSentToTheOther() async throws {
        let fixture = Self.capped(
            """
            rule "other" { fallback = function(req, attempt)
              if attempt.code == 9020 then return "h5" end
            end }
            """)
        let run = try await fixture.harness.onLoop { (engine, _, promise: EventLoopPromise<FinishedRun>) in
            engine.tokenReserver = CallGuard(fixture.settings, engine.store, application: "app") { Self.start }
            let request = try VerificationRequest(phone: "13800138000", token: "sim:code=9020")
            engine.verify(RunRequest(request)) { promise.succeed($0) }
        }
        #expect(run.result.attempts.count == 2)
    }

    @Test func numberHasTenChecksInADayOfChina() async throws {
        var fixture = Self.capped()
        fixture.settings.caps?.interval = .milliseconds(1)
        let ten = (0..<10).flatMap { _ in [Step.verify("sim:"), .pass(seconds: 1)] }
        // 06:13:30 there, and 17 h 46 min 30 s later the next day.
        let (decisions, _) = try await fixture.decisions(
            ten + [.verify("sim:"), .pass(seconds: 63_989), .verify("sim:"), .pass(seconds: 1), .verify("sim:")])
        #expect(
            decisions.suffix(3) == ["review number_daily_cap", "review number_daily_cap", "allow match"])
        #expect(decisions.prefix(10).allSatisfy { $0 == "allow match" })
    }

    @Test func applicationHasALimitOfChecksInADay() async throws {
        var fixture = Self.capped()
        fixture.settings.caps?.perApplication = 2
        let (decisions, _) = try await fixture.decisions(
            (0..<3).map { .verify("sim:", phone: "1380013800\($0)") })
        #expect(decisions == ["allow match", "allow match", "review application_daily_cap"])
    }

    @Test func capReportedByTheProviderIsApplied() async throws {
        let (decisions, _) = try await Self.capped().decisions([
            Self.code(9006), .pass(seconds: 60), .verify("sim:"), Self.code(9007, phone: "13800138001"),
            .verify("sim:", phone: "13800138002"), .pass(seconds: 86_400), .verify("sim:"),
        ])
        #expect(
            decisions.dropFirst() == [
                "review number_daily_cap", "review code_9007", "review application_daily_cap", "allow match",
            ])
    }

    @Test func budgetCountsChargedCalls() async throws {
        var fixture = Fixture()
        fixture.settings.budget.total = 3
        let (decisions, uses) = try await fixture.decisions([
            .verify("sim:"), Self.code(9003), Self.code(9001), Self.code(9003), .verify("sim:"), .verify("sim:"),
            .pass(seconds: 86_400), .verify("sim:"),
        ])
        try #require(decisions.count == 7)
        #expect(decisions[4] == "allow match")
        #expect(decisions[5] == "review budget")
        #expect(decisions[6] == "allow match")
        #expect(uses.map(\.used) == [1, 2, 2, 3, 3, 1])
        #expect(uses.filter(\.reachesFourFifths).count == 2)
    }

    @Test(arguments: [(CallGuardSettings.OnStoreError.skip, "allow match"), (.review, "review store_unavailable")])
    func settingDecidesWhenTheStoreIsUnavailable(_ setting: CallGuardSettings.OnStoreError, decision: String)
        async throws
    {
        var fixture = Fixture()
        fixture.settings.caps = CallGuardSettings.Caps()
        fixture.settings.caps?.onStoreError = setting
        fixture.harness.store.engine = AbsentStoreEngine()
        #expect(try await fixture.decisions([.verify("sim:")]).decisions == [decision])
        fixture.settings.caps = nil
        fixture.settings.budget.perApplication = 5
        fixture.settings.budget.onStoreError = setting
        #expect(try await fixture.decisions([.verify("sim:")]).decisions == [decision])
    }

    @Test func refusalOfAGuardIsInTheTrace() async throws {
        let fixture = Self.capped()
        let runs = try await fixture.harness.onLoop { (engine, _, promise: EventLoopPromise<FinishedRun>) in
            engine.tokenReserver = CallGuard(fixture.settings, engine.store, application: "app") { Self.start }
            let request = RunRequest(try VerificationRequest(phone: "13800138000", token: "sim:"))
            engine.verify(request) { _ in engine.verify(request) { promise.succeed($0) } }
        }
        #expect(runs.result.attempts.isEmpty)
        #expect("\(runs.trace.json)".contains("number_interval"))
    }

    @Test(
        arguments: [
            (0, 0, 57_600_000), (57_599_999, 0, 1), (57_600_000, 1, 86_400_000), (-1, 0, 57_600_001),
        ] as [(Int64, Int64, Int64)])
    func daysAreThoseOfChina(_ milliseconds: Int64, number: Int64, rest: Int64) {
        let day = ProviderDay(milliseconds: milliseconds)
        #expect(day.number == number)
        #expect(day.rest == .milliseconds(rest))
    }
}
