// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore
import NumberVerification
import NumberVerificationSimulator

/// Carries requests to the simulator and counts them. Those whose token begins with "hold" are kept back until the test
/// lets them go, so that tests can act while something is in flight.
final class HeldTransport: Transport {
    /// How many requests were sent.
    var sent: Int { deadlines.count }
    /// The body of the last.
    private(set) var lastBody = ""
    /// Until when each was to end.
    private(set) var deadlines: [NIODeadline] = []
    /// How many exchanges were cancelled while they were kept back.
    private(set) var cancelled = 0
    /// Whether those that are cancelled stay held all the same, so that their replies come too late.
    var ignoresCancellation = false
    /// What is known of those that are cancelled.
    var deliveredWhenCancelled = Delivered.maybe
    /// Called when a request is kept back, after it was sent.
    var onHold: (() -> Void)?

    private let simulator: InProcessTransport
    private let eventLoop: any EventLoop
    private var held: [HeldExchange] = []

    init(simulator: Simulator, eventLoop: any EventLoop) {
        self.simulator = InProcessTransport(simulator: simulator, eventLoop: eventLoop)
        self.eventLoop = eventLoop
    }

    /// How many requests are kept back.
    var holding: Int { held.count }

    func send(
        _ request: ByteBuffer, deadline: NIODeadline,
        completion: @escaping (Result<HTTPReply, ExchangeFailure>) -> Void
    ) -> any Exchange {
        deadlines.append(deadline)
        lastBody = String(buffer: request).split(separator: "\r\n\r\n").last.map(String.init) ?? ""
        let token = String(buffer: request).split(separator: "\"token\":\"").last?.prefix { $0 != "\"" } ?? ""
        guard token.hasPrefix("hold") else {
            return simulator.send(request, deadline: deadline, completion: completion)
        }
        let exchange = HeldExchange(String(token), completion) { [self] exchange in
            cancelled += 1
            if ignoresCancellation { return deliveredWhenCancelled }
            held.removeAll { $0 === exchange }
            let failure = ExchangeFailure(kind: .cancelled, message: "given up", delivered: deliveredWhenCancelled)
            eventLoop.assumeIsolated().execute { exchange.finish(.failure(failure)) }
            return deliveredWhenCancelled
        } pass: { [self] exchange in
            _ = simulator.send(request, deadline: deadline) { exchange.finish($0) }
        }
        held.append(exchange)
        if let onHold { eventLoop.assumeIsolated().execute { onHold() } }
        return exchange
    }

    /// Lets a request go on to the simulator: the one with this token, or the one that has been held longest.
    func letGo(_ token: String? = nil) {
        guard let index = token == nil ? 0 : held.firstIndex(where: { $0.token == token }) else { return }
        let exchange = held.remove(at: index)
        exchange.pass(exchange)
    }

    func close() {}

    /// Forgets what tests say happens next, which mostly refers to this transport, and what is still held.
    func breakCycles() {
        onHold = nil
        held = []
    }
}

private final class HeldExchange: Exchange {
    let token: String
    private var completion: ((Result<HTTPReply, ExchangeFailure>) -> Void)?
    private let giveUp: (HeldExchange) -> Delivered
    let pass: (HeldExchange) -> Void

    init(
        _ token: String, _ completion: @escaping (Result<HTTPReply, ExchangeFailure>) -> Void,
        giveUp: @escaping (HeldExchange) -> Delivered, pass: @escaping (HeldExchange) -> Void
    ) {
        self.token = token
        self.completion = completion
        self.giveUp = giveUp
        self.pass = pass
    }

    let delivered = Delivered.maybe

    func cancel() -> Delivered {
        completion == nil ? .maybe : giveUp(self)
    }

    func finish(_ result: Result<HTTPReply, ExchangeFailure>) {
        let completion = completion
        self.completion = nil
        completion?(result)
    }
}
