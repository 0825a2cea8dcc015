// SPDX-License-Identifier: MIT

import HTTP1
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

@testable import NumberVerification

/// Drives a transport and a ``VerificationClient`` on it from outside of their event loop.
final class TestClient: Sendable {
    private struct Parts {
        let transport: any Transport
        let client: VerificationClient
    }

    let loop: any EventLoop
    private let parts: NIOLoopBound<Parts>

    init(
        host: String, credentials: Credentials = .documentedExample,
        loop: any EventLoop = MultiThreadedEventLoopGroup.singleton.any(),
        makeTransport: @escaping @Sendable (any EventLoop) throws -> any Transport
    ) async throws {
        self.loop = loop
        parts = try await loop.submit {
            let transport = try makeTransport(loop)
            let client = VerificationClient(
                transport: transport, host: host, credentials: credentials, eventLoop: loop)
            return NIOLoopBound(Parts(transport: transport, client: client), eventLoop: loop)
        }.get()
    }

    /// The default timeouts are too long to be reached on a slow machine; `configure` changes them.
    convenience init(
        _ destination: Destination, credentials: Credentials = .documentedExample,
        loop: any EventLoop = MultiThreadedEventLoopGroup.singleton.any(),
        configure: @Sendable (inout HTTPConfiguration) -> Void = { _ in }
    ) async throws {
        var configuration = HTTPConfiguration()
        configuration.connectTimeout = .seconds(50)
        configuration.tlsTimeout = .seconds(50)
        configuration.responseTimeout = .seconds(50)
        configuration.idleTimeout = .seconds(50)
        configure(&configuration)
        let settings = configuration
        try await self.init(host: destination.authority, credentials: credentials, loop: loop) { loop in
            try HTTPTransport(destination: destination, configuration: settings, eventLoop: loop)
        }
    }

    convenience init(
        _ server: ScriptedServer, loop: any EventLoop = MultiThreadedEventLoopGroup.singleton.any(),
        configure: @Sendable (inout HTTPConfiguration) -> Void = { _ in }
    ) async throws {
        try await self.init(
            Destination(scheme: .http, host: "127.0.0.1", port: server.port), loop: loop, configure: configure)
    }

    static let request = "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\n{}"

    /// Starts an exchange and returns without waiting for its end.
    func start(
        _ request: String = TestClient.request, within time: TimeAmount = .seconds(100)
    ) async throws -> Pending<Result<HTTPReply, ExchangeFailure>> {
        try await begin { parts, completion in
            parts.transport.send(ByteBuffer(string: request), deadline: .now() + time, completion: completion)
        }
    }

    func send(
        _ request: String = TestClient.request, within time: TimeAmount = .seconds(100)
    ) async throws -> Result<HTTPReply, ExchangeFailure> {
        try await start(request, within: time).outcome()
    }

    func attempt(
        _ request: VerificationRequest, at endpoint: Endpoint = .mobile, within time: TimeAmount = .seconds(100)
    ) async throws -> Attempt {
        try await startAttempt(request, at: endpoint, within: time).outcome()
    }

    func startAttempt(
        _ request: VerificationRequest, at endpoint: Endpoint = .mobile, within time: TimeAmount = .seconds(100)
    ) async throws -> Pending<Attempt> {
        try await begin { parts, completion in
            parts.client.attempt(request, at: endpoint, deadline: .now() + time, completion: completion)
        }
    }

    /// Runs on the event loop of an ``HTTPTransport``.
    func onLoop<Value: Sendable>(_ body: @escaping @Sendable (HTTPTransport) throws -> Value) async throws -> Value {
        try await loop.submit {
            guard let transport = self.parts.value.transport as? HTTPTransport else {
                preconditionFailure("this client has no HTTPTransport")
            }
            return try body(transport)
        }.get()
    }

    /// Checks the condition once per tick until it holds.
    func until(_ condition: @escaping @Sendable (HTTPTransport) -> Bool) async throws {
        while try await !onLoop(condition) { await Task.yield() }
    }

    func close() async throws {
        try await loop.submit { self.parts.value.client.close() }.get()
    }

    private func begin<Outcome: Sendable>(
        _ start: @escaping @Sendable (Parts, @escaping (Outcome) -> Void) -> any Exchange
    ) async throws -> Pending<Outcome> {
        try await loop.submit {
            let pending = Pending<Outcome>(loop: self.loop)
            let exchange = start(self.parts.value) { pending.complete($0) }
            pending.didStart(NIOLoopBound(exchange, eventLoop: self.loop))
            return pending
        }.get()
    }
}

/// An exchange in flight, with a record of how its completion was called.
final class Pending<Outcome: Sendable>: Sendable {
    private struct State {
        var exchange: NIOLoopBound<any Exchange>?
        var outcomes: [Outcome] = []
        var wasCompletedInsideStart = false
        var isInsideCancel = false
        var wasCompletedInsideCancel = false
    }

    private let loop: any EventLoop
    private let state = NIOLockedValueBox(State())
    private let isDone = Gate()

    fileprivate init(loop: any EventLoop) {
        self.loop = loop
    }

    /// Waits for the end, and one tick more, so that a second completion is noticed.
    func outcome() async throws -> Outcome {
        await isDone.wait()
        try await loop.submit {}.get()
        return state.withLockedValue { $0.outcomes[0] }
    }

    @discardableResult
    func cancel() async throws -> Delivered? {
        try await loop.submit { [self] in
            let exchange = state.withLockedValue { state in
                state.isInsideCancel = true
                return state.exchange
            }
            let delivered = exchange?.value.cancel()
            state.withLockedValue { $0.isInsideCancel = false }
            return delivered
        }.get()
    }

    /// Waits until the other side may have seen the request: a connection that was kept may have gone meanwhile.
    func untilSent() async throws {
        while try await loop.submit({ [self] in
            state.withLockedValue { $0.exchange?.value.delivered ?? .no } == .no
        }).get() {
            await Task.yield()
        }
    }

    /// How often the completion was called; zero while in flight.
    var completions: Int { state.withLockedValue { $0.outcomes.count } }

    /// Whether the completion was called inside `send` or `cancel`, which is not allowed.
    var wasCompletedEarly: Bool {
        state.withLockedValue { $0.wasCompletedInsideStart || $0.wasCompletedInsideCancel }
    }

    fileprivate func didStart(_ exchange: NIOLoopBound<any Exchange>) {
        state.withLockedValue { $0.exchange = exchange }
    }

    fileprivate func complete(_ outcome: Outcome) {
        state.withLockedValue { state in
            state.outcomes.append(outcome)
            if state.exchange == nil { state.wasCompletedInsideStart = true }
            if state.isInsideCancel { state.wasCompletedInsideCancel = true }
        }
        isDone.open()
    }
}

extension Result where Success == HTTPReply, Failure == ExchangeFailure {
    var kind: AttemptError.Kind? { failure?.kind }
    var delivered: Delivered? { failure?.delivered }
    var status: Int? { try? get().status }
    var body: String? { (try? get().body).map(String.init(buffer:)) }

    var failure: ExchangeFailure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}

/// A reply with a length, as a server sends it.
func reply(_ body: String, status: String = "200 OK", fields: String...) -> String {
    let lines = ["HTTP/1.1 \(status)"] + fields + ["Content-Length: \(body.utf8.count)", "", body]
    return lines.joined(separator: "\r\n")
}
