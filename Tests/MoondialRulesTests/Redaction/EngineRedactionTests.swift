// SPDX-License-Identifier: MIT

import Foundation
import Generators
import JSON
import MoondialLua
import MoondialPresentation
import NIOCore
import NumberVerification
import Synchronization
import Testing

@testable import MoondialRules

/// The two promises of redaction, for every output of an engine. `MOONDIAL_CASES=100000` tries more cases.
@Suite(.timeLimit(.minutes(60))) struct EngineRedactionTests {
    private static let cases = ProcessInfo.processInfo.environment["MOONDIAL_CASES"].flatMap(Int.init) ?? 200

    /// Rules that repeat the request in every kind of output.
    private static let leaking = """
        local ways = {
          function(req) error(req.token .. " of " .. req.phone) end,
          function(req) error { message = req.token, phone = req.phone } end,
          function(req) local t = {} t[req.token].x = req.phone end,
          function(req) return load("return nosuch.field", "@" .. req.token)() end,
          function(req) return load("local " .. req.phone, "=" .. req.phone)() end,
          function(req) return req.token end,
          function(req) moondial.attempt("h5", req.phone, req.token) moondial.attempt("h5", req.token, req.phone) end,
          function(req) return deny(req.token .. req.phone, { [req.token] = req.phone, n = tonumber(req.phone) }) end,
          function() end, function() end, function() end,
        }
        rule "leaks" {
          pre_check = function(req)
            moondial.log("t=" .. req.token, { [req.token] = req.phone, n = tonumber(req.phone), { req.token, { req.phone } } })
            moondial.log(req, req.context, tonumber(req.phone) + 0.0, select(2, pcall(error, req.token .. ":1: x")))
            pcall(load("moondial.log(...)", "=x" .. req.token .. "\\n"), req.phone)
            return ways[req.context.way](req)
          end,
          route = function(req) return req.context.way == 9 and "h5" or nil end,
          fallback = function(req, attempt) moondial.log(attempt, attempt.content .. req.token) end,
          map_result = function(req, attempt)
            return review("sent " .. req.token .. " as " .. (req.exid or ""), { req = req.token, list = { req.phone } })
          end,
          on_decision = function(req, decision)
            moondial.log(decision, decision.reason)
            if req.context.way == 10 then error(decision.reason .. req.token) end
          end,
        }
        """

    /// Rules that write many texts, none of them from the request. Their texts have no white space, so that each may
    /// be a part of a token.
    private static let speaking = """
        -- by_the_operator
        local function customers_blocklist(t) return t.entries_of_today.number end
        rule "mobile_numbers_only" {
          pre_check = function(req)
            moondial.log("ALARM:balance_is_used_up", { limit_of_the_day = 912345, list = { "it's\\tescaped_by_a_tab" } })
            moondial.log(select(2, pcall(error, "shop/lib/rules.lua:17:no_such_customer_of_the_shop")))
            moondial.log(select(2, pcall(moondial.hash)))
            if req.channel == "web" then customers_blocklist {} end
            if req.channel == "native" then return deny("number_is_on_the_blocklist", { order = 912345, kind = "customer_of_the_shop" }) end
          end,
        }
        rule "by_verdict_of_the_network" {
          map_result = {
            match = allow("number_is_the_one_of_the_sim", { kind = "customer_of_the_shop" }),
            default = review "ask_for_a_code_by_sms_instead",
          },
        }
        """

    private static func phone(_ random: inout SeededGenerator) -> String {
        "1\(3 + random.below(7))" + (0..<9).map { _ in String(random.below(10)) }.joined()
    }

    private static func token(_ random: inout SeededGenerator) -> String {
        let pieces = [
            "a", "B", "7", "_", ".", "号", "/", "-", "\"", "\\", "'", "=", "<", "deny", "rules.lua", "é", "e\u{301}",
        ]
        return (0..<12).map { _ in String(random.below(10)) }.joined() + random.text(upTo: 40, of: pieces) + "ZqXw"
    }

    /// All outputs of the engine for one request except the result for the caller.
    private static func outputs(_ report: ScriptReport) -> [String] {
        var texts = report.logged.map(LogText.line)
        for run in report.runs {
            texts += [run.trace.json.description, Waterfall(width: 200, repertoire: .unicode).draw(run.trace)]
            texts += run.failures.flatMap { [DiagnosticText($0).text, "\($0)"] }
        }
        return texts
    }

    /// Decides on one request after the other, in one engine.
    private func decide(
        _ rules: String, _ requests: [RunRequest], _ check: @Sendable @escaping (Int, ScriptReport) -> Void
    ) async throws {
        var harness = EngineHarness()
        harness.sources = [RuleSource(name: .file("shop/lib/rules.lua"), text: Array(rules.utf8))]
        let all = requests
        try await harness.onLoop { (engine, record, promise: EventLoopPromise<Void>) in
            func next(_ number: Int) {
                guard number < all.count else { return promise.succeed(()) }
                record.report = ScriptReport()
                engine.verify(all[number]) {
                    record.report.runs.append($0)
                    check(number, record.report)
                    // A run must not start inside the completion of another.
                    engine.eventLoop.assumeIsolated().execute { next(number + 1) }
                }
            }
            next(0)
        }
    }

    @Test func noOutputHoldsASubmittedTokenOrPhone() async throws {
        var random = SeededGenerator(seed: 7)
        var requests: [RunRequest] = []
        for number in 0..<Self.cases {
            let (phone, token) = (Self.phone(&random), Self.token(&random))
            var request = RunRequest(
                try VerificationRequest(phone: phone, token: token, exID: "\(phone)-\(token)".prefixOfBytes(200)))
            let other = number > 0 ? requests[random.below(number)].verification : request.verification
            request.context = [
                "way": .integer(Int64(random.below(11) + 1)), "n": .integer(Int64(phone) ?? 0), token: .string(phone),
                "others": [.string("+86\(other.phone.submitted)"), .string("x" + other.token.reveal())],
            ]
            requests.append(request)
        }
        let all = requests
        try await decide(Self.leaking, requests) { number, report in
            let request = all[number].verification
            let (phone, token) = (request.phone.submitted, request.token.reveal())
            let written = String(JSONValue.string(token).description.dropFirst().dropLast())
            let result = report.runs[0].result.json(target: "simulator").description
            for text in Self.outputs(report) + [result] {
                #expect(!text.contains(token) && !text.contains(written), "case \(number): \(text)")
            }
            for text in Self.outputs(report) {
                #expect(!text.contains(phone), "case \(number): \(text)")
                #expect(!text.contains(all[0].verification.phone.submitted), "case \(number): \(text)")
            }
            #expect(report.logged.count >= 3, "case \(number): \(report.logged)")
        }
    }

    /// The parts of the outputs for one request that are the same for every request.
    private static func constant(_ report: ScriptReport) -> [String] {
        var texts = report.logged.map(LogText.line)
        for run in report.runs {
            texts += run.failures.map { DiagnosticText($0).text }
            for case .object(let step) in run.trace.stepsJSON {
                for member in step.members where !["start_ms", "duration_ms"].contains(member.key) {
                    guard case .object(let detail) = member.value else {
                        texts.append("\(member)")
                        continue
                    }
                    texts += detail.members.filter { !["id", "elapsed_ms"].contains($0.key) }.map { "\($0)" }
                }
            }
            if case .object(let result) = run.result.json(target: "simulator") {
                let changing = ["attempts", "elapsed_ms", "trace_id", "id"]
                texts += result.members.filter { !changing.contains($0.key) }.map { "\($0)" }
            }
        }
        return texts
    }

    /// A piece without white space of something that is printed or written in the rules.
    private static func piece(of texts: [String], _ random: inout SeededGenerator) -> String {
        while true {
            let words = random.pick(texts).split(whereSeparator: \.isWhitespace)
            guard !words.isEmpty else { continue }
            let word = random.pick(words.map(String.init))
            if random.chance(40) { return word }
            let start = random.below(word.count)
            return String(word.dropFirst(start).prefix(1 + random.below(word.count - start)))
        }
    }

    @Test func submittedTextsDoNotChangeTextsOfTheOperator() async throws {
        var random = SeededGenerator(seed: 8)
        let channels: [MoondialRules.Channel?] = [nil, .web, .native]
        let samples = try channels.map { channel in
            var request = RunRequest(try VerificationRequest(phone: "+1", token: "a-token-of-no-one"))
            request.channel = channel
            return request
        }
        let sampled = Mutex([[String]]())
        try await decide(Self.speaking, samples) { _, report in
            sampled.withLock { $0.append(Self.constant(report)) }
        }
        let plain = sampled.withLock { $0 }
        let spoken = plain.flatMap(\.self) + Self.speaking.split(separator: "\n").map(String.init)
        var requests: [RunRequest] = []
        while requests.count < Self.cases {
            let token = Self.piece(of: spoken, &random)
            let channel = channels[requests.count % channels.count]
            // The simulator's answer depends on the phone.
            let phone = channel == nil ? "+1" : Self.piece(of: spoken, &random).prefixOfBytes(32)
            guard var request = (try? VerificationRequest(phone: phone, token: token)).map({ RunRequest($0) }) else {
                continue
            }
            request.channel = channel
            requests.append(request)
        }
        let all = requests
        try await decide(Self.speaking, requests) { number, report in
            let texts = Self.constant(report)
            let request = all[number].verification
            #expect(
                texts == plain[number % plain.count],
                "case \(number): '\(request.token.reveal())' '\(request.phone.submitted)'")
        }
    }
}

extension String {
    fileprivate func prefixOfBytes(_ count: Int) -> String {
        var text = self
        while text.utf8.count > count { text.removeLast() }
        return text
    }
}
