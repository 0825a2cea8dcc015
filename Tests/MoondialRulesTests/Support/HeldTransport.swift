// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore
import NumberVerification
import NumberVerificationSimulator

/// Carries requests to the simulator and counts them. Requests whose token begins with "hold" wait until the test calls
/// `letGo`, so that tests can act while a request is in flight.
final class HeldTransport: Transport {
    /// How many requests were sent.
    var sent: Int { deadlines.count }
    /// The body of the last request.
    private(set) var lastBody = ""
    /// The deadlines of all requests, in their order.
    private(set) var deadlines: [NIODeadline] = []
    /// How many exchanges were cancelled while they were held.
    private(set) var cancelled = 0
    /// Whether a cancelled exchange stays held, so that its reply comes after the cancellation.
    var ignoresCancellation = false
    /// The delivery that a cancelled exchange reports.
    var deliveredWhenCancelled = Delivered.maybe
    /// Called in the tick after a request was held.
    var onHold: (() -> Void)?

    private let simulator: InProcessTransport
    private let eventLoop: any EventLoop
    private var held: [HeldExchange] = []

    init(simulator: Simulator, eventLoop: any EventLoop) {
        self.simulator = InProcessTransport(simulator: simulator, eventLoop: eventLoop)
        self.eventLoop = eventLoop
    }

    /// How many requests are held.
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

    /// Sends the request with this token to the simulator; without a token, the one that has been held longest.
    func letGo(_ token: String? = nil) {
        guard let index = held.firstIndex(where: { token == nil || $0.token == token }) else { return }
        let exchange = held.remove(at: index)
        exchange.pass(exchange)
    }

    func close() {}

    /// Releases the closure of the test, which mostly refers to this transport, and the requests still held.
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
