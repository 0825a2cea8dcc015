// SPDX-License-Identifier: MIT

import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator
import Testing

/// How requests of the client reach the simulator. The results must be the same for all.
enum Carrier: String, Sendable, CaseIterable {
    case inProcess, http, https
}

/// One client against one simulator.
struct SimulatedService: Sendable {
    let client: TestClient
    private let server: SimulatorServer?

    init(_ carrier: Carrier, credentials: Credentials = .documentedExample) async throws {
        let simulator = Simulator()
        guard carrier != .inProcess else {
            server = nil
            client = try await TestClient(host: "simulator", credentials: credentials) { loop in
                InProcessTransport(simulator: simulator, eventLoop: loop)
            }
            return
        }
        let files = TLSFiles(
            certificateChain: TLSFixtures.path("localhost"), privateKey: TLSFixtures.path("server-key"))
        let server = try await SimulatorServer.start(
            simulator: simulator, tls: carrier == .https ? files : nil, requestTime: .seconds(600),
            group: MultiThreadedEventLoopGroup.singleton)
        self.server = server
        client = try await TestClient(BaseURL(server.baseURL).destination, credentials: credentials) {
            $0.trust = .file(TLSFixtures.authority)
        }
    }

    func close() async throws {
        try await client.close()
        await server?.stop()
    }
}

@Suite(.timeLimit(.minutes(10)))
struct SimulatedServiceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var phone = "13800138000"
        var token = "STsid-example"
        var endpoint = Endpoint.mobile
        var verdict = Verdict.unknown
        var code: Int64?
        var status: Int? = 200
        var error: AttemptError.Kind?
        var delivered = Delivered.yes
        var billed = Billed.no

        var testDescription: String { "\(phone) \(token) \(endpoint)" }
    }

    private static let rows =
        [
            Row(verdict: .match, code: 9000, billed: .yes),
            Row(endpoint: .h5, verdict: .match, code: 9000, billed: .yes),
            Row(token: "sim:phone=13900139000", verdict: .mismatch, code: 9001, billed: .yes),
            Row(token: "sim:endpoint=h5", code: 9020),
            Row(token: "sim:endpoint=h5", endpoint: .h5, verdict: .match, code: 9000, billed: .yes),
            Row(token: "sim:delay=20ms", verdict: .match, code: 9000, billed: .yes),
            Row(token: "sim:drip=20ms", verdict: .match, code: 9000, billed: .yes),
            Row(token: "sim:code=9055", code: 9055),
            Row(token: "sim:http=500", code: 9000, status: 500, error: .httpStatus, billed: .yes),
            Row(token: "sim:http=500,code=9001", verdict: .mismatch, code: 9001, status: 500, billed: .yes),
            Row(token: "sim:http=503,code=9099", code: 9099, status: 503, billed: .maybe),
            Row(token: "sim:body=error-object,http=500", code: 9099, status: 500, billed: .maybe),
            Row(
                token: "sim:body=html,http=502", status: 502, error: .httpStatus, delivered: .maybe, billed: .maybe),
            Row(token: "sim:http=302,body=empty", status: 302, error: .httpStatus, delivered: .maybe, billed: .maybe),
            Row(token: "sim:http=204", status: 204, error: .badReply, delivered: .maybe, billed: .maybe),
            Row(token: "sim:exid=missing", verdict: .match, code: 9000, billed: .yes),
            Row(token: "sim:exid=other", error: .badReply, delivered: .maybe, billed: .maybe),
            Row(token: "sim:exid=other,code=9001", error: .badReply, delivered: .maybe, billed: .maybe),
            Row(token: "sim:body=html", error: .badReply, delivered: .maybe, billed: .maybe),
            Row(token: "sim:body=empty", error: .badReply, delivered: .maybe, billed: .maybe),
            Row(token: "sim:body=truncated", error: .badReply, delivered: .maybe, billed: .maybe),
            Row(token: "sim:body=huge", status: nil, error: .badReply, delivered: .maybe, billed: .maybe),
            Row(token: "sim:reset=before", status: nil, error: .reset, delivered: .maybe, billed: .maybe),
            Row(token: "sim:reset=after", status: nil, error: .reset, delivered: .maybe, billed: .maybe),
        ]
        + ResponseCode.table.filter { $0.layer == .verify }.map { entry in
            Row(
                phone: "1380000\(entry.code)", verdict: entry.code.verdict, code: entry.code.rawValue,
                billed: entry.code.billed)
        }

    /// The HTTP statuses that the simulator uses for these codes; 200 for all others.
    private static let statuses: [Int64: Int] = [9010: 401, 9011: 401, 9012: 400, 9013: 405, 9015: 415]

    @Test(arguments: Carrier.allCases)
    func everyReplyIsReadTheSameOverEveryCarrier(carrier: Carrier) async throws {
        let service = try await SimulatedService(carrier)
        for row in Self.rows {
            let request = try VerificationRequest(phone: row.phone, token: row.token, exID: "order-42")
            let attempt = try await service.client.attempt(request, at: row.endpoint)
            let comment = Comment(rawValue: row.testDescription)
            #expect(attempt.endpoint == row.endpoint, comment)
            #expect(attempt.verdict == row.verdict, comment)
            #expect(attempt.code == row.code, comment)
            #expect(attempt.httpStatus == (row.code.flatMap { Self.statuses[$0] } ?? row.status), comment)
            #expect(attempt.error?.kind == row.error, comment)
            #expect(attempt.delivered == row.delivered, comment)
            #expect(attempt.billed == row.billed, comment)
            #expect(attempt.error?.message.contains(row.token) != true, comment)
            if row.verdict != .unknown {
                #expect(attempt.exID == (row.token == "sim:exid=missing" ? nil : "order-42"), comment)
            }
        }
        try await service.close()
    }

    @Test(arguments: Carrier.allCases)
    func documentedExampleGetsTheDocumentedReply(carrier: Carrier) async throws {
        let service = try await SimulatedService(carrier)
        let attempt = try await service.client.attempt(
            VerificationRequest(
                phone: "15813554612", token: "STsid0000001542695429579Ob28vB7b0cYTI9w0GGZrv8ujUu05qZvw", exID: "1234566"
            ))
        #expect(attempt.id == 117_270_465_679_982_592)
        #expect(attempt.code == 9000)
        #expect(attempt.content == "verify consistent")
        #expect(attempt.exID == "1234566")
        try await service.close()
    }

    @Test(arguments: Carrier.allCases)
    func idsAreExactTo64Bits(carrier: Carrier) async throws {
        let service = try await SimulatedService(carrier)
        for (text, id) in [
            ("117270465679982593", 117_270_465_679_982_593), ("9223372036854775807", .max), ("missing", nil),
            ("null", nil), ("empty", nil),
        ] as [(String, Int64?)] {
            let request = try VerificationRequest(phone: "13800138000", token: "sim:id=\(text)")
            #expect(try await service.client.attempt(request).id == id)
        }
        try await service.close()
    }

    @Test(arguments: Carrier.allCases, ["missing", "null", "empty"])
    func missingNullOrEmptyExIDIsNil(carrier: Carrier, way: String) async throws {
        let service = try await SimulatedService(carrier)
        let request = try VerificationRequest(phone: "13800138000", token: "sim:exid=\(way)", exID: "order-42")
        let attempt = try await service.client.attempt(request)
        #expect(attempt.verdict == .match)
        #expect(attempt.exID == nil)
        try await service.close()
    }

    @Test(arguments: Carrier.allCases)
    func wrongCredentialsAreRefusedByTheService(carrier: Carrier) async throws {
        let wrong = Credentials(
            appKey: Credentials.documentedExample.appKey, masterSecret: Secret("invented-master-secret"))
        let service = try await SimulatedService(carrier, credentials: wrong)
        let attempt = try await service.client.attempt(VerificationRequest(phone: "13800138000", token: "t"))
        #expect(attempt.code == 9011)
        #expect(attempt.content == "auth failed")
        #expect(attempt.httpStatus == 401)
        #expect(attempt.error == nil)
        #expect(attempt.delivered == .yes)
        try await service.close()
    }

    @Test(arguments: Carrier.allCases)
    func attemptThatTimesOutMayHaveBeenDelivered(carrier: Carrier) async throws {
        let service = try await SimulatedService(carrier)
        // Opens the connection, so that the timeout below is reached while waiting for the reply.
        _ = try await service.client.attempt(VerificationRequest(phone: "13800138000", token: "t"))
        let request = try VerificationRequest(phone: "13800138000", token: "sim:delay=10m")
        let attempt = try await service.client.attempt(request, within: .milliseconds(60))
        #expect(attempt.error?.kind == .responseTimeout)
        #expect(attempt.delivered == .maybe)
        #expect(attempt.billed == .maybe)
        #expect(attempt.error?.retryable == false)
        try await service.close()
    }

    @Test(arguments: Carrier.allCases)
    func attemptInFlightCanBeCancelled(carrier: Carrier) async throws {
        let service = try await SimulatedService(carrier)
        _ = try await service.client.attempt(VerificationRequest(phone: "13800138000", token: "t"))
        let call = try await service.client.startAttempt(
            VerificationRequest(phone: "13800138000", token: "sim:delay=10m"))
        try await call.untilSent()
        try await call.cancel()
        let attempt = try await call.outcome()
        #expect(attempt.error?.kind == .cancelled)
        #expect(attempt.delivered == .maybe)
        #expect(!call.wasCompletedEarly)
        try await call.cancel()
        #expect(call.completions == 1)
        try await service.close()
    }

    @Test(arguments: Carrier.allCases)
    func nothingIsSentAfterTheDeadlineOrAfterClosing(carrier: Carrier) async throws {
        let service = try await SimulatedService(carrier)
        let request = try VerificationRequest(phone: "13800138000", token: "t")
        let late = try await service.client.attempt(request, within: .milliseconds(-1))
        #expect(late.error?.kind == .connectTimeout)
        #expect(late.delivered == .no)
        #expect(late.billed == .no)
        #expect(late.error?.retryable == true)

        try await service.client.close()
        let closed = try await service.client.attempt(request)
        #expect(closed.error?.kind == .cancelled)
        #expect(closed.delivered == .no)
        try await service.close()
    }

    @Test(arguments: Carrier.allCases)
    func hundredsOfAttemptsRunAtOnce(carrier: Carrier) async throws {
        let service = try await SimulatedService(carrier)
        var calls: [(Pending<Attempt>, Int64)] = []
        for number in 0..<300 {
            let code: Int64 = number % 3 == 0 ? 9000 : number % 3 == 1 ? 9001 : 9003
            let request = try VerificationRequest(
                phone: "13800138000", token: "sim:code=\(code),delay=1ms", exID: "order-\(number)")
            calls.append((try await service.client.startAttempt(request), code))
        }
        for (number, (call, code)) in calls.enumerated() {
            let attempt = try await call.outcome()
            #expect(attempt.code == code)
            if code != 9003 { #expect(attempt.exID == "order-\(number)") }
            #expect(call.completions == 1)
        }
        try await service.close()
    }
}
