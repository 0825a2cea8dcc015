// SPDX-License-Identifier: MIT

import Generators
import JSON
import MoondialRules
import MoondialWorkbench
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator
import Testing

@Suite("Exploration", .serialized, .timeLimit(.minutes(10)))
struct ExplorationTests {
    @Test func emptyRulebookHasOnePathForEachOutcome() async throws {
        let exploration = try await Workbench.explore("")
        #expect(exploration.paths.count == Outcome.all.count)
        #expect(Set(exploration.paths.map { $0.steps.map(\.outcome) }).count == Outcome.all.count)
    }

    @Test func outcomesAreAllCodesAndAllKindsOfErrors() {
        let codes = Outcome.all.compactMap { outcome -> Int64? in
            if case .reply(let reply) = outcome, reply == Outcome.Reply(reply.code) { reply.code } else { nil }
        }
        #expect(codes == ResponseCode.table.filter { $0.layer == .verify }.map(\.code.rawValue) + [Outcome.unknownCode])
        let kinds = Outcome.all.compactMap { outcome -> AttemptError.Kind? in
            if case .trouble(let kind, _) = outcome { kind } else { nil }
        }
        #expect(Set(kinds) == Set(AttemptError.Kind.allCases))
    }

    @Test func fallbackAttemptBranchesOverAllOutcomes() async throws {
        let exploration = try await Workbench.explore(
            """
            rule "repair" { fallback = function(req, attempt)
              if attempt.code == 9020 then return "h5" end
            end }
            """)
        #expect(exploration.paths.count == Outcome.all.count - 1 + Outcome.all.count)
        let long = exploration.paths.filter { $0.steps.count == 2 }
        #expect(
            long.allSatisfy {
                $0.steps.map(\.endpoint) == [.mobile, .h5] && $0.steps[0].outcome == .reply(.init(9020))
            })
    }

    @Test func rawAttemptsBranchOverAllOutcomes() async throws {
        let exploration = try await Workbench.explore(
            """
            rule "probe" { pre_check = function(req)
              moondial.all {
                function() return moondial.attempt("mobile", req.phone, "other-token") end,
                function() return moondial.attempt("h5", req.phone, "third-token") end,
              }
              return review "probed"
            end }
            """)
        #expect(exploration.paths.count == Outcome.all.count * Outcome.all.count)
        #expect(exploration.paths.allSatisfy { $0.steps.map(\.isRaw) == [true, true] })
    }

    @Test func everyTimeIsExploredOnlyIfAHookReadsTheTime() async throws {
        let night = Workbench.time + 12 * 3_600_000
        let reading = try await Workbench.explore(
            "rule \"night\" { pre_check = function() if os.date('!%H') == '16' then return deny 'night' end end }",
            times: [Workbench.time, night])
        #expect(reading.paths.count { reading.result(of: $0).decision.reason == "night" } == 1)
        let refused = try #require(Atlas(reading).groups.first { $0.ending.reason == "night" })
        #expect(refused.patterns.map(\.text) == ["no attempt when time = 2026-01-01T16:00:00.000Z"])
        let blind = try await Workbench.explore("", times: [Workbench.time, night])
        #expect(blind.paths.count == Outcome.all.count)
    }

    @Test func explorationReportsThatItStoppedAtMaxPaths() async throws {
        let exploration = try await Workbench.explore(
            "", requests: [Workbench.request(), Workbench.request()], maxPaths: 40)
        #expect(exploration.paths.count == 40)
        #expect(exploration.omission?.contains("--max-paths") == true)
    }

    @Test func timeoutsTakeVirtualTime() async throws {
        let exploration = try await Workbench.explore(
            """
            rule "slow" { map_result = function(req, attempt)
              if attempt.elapsed_ms >= 10000 then return review "late" end
            end }
            """)
        let late = exploration.paths.filter { exploration.result(of: $0).decision.reason == "late" }
        #expect(late.map { $0.steps.map(\.outcome) } == [[.trouble(.responseTimeout, .maybe)]])
    }

    @Test func atlasHasTheShortestConditions() async throws {
        let exploration = try await Workbench.explore(
            """
            rule "r" { pre_check = function(req)
              if req.channel == "web" and req.operator == "CT" then return deny "ct_web" end
            end }
            """, requests: RequestClass.builtIn)
        let atlas = Atlas(exploration)
        let group = try #require(atlas.groups.first { $0.ending.reason == "ct_web" })
        #expect(group.patterns.map(\.text) == ["no attempt when channel = web and operator = CT"])
    }

    @Test func atlasGroupsOutcomesWithTheSameEnding() async throws {
        let exploration = try await Workbench.explore(
            """
            rule "r" { map_result = {
              match = allow "ok", [9003] = review "new", [9020] = review "new", [9021] = review "new",
              default = review "sms",
            } }
            """, requests: RequestClass.builtIn)
        let lines = Atlas(exploration).groups.map {
            "\($0.patterns.map(\.text).joined(separator: "; ")): \($0.ending.text)"
        }
        #expect(lines.contains("9003, 9020, 9021 at mobile or h5: review new by 'r', 1 attempt, unbilled"))
        #expect(lines.contains("9000, 9000 without id at mobile or h5: allow ok by 'r', 1 attempt, billed"))
        #expect(
            lines.contains(
                "9001, 9000 under HTTP 500, 9001 under HTTP 500, 9000 as an error at mobile or h5: "
                    + "review sms by 'r', 1 attempt, billed"))
    }
}

/// Explored paths against single runs of the client and the simulator.
@Suite("Exploration against single runs", .serialized, .timeLimit(.minutes(10)))
struct BruteForceTests {
    /// The token with which the simulator gives this outcome, or nil if it cannot.
    private static func directive(_ outcome: Outcome) -> String? {
        switch outcome {
        case .reply(let reply):
            var parts = ["code=\(reply.code)"]
            if reply.status != 200 { parts.append("http=\(reply.status)") }
            if !reply.hasID { parts.append("id=missing") }
            if reply.isErrorObject { parts.append("body=error-object") }
            return "sim:" + parts.joined(separator: ",")
        case .trouble(.reset, _): return "sim:reset=after"
        case .trouble(.badReply, _): return "sim:body=html"
        case .trouble(.httpStatus, _): return "sim:body=html,http=502"
        case .trouble: return nil
        }
    }

    /// Replaces the token of each attempt by the one for the next outcome of the path.
    private final class SteeredAttempts: AttemptSource {
        let secrets: [Secret] = []
        private let client: VerificationClient
        private var tokens: [String]

        init(_ client: VerificationClient, tokens: [String]) {
            self.client = client
            self.tokens = tokens
        }

        func attempt(
            _ request: VerificationRequest, at endpoint: Endpoint, correlation: String?, traceparent: TraceParent?,
            deadline: NIODeadline,
            completion: @escaping (Attempt) -> Void
        ) -> any Exchange {
            guard !tokens.isEmpty,
                let steered = try? VerificationRequest(
                    phone: request.phone.submitted, token: tokens.removeFirst(), exID: request.exID)
            else { preconditionFailure("more attempts than the path has") }
            return client.attempt(
                steered, at: endpoint, correlation: correlation, traceparent: traceparent, deadline: deadline,
                completion: completion)
        }

        func close() { client.close() }
    }

    /// Runs in this process, or over a connection to a server on that port.
    private static func run(
        _ rules: String, _ request: RunRequest, tokens: [String], port: Int? = nil
    ) throws -> FinishedRun {
        let loaded = try Workbench.load(rules)
        return OwnEventLoop.run { eventLoop, end in
            let destination = port.map { Destination(scheme: .http, host: "127.0.0.1", port: $0) }
            let overSockets = destination.flatMap {
                try? HTTPTransport(destination: $0, configuration: HTTPConfiguration(), eventLoop: eventLoop)
            }
            let client = VerificationClient(
                transport: overSockets ?? InProcessTransport(simulator: Simulator(), eventLoop: eventLoop),
                host: destination?.authority ?? "simulator", credentials: .documentedExample, eventLoop: eventLoop)
            let engine = RuleEngine(loaded, attempts: SteeredAttempts(client, tokens: tokens), eventLoop: eventLoop)
            engine.verify(request) { run in
                engine.close()
                withExtendedLifetime(engine) { end(run) }
            }
        }
    }

    /// Paths that the simulator can reproduce, with the tokens for their outcomes.
    private static func playable(
        _ exploration: Exploration, count: Int, _ generator: inout SeededGenerator
    ) -> [(path: ExploredPath, tokens: [String])] {
        var chosen: [(path: ExploredPath, tokens: [String])] = []
        for path in exploration.paths.shuffled(using: &generator) where chosen.count < count {
            let tokens = path.steps.map { directive($0.outcome) }
            if !tokens.contains(nil) { chosen.append((path, tokens.compactMap { $0 })) }
        }
        return chosen
    }

    private func expect(_ run: FinishedRun, like path: ExploredPath, of exploration: Exploration, _ rules: String) {
        let result = exploration.result(of: path)
        #expect(run.result.decision.choice == result.decision, "\(rules) \(path.steps)")
        #expect(run.result.decision.rule == result.rule)
        #expect(run.result.attempts.map(\.attempt.endpoint) == path.steps.map(\.endpoint))
        #expect(Charge(of: run.result.attempts) == result.money)
    }

    /// A random rulebook.
    static func rulebook(_ generator: inout SeededGenerator) -> String {
        let decisions = ["allow", "deny \"d\"", "review \"r\"", "review(\"f\", { step_up = \"sms\" })"]
        let codes = [9000, 9001, 9002, 9003, 9005, 9020, 9021, 9099]
        func decision() -> String { decisions[Int.random(in: 0..<decisions.count, using: &generator)] }
        func code() -> Int { codes[Int.random(in: 0..<codes.count, using: &generator)] }
        var rules = ""
        for index in 0..<Int.random(in: 1...4, using: &generator) {
            rules += "rule \"rule \(index)\" {\n"
            if Int.random(in: 0..<4, using: &generator) == 0 {
                rules += "  pre_check = function(req) if req.channel == \"web\" then return \(decision()) end end,\n"
            }
            if Int.random(in: 0..<3, using: &generator) == 0 {
                rules += "  route = function(req) if req.channel == nil then return \"h5\" end end,\n"
            }
            if Int.random(in: 0..<2, using: &generator) == 0 {
                let even = Bool.random(using: &generator) ? "{ endpoint = other, even_if_delivered = true }" : "other"
                rules += """
                      fallback = function(req, attempt)
                        local other = attempt.endpoint == "mobile" and "h5" or "mobile"
                        if attempt.code == \(code()) or attempt.error and attempt.error.kind == "reset" then return \(even) end
                      end,

                    """
            }
            if Bool.random(using: &generator) {
                rules += "  map_result = { [\(code())] = \(decision()), mismatch = \(decision()) },\n"
            } else {
                rules += """
                      map_result = function(req, attempt)
                        if attempt.code == \(code()) and attempt.verdict ~= "match" then return \(decision()) end
                        if attempt.http_status == 500 then error "trouble" end
                      end,

                    """
            }
            rules += "}\n"
        }
        return rules
    }

    @Test(arguments: 0..<50)
    func exploredPathsAgreeWithSingleRunsInProcess(_ seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let rules = Self.rulebook(&generator)
        let requests = [try Workbench.request(), try Workbench.request(["channel": "web"])]
        let exploration = try await Workbench.explore(rules, requests: requests)
        #expect(exploration.unsteady.isEmpty)
        let chosen = Self.playable(exploration, count: 30, &generator)
        let runs = try await Workbench.onAThreadOfItsOwn {
            try chosen.map { try Self.run(rules, requests[$0.path.request].request, tokens: $0.tokens) }
        }
        for ((path, _), run) in zip(chosen, runs) { expect(run, like: path, of: exploration, rules) }
    }

    @Test(arguments: 100..<110)
    func exploredPathsAgreeWithRunsOverSockets(_ seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let rules = Self.rulebook(&generator)
        let request = try Workbench.request()
        let exploration = try await Workbench.explore(rules, requests: [request])
        let chosen = Self.playable(exploration, count: 12, &generator)
        let server = try await SimulatorServer.start(
            simulator: Simulator(), group: MultiThreadedEventLoopGroup.singleton)
        let runs = try await Workbench.onAThreadOfItsOwn {
            try chosen.map { try Self.run(rules, request.request, tokens: $0.tokens, port: server.port) }
        }
        for ((path, _), run) in zip(chosen, runs) { expect(run, like: path, of: exploration, rules) }
        await server.stop()
    }
}
