// SPDX-License-Identifier: MIT

package import HTTP1
package import NIOCore
package import NumberVerification

/// Carries requests to a simulator in the same process, as bytes but without a socket. Like every transport, it belongs
/// to one event loop.
///
/// A request is processed inside `send`, so it counts as delivered from then on.
package final class InProcessTransport: Transport {
    /// The text for host and port in messages.
    static let peer = "the simulator"

    private let simulator: Simulator
    private let eventLoop: any EventLoop
    private var exchanges: [ObjectIdentifier: InProcessExchange] = [:]
    private var isClosed = false

    /// Makes a transport for calls on `eventLoop`; several of them can share one simulator.
    package init(simulator: Simulator, eventLoop: any EventLoop) {
        self.simulator = simulator
        self.eventLoop = eventLoop
    }

    /// Processes the request now, and plays its reply on the event loop.
    package func send(
        _ request: ByteBuffer, deadline: NIODeadline,
        completion: @escaping (Result<HTTPReply, ExchangeFailure>) -> Void
    ) -> any Exchange {
        let exchange = InProcessExchange(isHead: HTTPRequestTemplate.isHead(request), eventLoop: eventLoop)
        let id = ObjectIdentifier(exchange)
        exchanges[id] = exchange
        exchange.completion = { [weak self] result in
            self?.exchanges[id] = nil
            completion(result)
        }
        if isClosed {
            exchange.fail(.cancelled(peer: Self.peer, delivered: .no))
        } else if deadline <= .now() {
            exchange.fail(.deadlinePassed(peer: Self.peer))
        } else {
            exchange.play(reply(to: request), deadline: deadline)
        }
        return exchange
    }

    /// Cancels exchanges in flight.
    package func close() {
        isClosed = true
        for exchange in exchanges.values { exchange.cancel() }
    }

    private func reply(to bytes: ByteBuffer) -> SimulatedReply {
        var parser = HTTPRequestParser()
        parser.receive(bytes)
        do {
            // A client that expects 100 Continue has sent its body here already, so that event is skipped.
            while let event = try parser.next() {
                if case .request(let request) = event { return simulator.reply(to: request) }
            }
            return SimulatedReply(steps: [.close])  // As a server does after an incomplete request.
        } catch {
            return simulator.reply(to: error)
        }
    }
}

/// One request and the playing of its reply.
private final class InProcessExchange: Exchange {
    /// Set once, before the exchange can end; nil after it was called.
    var completion: ((Result<HTTPReply, ExchangeFailure>) -> Void)?

    private let eventLoop: any EventLoop
    private var player: ReplyPlayer?
    private var parser: HTTPResponseParser
    /// The simulator processes a request before its reply is played.
    private(set) var delivered = Delivered.no

    init(isHead: Bool, eventLoop: any EventLoop) {
        parser = HTTPResponseParser(isHead: isHead)
        self.eventLoop = eventLoop
    }

    func play(_ reply: SimulatedReply, deadline: NIODeadline) {
        // The player keeps the exchange alive, and `finish` releases the player.
        let player = ReplyPlayer(reply, on: eventLoop, deadline: deadline) { self.handle($0) }
        self.player = player
        delivered = .maybe
        eventLoop.assumeIsolated().execute { player.start() }
    }

    func fail(_ failure: ExchangeFailure) {
        player?.stop()
        eventLoop.assumeIsolated().execute { self.finish(.failure(failure)) }
    }

    @discardableResult
    func cancel() -> Delivered {
        if completion != nil { fail(.cancelled(peer: InProcessTransport.peer, delivered: delivered)) }
        return delivered
    }

    private func handle(_ event: ReplyPlayer.Event) {
        let peer = InProcessTransport.peer
        do {
            switch event {
            case .bytes(let bytes):
                if let parsed = try parser.consume(bytes) { finish(.success(parsed.reply)) }
            case .close, .end:
                finish(.success(try parser.end().reply))
            case .reset:
                finish(.failure(.reset(peer: peer)))
            case .deadline:
                finish(.failure(.responseTimeout(peer: peer)))
            }
        } catch {
            finish(.failure(.unreadableReply(error, peer: peer)))
        }
    }

    private func finish(_ result: Result<HTTPReply, ExchangeFailure>) {
        player?.stop()
        player = nil
        let completion = completion
        self.completion = nil
        completion?(result)
    }
}

extension VerificationClient {
    /// A client of a simulator in the same process.
    ///
    /// - Parameters:
    ///   - simulator: Several clients can share one.
    ///   - eventLoop: The event loop on which the client is used.
    package convenience init(of simulator: Simulator, eventLoop: any EventLoop) {
        self.init(
            transport: InProcessTransport(simulator: simulator, eventLoop: eventLoop), host: "simulator",
            credentials: .documentedExample, eventLoop: eventLoop)
    }
}
