// SPDX-License-Identifier: MIT

package import HTTP1
package import NIOCore
package import NumberVerification

/// The scripted result of one attempt, and when it comes.
package struct ScriptedReply {
    /// The result of the attempt.
    package enum Content {
        case outcome(Outcome)
        /// The result that a transport would give.
        case result(Result<HTTPReply, ExchangeFailure>)
    }

    package let content: Content
    /// The time from the beginning of the attempt to its result; nil for the usual time of the outcome.
    package let delay: Duration?

    package init(_ outcome: Outcome, delay: Duration? = nil) {
        content = .outcome(outcome)
        self.delay = delay
    }

    package init(_ result: Result<HTTPReply, ExchangeFailure>, delay: Duration) {
        content = .result(result)
        self.delay = delay
    }

    /// Whether the result becomes a time-out if it comes after the deadline.
    fileprivate var arrivesLate: Bool {
        switch content {
        case .result: true
        case .outcome(let outcome): outcome.arrivesLate
        }
    }
}

/// Answers attempts as a script says, in virtual time: nothing is sent and nothing waits.
///
/// When no run can continue without a reply, the clock moves to the next one. Used on one event loop.
package final class ScriptedAttempts: AttemptSource {
    package let secrets: [Secret] = []
    /// Called once for each attempt, in the order in which attempts begin.
    package var reply: (VerificationRequest, Endpoint) -> ScriptedReply

    private let clock: VirtualClock
    private let eventLoop: any EventLoop
    private var waiting: [ScriptedExchange] = []
    private var isEndingSoon = false
    private var known: [Known: Attempt] = [:]

    private struct Known: Hashable {
        let outcome: Outcome
        let endpoint: Endpoint
    }

    package init(
        clock: VirtualClock, eventLoop: any EventLoop,
        reply: @escaping (VerificationRequest, Endpoint) -> ScriptedReply
    ) {
        self.clock = clock
        self.eventLoop = eventLoop
        self.reply = reply
    }

    package func attempt(
        _ request: VerificationRequest, at endpoint: Endpoint, correlation: String?, traceparent: TraceParent?,
        deadline: NIODeadline,
        completion: @escaping (Attempt) -> Void
    ) -> any Exchange {
        let reply = reply(request, endpoint)
        let exchange = ScriptedExchange(
            request: request, endpoint: endpoint, content: reply.content, began: clock.now, completion: completion)
        exchange.due = due(reply, deadline: deadline)
        if exchange.due >= deadline, reply.arrivesLate {
            exchange.content = .outcome(.trouble(.responseTimeout, .maybe))
        }
        // The earliest reply first; of several at the same time, that of the attempt that began first.
        let position = waiting.firstIndex { $0.due > exchange.due } ?? waiting.endIndex
        waiting.insert(exchange, at: position)
        exchange.source = self
        endNextSoon()
        return exchange
    }

    package func close() {
        for exchange in waiting { cancel(exchange) }
    }

    fileprivate func cancel(_ exchange: ScriptedExchange) {
        guard let position = waiting.firstIndex(where: { $0 === exchange }) else { return }
        waiting.remove(at: position)
        exchange.content = .outcome(.trouble(.cancelled, .maybe))
        eventLoop.assumeIsolated().execute { [self] in exchange.finish(with: attempt(exchange)) }
    }

    private func due(_ reply: ScriptedReply, deadline: NIODeadline) -> NIODeadline {
        if case .outcome(.trouble(.responseTimeout, _)) = reply.content, reply.delay == nil { return deadline }
        return min(clock.now + TimeAmount(reply.delay ?? Outcome.usualTime), deadline)
    }

    /// Ends the next exchange after the runs that can continue without a reply.
    private func endNextSoon() {
        guard !isEndingSoon, !waiting.isEmpty else { return }
        isEndingSoon = true
        eventLoop.assumeIsolated().execute { [self] in
            isEndingSoon = false
            guard !waiting.isEmpty else { return }
            let exchange = waiting.removeFirst()
            clock.advance(to: exchange.due)
            exchange.finish(with: attempt(exchange))
            endNextSoon()
        }
    }

    private func attempt(_ exchange: ScriptedExchange) -> Attempt {
        let elapsed = Duration.nanoseconds((clock.now - exchange.began).nanoseconds)
        let exID = exchange.request.exID
        switch exchange.content {
        case .result(let result):
            return Attempt(result, from: Outcome.host, at: exchange.endpoint, exID: exID, elapsed: elapsed)
        case .outcome(let outcome):
            let attempt = known(outcome, at: exchange.endpoint)
            // A verdict echoes the exID that was sent.
            let echoes = attempt.id != nil || attempt.verdict != .unknown
            return attempt.with(exID: echoes ? exID : nil, elapsed: elapsed)
        }
    }

    /// Makes the attempt of each outcome once, and returns it again later.
    private func known(_ outcome: Outcome, at endpoint: Endpoint) -> Attempt {
        let key = Known(outcome: outcome, endpoint: endpoint)
        if let attempt = known[key] { return attempt }
        let attempt = outcome.attempt(at: endpoint, exID: nil, elapsed: .zero)
        known[key] = attempt
        return attempt
    }
}

/// One attempt with its scripted result.
private final class ScriptedExchange: Exchange {
    let request: VerificationRequest
    let endpoint: Endpoint
    let began: NIODeadline
    var content: ScriptedReply.Content
    var due = NIODeadline.distantFuture
    weak var source: ScriptedAttempts?
    private var completion: ((Attempt) -> Void)?

    init(
        request: VerificationRequest, endpoint: Endpoint, content: ScriptedReply.Content, began: NIODeadline,
        completion: @escaping (Attempt) -> Void
    ) {
        self.request = request
        self.endpoint = endpoint
        self.content = content
        self.began = began
        self.completion = completion
    }

    let delivered = Delivered.maybe

    func cancel() -> Delivered {
        source?.cancel(self)
        return delivered
    }

    func finish(with attempt: Attempt) {
        let completion = completion
        self.completion = nil
        completion?(attempt)
    }
}

extension Outcome {
    /// How long an attempt takes if the script does not say.
    static let usualTime = Duration.milliseconds(100)

    /// Whether the outcome becomes a time-out if it comes after the deadline.
    fileprivate var arrivesLate: Bool {
        switch self {
        case .reply, .trouble(.reset, _), .trouble(.badReply, _), .trouble(.httpStatus, _): true
        case .trouble: false
        }
    }
}
