// SPDX-License-Identifier: MIT

import HTTP1
import JSON
import MoondialGateway
import MoondialLua
import MoondialRules
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator
import RawConnections
import TextFormats

/// A gateway with rules in front of the simulator, and the events that it has reported.
final class GatewayFixture: Sendable {
    static let credentials = Credentials.documentedExample
    static let authorization =
        "Basic " + Base64.encode("\(credentials.appKey):\(credentials.masterSecret.reveal())".utf8)
    /// Milliseconds since 1970 at which the clock of rules stands.
    static let clock: Int64 = 1_700_000_000_123

    let gateway: Gateway
    let port: Int
    let adminPort: Int
    let simulator: Simulator
    /// The gate that attempts wait for, if the fixture was started with one.
    let gate: AttemptGate?
    let events: NIOLockedValueBox<[GatewayEvent]>
    /// The rules that the next reload reads.
    let rules: NIOLockedValueBox<String>

    private init(
        _ gateway: Gateway, _ simulator: Simulator, _ gate: AttemptGate?,
        _ events: NIOLockedValueBox<[GatewayEvent]>, _ rules: NIOLockedValueBox<String>
    ) {
        self.gateway = gateway
        self.simulator = simulator
        self.gate = gate
        self.events = events
        self.rules = rules
        func port(of url: String) -> Int { url.split(separator: ":").last.flatMap { Int($0) } ?? 0 }
        self.port = port(of: gateway.url)
        adminPort = port(of: gateway.adminURL)
    }

    /// Starts a gateway, calls `body`, and ends the gateway.
    static func run(
        rules: String = "rule 'no opinion' { route = function() end }", workers: Int = 1, gate: AttemptGate? = nil,
        sink: RecordSink? = nil,
        callers: CallerFile = .none, recordsTraces: Bool = false,
        configure: @Sendable (inout GatewayConfiguration) -> Void = { _ in },
        _ body: @Sendable (GatewayFixture) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: workers)
        let simulator = Simulator()
        let events = NIOLockedValueBox<[GatewayEvent]>([])
        let text = NIOLockedValueBox(rules)
        var configuration = GatewayConfiguration(
            address: .tcp(host: "127.0.0.1", port: 0), applications: [credentials],
            target: "simulator", service: RuleService.Configuration(wallClock: { clock }), version: "test")
        // A run that a test holds must not time out, however slow the machine is.
        configuration.service.run.timeout = .seconds(3600)
        // Long limits: tests share the machine with others.
        configuration.limits.idleTime = .hours(1)
        configuration.limits.headTime = .hours(1)
        configuration.limits.bodyTime = .hours(1)
        configuration.service.run.limits.storeTime = .seconds(600)
        configuration.overloadDelay = .hours(1)
        configure(&configuration)
        let sources = GatewaySources(
            readRules: {
                RuleFiles([RuleSource(name: .file("rules.lua"), text: Array(text.withLockedValue { $0 }.utf8))])
            },
            readCallers: { CallerDirectory(applications: [credentials], callers: callers) }, readTLS: { nil },
            makeClient: { credentials, eventLoop in
                let client = VerificationClient(
                    transport: InProcessTransport(simulator: simulator, eventLoop: eventLoop), host: "simulator",
                    credentials: credentials, eventLoop: eventLoop)
                return gate.map { GatedAttempts(client, $0, eventLoop) } ?? client
            },
            makeUpstream: { eventLoop in
                Upstream(
                    transport: InProcessTransport(simulator: simulator, eventLoop: eventLoop), host: "simulator",
                    basePath: "", timeout: .seconds(3600))
            })
        let reporter = GatewayReporter(
            sink: sink, target: "simulator", recordsTraces: recordsTraces, clock: { clock },
            log: { event in events.withLockedValue { $0.append(event) } })
        let gateway = try await Gateway.start(configuration, sources: sources, reporter: reporter, on: group)
        let result: Result<Void, any Error>
        do {
            try await body(GatewayFixture(gateway, simulator, gate, events, text))
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await gateway.stop()
        try await group.shutdownGracefully()
        try result.get()
    }

    // MARK: - Requests

    func connect() async throws -> RawConnection { try await RawConnection.connect(port: port) }

    /// Sends one request over a connection of its own.
    func request(
        _ method: String, _ path: String, body: String? = nil, authorization: String? = GatewayFixture.authorization,
        contentType: String? = "application/json", fields: [String] = [], toAdmin: Bool = false
    ) async throws -> HTTPReply {
        let connection = try await RawConnection.connect(port: toAdmin ? adminPort : port)
        try await connection.send(
            Self.text(
                method, path, body: body, authorization: authorization, contentType: contentType, fields: fields))
        let reply = try await connection.reply()
        await connection.close()
        return reply
    }

    static func text(
        _ method: String, _ path: String, body: String? = nil, authorization: String? = GatewayFixture.authorization,
        contentType: String? = "application/json", fields: [String] = []
    ) -> String {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: gateway"]
        if let authorization { lines.append("Authorization: \(authorization)") }
        if let contentType { lines.append("Content-Type: \(contentType)") }
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        return (lines + fields).joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
    }

    func verify(
        _ token: String, phone: String = "13800138000", exID: String? = nil, path: String = "/v1/web/verify",
        fields: [String] = []
    ) async throws -> HTTPReply {
        try await request(
            "POST", path, body: Self.verifyBody(token, phone: phone, exID: exID), fields: fields)
    }

    static func verifyBody(_ token: String, phone: String = "13800138000", exID: String? = nil) -> String {
        var object: JSONObject = ["token": .string(token), "phone": .string(phone)]
        object["exID"] = exID.map(JSONValue.string)
        return JSONValue.object(object).description
    }

    func admin(_ path: String, method: String = "GET") async throws -> HTTPReply {
        try await request(method, path, toAdmin: true)
    }
}

extension HTTPReply {
    var text: String { String(buffer: body) }

    var json: JSONValue { (try? body.withUnsafeReadableBytes { try JSONValue.parse($0) }) ?? .null }

    /// "allow number_matches": decision and reason of the header fields.
    var decision: String {
        [fields["x-moondial-decision"], fields["x-moondial-reason"]].compactMap(\.self).joined(separator: " ")
    }
}

/// A gate that attempts wait for. Attempts are counted when they begin to wait.
final class AttemptGate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [@Sendable () -> Void] = []
        var arrivals = 0
        var traceparents: [String] = []
        var arrivalWaiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = NIOLockedValueBox(State())

    /// How many attempts have come so far.
    var arrivals: Int { state.withLockedValue { $0.arrivals } }

    /// The `traceparent` fields with which attempts have come.
    var traceparents: [String] { state.withLockedValue { $0.traceparents } }

    func note(_ traceparent: TraceParent?) {
        state.withLockedValue { $0.traceparents.append(traceparent?.description ?? "none") }
    }

    func pass(_ body: @escaping @Sendable () -> Void) {
        let (isOpen, ready) = state.withLockedValue { state in
            state.arrivals += 1
            if !state.isOpen { state.waiting.append(body) }
            let ready = state.arrivalWaiters.filter { $0.count <= state.arrivals }
            state.arrivalWaiters.removeAll { $0.count <= state.arrivals }
            return (state.isOpen, ready)
        }
        for waiter in ready { waiter.continuation.resume() }
        if isOpen { body() }
    }

    func open() {
        let waiting = state.withLockedValue { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for body in waiting { body() }
    }

    /// Waits until that many attempts have come.
    func arrival(of count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLockedValue { state in
                if state.arrivals >= count { return true }
                state.arrivalWaiters.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}

/// Attempts of a client that begin once a gate is open.
final class GatedAttempts: AttemptSource {
    private final class Waiting: Exchange {
        var exchange: (any Exchange)?
        var isCancelled = false

        var delivered: Delivered { exchange?.delivered ?? .no }

        func cancel() -> Delivered {
            isCancelled = true
            return exchange?.cancel() ?? .no
        }
    }

    private let client: VerificationClient
    private let gate: AttemptGate
    private let eventLoop: any EventLoop

    init(_ client: VerificationClient, _ gate: AttemptGate, _ eventLoop: any EventLoop) {
        self.client = client
        self.gate = gate
        self.eventLoop = eventLoop
    }

    var secrets: [Secret] { client.secrets }

    func attempt(
        _ request: VerificationRequest, at endpoint: Endpoint, correlation: String?, traceparent: TraceParent?,
        deadline: NIODeadline,
        completion: @escaping (Attempt) -> Void
    ) -> any Exchange {
        gate.note(traceparent)
        let waiting = Waiting()
        let start = { [client] in
            if waiting.isCancelled {
                completion(.cancelled(at: endpoint, delivered: .no, elapsed: .zero))
            } else {
                waiting.exchange = client.attempt(
                    request, at: endpoint, correlation: correlation, traceparent: traceparent, deadline: deadline,
                    completion: completion)
            }
        }
        let place = NIOLoopBound(start, eventLoop: eventLoop)
        gate.pass { [eventLoop] in eventLoop.execute { place.value() } }
        return waiting
    }

    func close() { client.close() }
}
