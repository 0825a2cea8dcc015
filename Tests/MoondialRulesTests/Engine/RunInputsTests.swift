// SPDX-License-Identifier: MIT

import MoondialRules
import NIOCore
import NumberVerification
import Testing

/// The clock and random numbers that hooks read belong to their run, are recorded, and can be replayed.
@Suite struct RunInputsTests {
    /// Answers with random numbers and whether all clocks agree.
    private static let reading = """
        rule "reads" {
          pre_check = function()
            local now = moondial.now()
            local agree = os.time() == now // 1 and os.date("!%c", now) == os.date("!%c")
            return review(("%d %d %s"):format(math.random(0), math.random(1000), agree))
          end,
        }
        """

    /// Runs with each of these inputs, one after the other in one engine.
    private func runs(_ rules: String, _ all: [RunInputs]) async throws -> [FinishedRun] {
        try await EngineHarness(rules).onLoop { engine, record, promise in
            func next() throws {
                let number = record.report.runs.count
                if number == all.count { return promise.succeed(record.report.runs) }
                let request = try VerificationRequest(phone: "13800138000", token: "t-\(number)", exID: nil)
                engine.verify(RunRequest(request), inputs: all[number]) {
                    record.report.runs.append($0)
                    do { try next() } catch { promise.fail(error) }
                }
            }
            try next()
        }
    }

    @Test func recordedInputsMakeARunReadTheSameValues() async throws {
        let first = try await runs(Self.reading, [RunInputs()])[0]
        // The engine's clock gives the time of the hook's call. The run began earlier.
        #expect(try #require(first.inputs.clock) <= 1_700_000_000_123)
        #expect(first.inputs.seed != nil)
        let again = try await runs(Self.reading, [RunInputs(), first.inputs, first.inputs])
        #expect(again[0].decisionText != first.decisionText)
        #expect(again[1].decisionText == first.decisionText)
        #expect(again[2].decisionText == first.decisionText)
        #expect(again[2].inputs == first.inputs)
    }

    @Test func inputsAreRecordedOnlyIfAHookReadsThem() async throws {
        let rules = "rule 'r' { pre_check = function() return deny 'x' end }"
        #expect(try await runs(rules, [RunInputs()])[0].inputs == RunInputs())
    }

    @Test func hookReadsTheGivenClockAndSeed() async throws {
        let run = try await runs(Self.reading, [RunInputs(clock: 86_400_000 * 30_000, seed: 42)])[0]
        // As the standalone interpreter after math.randomseed(42).
        #expect(run.decisionText == "review -1276290044721465627 50 true")
    }

    @Test func clockOfAHookAdvancesOnlyWhenItWaits() async throws {
        let rules = """
            rule "r" {
              pre_check = function()
                local before, other = moondial.now(), os.time()
                for _ = 1, 1e5 do end
                local same = before == moondial.now()
                moondial.attempt("h5", "13911112222", "sim:delay=30ms")
                return review(("%s %s"):format(same, moondial.now() - before >= 0.029))
              end,
            }
            """
        #expect(try await runs(rules, [RunInputs(clock: 5000)])[0].decisionText == "review true true")
    }

    @Test func osClockIsTheProcessorTimeOfTheRun() async throws {
        let rules = """
            rule "r" {
              pre_check = function()
                local before = os.clock()
                while os.clock() < before + 0.005 do end
                local after = os.clock()
                return review(("%s %s"):format(before < 0.05, after >= before + 0.005))
              end,
            }
            """
        let runs = try await runs(rules, [RunInputs(), RunInputs()])
        #expect(runs.map(\.decisionText) == ["review true true", "review true true"])
    }

    /// Otherwise a rule that calls `math.randomseed` could choose the random numbers of other rules.
    @Test func randomseedAffectsOnlyItsRuleInItsRun() async throws {
        let rules = """
            rule "seeds" {
              pre_check = function(req) if req.token ~= "t-3" then math.randomseed(42) end end,
              on_decision = function() print(math.random(0), math.random(0)) end,
            }
            rule "samples" {
              pre_check = function(req) return review(tostring(math.random(0))) end,
              on_decision = function() math.random(0) end,
            }
            """
        let harness = EngineHarness(rules)
        let (drawn, printed): (Set<String>, [String]) = try await harness.onLoop { engine, record, promise in
            var drawn: [String] = []
            for number in 0..<4 {
                let request = try VerificationRequest(phone: "13800138000", token: "t-\(number)", exID: nil)
                engine.verify(RunRequest(request)) {
                    drawn.append($0.decisionText)
                    if drawn.count == 4 { promise.succeed((Set(drawn), record.report.printed)) }
                }
            }
        }
        #expect(drawn.count == 4)
        // As the standalone interpreter after math.randomseed(42).
        #expect(Array(printed.prefix(3)) == Array(repeating: "-1276290044721465627\t8333941968102511665", count: 3))
        #expect(printed.last != printed.first)
    }

    @Test func functionsOfAllDrawFromTheNumbersOfTheirHook() async throws {
        let rules = """
            rule "r" {
              pre_check = function()
                local a, b = moondial.all { function() return math.random(0) end, function() return math.random(0) end }
                return review(("%d %d %s"):format(a, b, a ~= b))
              end,
            }
            """
        let runs = try await runs(rules, [RunInputs(seed: 7), RunInputs(seed: 7)])
        #expect(runs[0].decisionText == runs[1].decisionText)
        #expect(runs[0].result.decision.reason?.hasSuffix("true") == true)
    }

    @Test func randomNumbersOfScriptsAndRunsAreIndependent() async throws {
        let rules = "rule 'r' { pre_check = function() return review(tostring(math.random(0))) end }"
        let script = """
            math.randomseed(42)
            local drawn = math.random(0)
            local reasons = {}
            for i = 1, 3 do reasons[i] = verify("13800138000", "t" .. i).reason end
            math.randomseed(42)
            return drawn == math.random(0), reasons[1] ~= reasons[2] and reasons[2] ~= reasons[3]
            """
        #expect(try await EngineHarness(rules).script(script).results == ["true", "true"])
    }

    @Test(arguments: [
        ("os.time()", "1700000000"), ("os.date('!%Y-%m-%d')", "2023-11-14"), ("os.date('!%H', moondial.now())", "22"),
        ("os.date('!%S', 59.9)", "59"), ("os.date('!%S', -0.5)", "59"), ("os.date('!*t').sec", "20"),
        ("moondial.now() // 1 | 0", "1700000000"),
        ("os.time { year = 2020, month = 1, day = 1, hour = 12 } // 86400", "18262"),
        ("(pcall(os.date, '%H', 0/0))", "false"), ("(pcall(os.date, '%H', 1e300))", "false"),
        ("os.difftime(os.time(), moondial.now()) <= 0", "true"),
    ])
    func scriptsReadTheClockOfTheEngine(expression: String, result: String) async throws {
        #expect(try await EngineHarness().script("return \(expression)").results == [result])
    }
}
