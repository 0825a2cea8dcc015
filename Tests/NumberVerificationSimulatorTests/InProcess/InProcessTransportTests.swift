// SPDX-License-Identifier: MIT

import HTTP1
import JSON
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator
import Testing

struct InProcessTransportTests {
    private typealias Outcome = Result<HTTPReply, ExchangeFailure>

    /// Runs `body` on an event loop with a new transport, and waits until it completes the promise.
    private func result<Value: Sendable>(
        _ simulator: Simulator = Simulator(),
        _ body: @escaping @Sendable (InProcessTransport, EventLoopPromise<Value>) -> Void
    ) async throws -> Value {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = eventLoop.makePromise(of: Value.self)
        eventLoop.execute {
            body(InProcessTransport(simulator: simulator, eventLoop: eventLoop), promise)
        }
        return try await promise.futureResult.get()
    }

    private static func bytes(_ token: String) -> ByteBuffer { RequestSketch(.string(token)).bytes }

    private static var soon: NIODeadline { .now() + .seconds(60) }

    @Test
    func completionComesAfterSendHasReturned() async throws {
        let order: [String] = try await result { transport, promise in
            let order = NIOLoopBoundBox<[String]>.makeBoxSendingValue([], eventLoop: promise.futureResult.eventLoop)
            _ = transport.send(Self.bytes("token"), deadline: Self.soon) { _ in
                order.value.append("completed")
                promise.succeed(order.value)
            }
            order.value.append("sent")
        }
        #expect(order == ["sent", "completed"])
    }

    @Test
    func transportLivesAsLongAsItsExchanges() async throws {
        let outcome: Outcome = try await result { transport, promise in
            _ = transport.send(Self.bytes("sim:delay=5ms"), deadline: Self.soon) { promise.succeed($0) }
        }
        #expect(try outcome.get().status == 200)
    }

    @Test(arguments: ["sim:delay=1m", "sim:drip=1m", "sim:delay=1m,reset=after"])
    func exchangeEndsAtItsDeadline(token: String) async throws {
        // On a busy machine, a short deadline may pass before the request is processed.
        for time in [5, 500, 5000] as [Int64] {
            let outcome: Outcome = try await result { transport, promise in
                _ = transport.send(Self.bytes(token), deadline: .now() + .milliseconds(time)) { promise.succeed($0) }
            }
            let failure = try #require(outcome.failure)
            #expect((failure.kind == .responseTimeout) == (failure.delivered == .maybe))
            if failure.kind == .responseTimeout { return }
            #expect(failure.kind == .connectTimeout)
        }
        Issue.record("no deadline was late enough")
    }

    @Test
    func requestIsNotProcessedAfterItsDeadline() async throws {
        let simulator = Simulator()
        let outcome: Outcome = try await result(simulator) { transport, promise in
            _ = transport.send(Self.bytes("token"), deadline: .now()) { promise.succeed($0) }
        }
        let failure = try #require(outcome.failure)
        #expect(failure.kind == .connectTimeout)
        #expect(failure.delivered == .no)
        let next: Outcome = try await result(simulator) { transport, promise in
            _ = transport.send(Self.bytes("token"), deadline: Self.soon) { promise.succeed($0) }
        }
        #expect(try String(buffer: next.get().body).contains("117270465688035039"), "the first id was still unused")
    }

    @Test
    func cancelledExchangeMayHaveBeenDelivered() async throws {
        let outcome: Outcome = try await result { transport, promise in
            let exchange = transport.send(Self.bytes("sim:delay=1m"), deadline: Self.soon) { promise.succeed($0) }
            #expect(exchange.cancel() == .maybe)
            #expect(exchange.cancel() == .maybe)
        }
        let failure = try #require(outcome.failure)
        #expect(failure.kind == .cancelled)
        #expect(failure.delivered == .maybe)
    }

    @Test
    func exchangeCanBeCancelledInFlightAndAfterItsEnd() async throws {
        let outcome: Outcome = try await result { transport, promise in
            let eventLoop = promise.futureResult.eventLoop
            let exchange = transport.send(Self.bytes("sim:delay=1m"), deadline: Self.soon) { promise.succeed($0) }
            let bound = NIOLoopBound(exchange, eventLoop: eventLoop)
            eventLoop.scheduleTask(in: .milliseconds(2)) { bound.value.cancel() }
        }
        #expect(outcome.failure?.kind == .cancelled)
        let finished: Outcome = try await result { transport, promise in
            let eventLoop = promise.futureResult.eventLoop
            let exchanges = NIOLoopBoundBox<[any Exchange]>.makeBoxSendingValue([], eventLoop: eventLoop)
            let exchange = transport.send(Self.bytes("token"), deadline: Self.soon) { outcome in
                for exchange in exchanges.value { exchange.cancel() }
                promise.succeed(outcome)
            }
            exchanges.value.append(exchange)
        }
        #expect(try finished.get().status == 200)
    }

    @Test
    func closingTheTransportCancelsExchangesAndRefusesNewOnes() async throws {
        let outcomes: [Outcome] = try await result { transport, promise in
            let box = NIOLoopBoundBox<[Outcome]>.makeBoxSendingValue([], eventLoop: promise.futureResult.eventLoop)
            func collect(_ outcome: Outcome) {
                box.value.append(outcome)
                if box.value.count == 2 { promise.succeed(box.value) }
            }
            _ = transport.send(Self.bytes("sim:delay=1m"), deadline: Self.soon, completion: collect)
            transport.close()
            _ = transport.send(Self.bytes("token"), deadline: Self.soon, completion: collect)
        }
        #expect(outcomes.map { $0.failure?.kind } == [.cancelled, .cancelled])
        #expect(outcomes.map { $0.failure?.delivered } == [.maybe, .no])
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", 400), ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n", 413),
    ])
    func bytesThatAreNoRequestGetAnErrorStatus(text: String, status: Int) async throws {
        let outcome: Outcome = try await result { transport, promise in
            _ = transport.send(ByteBuffer(string: text), deadline: Self.soon) { promise.succeed($0) }
        }
        #expect(try outcome.get().status == status)
    }

    @Test
    func incompleteRequestIsAReset() async throws {
        let outcome: Outcome = try await result { transport, promise in
            _ = transport.send(ByteBuffer(string: "POST / HTTP/1.1\r\n"), deadline: Self.soon) { promise.succeed($0) }
        }
        #expect(outcome.failure?.kind == .reset)
    }
}

extension Result {
    var failure: Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
