// SPDX-License-Identifier: MIT

import NIOCore
import NumberVerification
import Testing

@testable import MoondialRules

struct TokenReserverTests {
    private static let rawRule = """
        rule "raw" { pre_check = function(req)
          local first = moondial.attempt("h5", req.phone, "other")
          return deny(first.delivered .. " " .. first.verdict)
        end }
        """

    /// Answers at once, or when the test calls `later`.
    private final class Reserver: TokenReserver {
        private final class Wait: TokenHold {
            var isCancelled = false
            var settled: [Attempt] = []

            func cancel() { isCancelled = true }
            func settle(_ attempt: Attempt) { settled.append(attempt) }
        }

        var atOnce: TokenReservation?
        private(set) var asked: [String] = []
        var later: ((TokenReservation) -> Void)?
        /// Gets the reserver, which what it does must not hold.
        var onAsk: (Reserver) -> Void = { _ in }
        private let wait = Wait()
        var isCancelled: Bool { wait.isCancelled }
        var settledCodes: [Int64?] { wait.settled.map(\.code) }

        init(atOnce: TokenReservation? = nil) { self.atOnce = atOnce }

        func reserve(
            _ request: VerificationRequest, at endpoint: Endpoint, for run: RunContext,
            completion: @escaping (TokenReservation) -> Void
        ) -> (any TokenHold)? {
            asked.append("\(request.token.reveal()) \(endpoint.rawValue)")
            if let atOnce { completion(atOnce) } else { later = completion }
            onAsk(self)
            return wait
        }
    }

    private static func later(_ loop: any EventLoop, _ body: @escaping () -> Void) {
        loop.assumeIsolated().execute(body)
    }

    @Test(arguments: [(TokenReservation.granted, "allow match", 1), (.refused(.tokenSpent), "review token_spent", 0)])
    func immediateReservationDecides(reservation: TokenReservation, decision: String, sent: Int) async throws {
        let (text, count): (String, Int) = try await EngineHarness().onLoop { engine, record, promise in
            engine.tokenReserver = Reserver(atOnce: reservation)
            engine.verify(RunRequest(try VerificationRequest(phone: "13800138000", token: "t"))) {
                promise.succeed(($0.decisionText, record.transport.sent))
            }
        }
        #expect(text == decision)
        #expect(count == sent)
    }

    @Test func runWaitsForALateReservation() async throws {
        let (before, run): (Int, FinishedRun) = try await EngineHarness().onLoop { engine, record, promise in
            let reserver = Reserver()
            engine.tokenReserver = reserver
            var before = 0
            let loop = promise.futureResult.eventLoop
            reserver.onAsk = { reserver in
                Self.later(loop) {
                    before = record.transport.sent
                    reserver.later?(.granted)
                }
            }
            engine.verify(RunRequest(try VerificationRequest(phone: "13800138000", token: "t"))) {
                promise.succeed((before, $0))
            }
        }
        #expect(before == 0)
        #expect(run.decisionText == "allow match")
    }

    @Test func cancelledRunCancelsItsReservation() async throws {
        let (isCancelled, sent, decision): (Bool, Int, String) = try await EngineHarness().onLoop {
            engine, record, promise in
            let reserver = Reserver()
            engine.tokenReserver = reserver
            let loop = promise.futureResult.eventLoop
            let handle = engine.verify(RunRequest(try VerificationRequest(phone: "13800138000", token: "t"))) { run in
                Self.later(loop) {
                    // The answer arrives too late.
                    reserver.later?(.granted)
                    promise.succeed((reserver.isCancelled, record.transport.sent, run.decisionText))
                }
            }
            reserver.onAsk = { reserver in
                reserver.onAsk = { _ in }
                Self.later(loop) { handle.cancel() }
            }
        }
        #expect(isCancelled)
        #expect(sent == 0)
        #expect(decision == "review cancelled")
    }

    /// The hook continues without the attempt, and the run does not end.
    @Test func reservationForACancelledRawAttemptSendsNothing() async throws {
        let rules = """
            rule "one of two fails" { pre_check = function(req)
              pcall(moondial.all, {
                function() moondial.attempt("h5", req.phone, "other") end,
                function() error "no" end,
              })
              moondial.attempt("mobile", req.phone, "hold")
            end }
            """
        let (sent, isCancelled): (Int, Bool) = try await EngineHarness(rules).onLoop { engine, record, promise in
            let reserver = Reserver()
            engine.tokenReserver = reserver
            let loop = promise.futureResult.eventLoop
            var answers: [(TokenReservation) -> Void] = []
            reserver.onAsk = { reserver in
                if let answer = reserver.later { answers.append(answer) }
                // The second reservation is requested after the first attempt was cancelled.
                if answers.count == 2 { Self.later(loop) { answers.forEach { $0(.granted) } } }
            }
            record.transport.onHold = { promise.succeed((record.transport.sent, reserver.isCancelled)) }
            engine.verify(RunRequest(try VerificationRequest(phone: "13800138000", token: "t"))) { _ in
                record.transport.letGo()
            }
        }
        #expect(sent == 1)
        #expect(isCancelled)
    }

    @Test(arguments: [(TokenReservation.granted, "deny yes match", 1), (.refused(.tokenSpent), "review rule_error", 0)])
    func rawAttemptNeedsAReservation(reservation: TokenReservation, decision: String, sent: Int) async throws {
        let (text, asked, count): (String, [String], Int) = try await EngineHarness(Self.rawRule).onLoop {
            engine, record, promise in
            let reserver = Reserver(atOnce: reservation)
            engine.tokenReserver = reserver
            engine.verify(RunRequest(try VerificationRequest(phone: "13800138000", token: "t"))) {
                promise.succeed(($0.decisionText, reserver.asked, record.transport.sent))
            }
        }
        #expect(text == decision)
        #expect(asked == ["other h5"])
        #expect(count == sent)
    }

    @Test(arguments: [(TokenReservation.granted, "deny yes match", 1), (.refused(.tokenSpent), "deny no unknown", 0)])
    func rawAttemptWaitsForALateReservation(reservation: TokenReservation, decision: String, sent: Int) async throws {
        let (text, count): (String, Int) = try await EngineHarness(Self.rawRule).onLoop { engine, record, promise in
            let reserver = Reserver()
            engine.tokenReserver = reserver
            let loop = promise.futureResult.eventLoop
            reserver.onAsk = { reserver in Self.later(loop) { reserver.later?(reservation) } }
            engine.verify(RunRequest(try VerificationRequest(phone: "13800138000", token: "t"))) {
                promise.succeed(($0.decisionText, record.transport.sent))
            }
        }
        #expect(text == decision)
        #expect(count == sent)
    }
}
