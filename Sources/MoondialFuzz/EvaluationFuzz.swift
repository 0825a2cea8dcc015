// SPDX-License-Identifier: MIT

import Foundation
import Generators
import JSON
import MoondialLua
import MoondialRules
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator
import ProcessorClocks

/// Whatever a rule does: its run ends in time and never in `allow`, the runs beside it and after it are unharmed, and the
/// process does not grow.
enum EvaluationFuzz {
    private static let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
    /// Of all cases of a batch together. What takes longer hangs.
    private static let timeLimit = DispatchTimeInterval.seconds(120 * Sanitizer.slowdown)
    /// RUSAGE_SELF, which has another type on each system.
    private static let ownUsage: Int32 = 0
    private static let memoryLimit = (1 << 30) * (Sanitizer.isOn ? 8 : 1)

    static func run(_ random: inout SeededGenerator) throws -> Int {
        let texts = (0..<100).map { _ in LuaTextGenerator.text(&random) }
        let current = NIOLockedValueBox(0)
        let ended = DispatchSemaphore(value: 0)
        let result = NIOLockedValueBox<Result<Void, any Error>>(.success(()))
        loop.flatSubmit {
            let promise = loop.makePromise(of: Void.self)
            do { try Evaluator(on: loop).evaluate(texts, current, promise) } catch { promise.fail(error) }
            return promise.futureResult
        }.whenComplete { outcome in
            result.withLockedValue { $0 = outcome }
            ended.signal()
        }
        guard ended.wait(timeout: .now() + timeLimit) == .success else {
            throw Fuzz.Finding(input: "\(texts[current.withLockedValue(\.self)])", problem: "it does not end")
        }
        try result.withLockedValue { try $0.get() }
        var usage = rusage()
        getrusage(ownUsage, &usage)
        guard usage.ru_maxrss << 10 < memoryLimit else {
            throw Fuzz.Finding(input: "\(texts)", problem: "the process has grown to \(usage.ru_maxrss) KiB")
        }
        return texts.count
    }
}

/// Decides on requests by a rule that runs what it is given, and by one that must not be harmed by it. Used on its loop.
private final class Evaluator {
    private static let rules = """
        rule "given" {
          pre_check = function(req)
            if not req.context.chunk or req.context.late then return end
            local chunk = load(req.context.chunk, "=chunk")
            if chunk then chunk(req) end
            return deny "survived"
          end,
          map_result = function(req, attempt)
            if not req.context.late then return end
            local chunk = load(req.context.chunk, "=chunk")
            if chunk then chunk(req, attempt) end
            return deny "survived"
          end,
        }
        rule "innocent" {
          pre_check = function(req)
            if not req.exid then return end
            local parts = {}
            for part in coroutine.wrap(function() for i = 1, 3 do coroutine.yield(req.exid .. i) end end) do
              parts[#parts + 1] = part:upper():lower()
            end
            table.sort(parts, function(a, b) return a > b end)
            local reply = moondial.attempt("h5", req.phone, "other-" .. req.exid)
            if table.concat(parts, ",") ~= req.context.parts or reply.code ~= 9000 then return deny "harmed" end
          end,
          map_result = function(req)
            if req.exid then return allow(req.exid) end
          end,
        }
        """

    private static let limits = {
        var limits = RunLimits()
        limits.hookCPU = .milliseconds(2) * Sanitizer.slowdown
        limits.runCPU = .milliseconds(4) * Sanitizer.slowdown
        limits.loadCPU = .milliseconds(20) * Sanitizer.slowdown
        limits.memory = 8 << 20
        limits.vmMemory = 64 << 20
        return limits
    }()

    /// Processor time for a case: the hooks' and the 50 ms by which they may be late, twice, and what else there is to do.
    private static let most = .milliseconds(150) * Sanitizer.slowdown + limits.runCPU + limits.loadCPU

    private let loop: any EventLoop
    private let engine: RuleEngine
    private let clock = ProcessorClock()
    private var innocents = 0
    private var renewals = 0

    init(on loop: any EventLoop) throws {
        self.loop = loop
        engine = try Self.engine(for: Self.rules, on: loop)
        engine.onRenewal = { [unowned self] _ in renewals += 1 }
    }

    private static func engine(for text: String, on loop: any EventLoop) throws -> RuleEngine {
        var settings = RuleEngine.Settings(wallClock: { 1_700_000_000_123 })
        settings.run.limits = limits
        return try RuleEngine(
            rules: RuleFiles([RuleSource(name: .file("rules.lua"), text: Array(text.utf8))]), settings: settings,
            attempts: VerificationClient(of: Simulator(), eventLoop: loop), eventLoop: loop)
    }

    /// Tries the texts one after the other, and notes in `current` where it is.
    func evaluate(_ texts: [LuaText], _ current: NIOLockedValueBox<Int>, _ promise: EventLoopPromise<Void>) {
        let index = current.withLockedValue(\.self)
        guard index < texts.count else { return promise.succeed() }
        evaluate(texts[index], tries: 3) { [self] problem in
            if let problem { return promise.fail(Fuzz.Finding(input: "\(texts[index])", problem: problem)) }
            current.withLockedValue { $0 += 1 }
            loop.assumeIsolated().execute { self.evaluate(texts, current, promise) }
        }
    }

    /// What takes too long is tried again: the machine may have been busy.
    private func evaluate(_ text: LuaText, tries: Int, completion: @escaping (String?) -> Void) {
        let began = clock.now
        func end(_ problem: String?) {
            let used = clock.now - began
            let isSlow = used >= Self.most || problem?.hasSuffix("rule_timeout") == true
            guard isSlow, tries > 1 else { return completion(problem ?? (isSlow ? "it took \(used)" : nil)) }
            evaluate(text, tries: tries - 1, completion: completion)
        }
        switch text {
        case .chunk(let chunk): evaluate(chunk: chunk, completion: end)
        case .file(let file): decide(by: file, completion: end)
        }
    }

    private func evaluate(chunk: String, completion: @escaping (String?) -> Void) {
        let renewalsBefore = renewals
        var problem: String?
        var open = 2
        func next() {
            open -= 1
            guard open == 0 else { return }
            if let problem { return completion(problem) }
            runInnocent { completion($0.map { "after it, an innocent run ended as \($0)" }) }
        }
        runInnocent { [self] harm in
            // Where the state had to be given up, runs in it fail closed.
            loop.assumeIsolated().execute { [self] in
                runInnocent { _ in
                    if let harm, !harm.hasPrefix("review ") || self.renewals == renewalsBefore {
                        problem = "beside it, an innocent run ended as \(harm)"
                    }
                    next()
                }
            }
        }
        engine.verify(request(["chunk": .string(chunk), "late": .bool(chunk.utf8.count.isMultiple(of: 4))])) { run in
            let decision = run.result.decision
            if decision.outcome == .allow || decision.outcome == .deny && decision.reason != "survived" {
                problem = "it ended as \(decision.outcome) \(decision.reason ?? "")"
            }
            next()
        }
    }

    /// What is wrong with how it ended, or nil.
    private func runInnocent(completion: @escaping (String?) -> Void) {
        innocents += 1
        let exID = "innocent-\(innocents)-"
        let parts = (1...3).reversed().map { "\(exID)\($0)" }.joined(separator: ",")
        engine.verify(request(["parts": .string(parts)], exID: exID)) { run in
            let decision = run.result.decision
            let isUnharmed = decision.outcome == .allow && decision.reason == exID
            completion(isUnharmed ? nil : "\(decision.outcome) \(decision.reason ?? "")")
        }
    }

    /// Loads a rule file, and decides on one request by it.
    private func decide(by file: String, completion: @escaping (String?) -> Void) {
        guard let engine = try? Self.engine(for: file, on: loop) else { return completion(nil) }
        engine.verify(request([:])) { _ in withExtendedLifetime(engine) { completion(nil) } }
    }

    private func request(_ context: JSONObject, exID: String? = nil) -> RunRequest {
        do {
            var request = RunRequest(
                try VerificationRequest(phone: "13800138000", token: "STsid-\(innocents)", exID: exID))
            request.context = context
            return request
        } catch {
            preconditionFailure("the request is correct: \(error)")
        }
    }
}
