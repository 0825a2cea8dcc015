// SPDX-License-Identifier: MIT

package import HTTP1
package import NIOCore
package import NumberVerification

/// What is to become of one attempt.
package struct ScriptedReply {
    /// What comes.
    package enum Content {
        case outcome(Outcome)
        /// As a transport brings it.
        case result(Result<HTTPReply, ExchangeFailure>)
    }

    package let content: Content
    /// When it comes, since the attempt began; nil for the usual time of such an outcome.
    package let delay: Duration?

    package init(_ outcome: Outcome, delay: Duration? = nil) {
        content = .outcome(outcome)
        self.delay = delay
    }

    package init(_ result: Result<HTTPReply, ExchangeFailure>, delay: Duration) {
        content = .result(result)
        self.delay = delay
    }

    /// Whether waiting longer might have brought something else: what comes after the deadline is a time-out.
    fileprivate var arrivesLate: Bool {
        switch content {
        case .result: true
        case .outcome(let outcome): outcome.arrivesLate
        }
    }
}

/// Answers attempts as a script says, in virtual time: nothing is sent and nothing waits.
///
/// When everything that can go on has gone on, the clock moves to the next reply. Used on one event loop.
package final class ScriptedAttempts: AttemptSource {
    package let secrets: [Secret] = []
    /// Asked once for each attempt, in the order in which they begin.
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
        // The earliest first, and of several at one time the one that began first.
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

    /// After all that can go on without a reply.
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
            // A verdict echoes what was sent.
            let echoes = attempt.id != nil || attempt.verdict != .unknown
            return attempt.with(exID: echoes ? exID : nil, elapsed: elapsed)
        }
    }

    /// Reads each outcome once.
    private func known(_ outcome: Outcome, at endpoint: Endpoint) -> Attempt {
        let key = Known(outcome: outcome, endpoint: endpoint)
        if let attempt = known[key] { return attempt }
        let attempt = outcome.attempt(at: endpoint, exID: nil, elapsed: .zero)
        known[key] = attempt
        return attempt
    }
}

/// One attempt and what will become of it.
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
    /// How long an attempt takes where nothing else is said.
    static let usualTime = Duration.milliseconds(100)

    /// Whether waiting longer might have brought something else: what comes after the deadline is a time-out.
    fileprivate var arrivesLate: Bool {
        switch self {
        case .reply, .trouble(.reset, _), .trouble(.badReply, _), .trouble(.httpStatus, _): true
        case .trouble: false
        }
    }
}
