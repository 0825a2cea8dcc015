// SPDX-License-Identifier: MIT

import JSON
import NumberVerification
import NumberVerificationSimulator
import Testing

/// The replies that `simulate --list` documents, in process and over sockets.
struct MagicTableTests {
    @Test(arguments: SimulatorAccess.allCases, Self.cases)
    func everyRowOfTheListGivesItsReplies(access: SimulatorAccess, row: Case) async throws {
        let configuration = Simulator.Configuration(
            providerRules: row.hasProviderRules, clock: { .seconds(1_800_000_000) })
        let outcomes = try await access.outcomes(of: row.requests, configuration: configuration)
        #expect(outcomes == row.outcomes)
    }

    @Test
    func everyRowOfTheListHasACase() {
        let tested = Set(Self.cases.map(\.given))
        for row in Simulator.magicTable {
            #expect(tested.contains(row.given), "no case for '\(row.given)'")
        }
    }

    @Test
    func rowsAreGroupedBySectionAndUnique() {
        let sections = Simulator.magicTable.map(\.section)
        #expect(
            sections == Simulator.MagicRow.Section.allCases.flatMap { section in sections.filter { $0 == section } })
        #expect(Set(Simulator.magicTable.map(\.given)).count == Simulator.magicTable.count)
    }

    /// The requests of one row, and the outcome of each.
    struct Case: Sendable, CustomTestStringConvertible {
        let given: String
        let hasProviderRules: Bool
        let requests: [RequestSketch]
        let outcomes: [SimulatorAccess.Outcome]

        var testDescription: String { given }

        init(_ given: String, providerRules: Bool = false, _ exchanges: (RequestSketch, SimulatorAccess.Outcome)...) {
            self.given = given
            hasProviderRules = providerRules
            requests = exchanges.map(\.0)
            outcomes = exchanges.map(\.1)
        }

        /// A row whose left side is a token.
        init(token: String, providerRules: Bool = false, _ outcome: SimulatorAccess.Outcome) {
            self.init(token, providerRules: providerRules, (RequestSketch(.string(token), exID: "order-42"), outcome))
        }
    }

    static let cases: [Case] = tokenCases + phoneCases + requestCases + providerRuleCases

    /// The first id of a simulator with the default seed.
    static let firstID = "117270465688035039"
    /// The reply to the first request, with `order-42`.
    static let match = SimulatorAccess.Outcome.reply(
        status: 200, body: #"{"id":\#(firstID),"code":9000,"content":"verify consistent","exID":"order-42"}"#)

    private static func reply(_ status: Int, _ body: String) -> SimulatorAccess.Outcome {
        .reply(status: status, body: body)
    }
    private static func ok(_ body: String) -> SimulatorAccess.Outcome { reply(200, body) }

    private static let tokenCases: [Case] = [
        Case("any other token", (RequestSketch("whatever", exID: "order-42"), match)),
        Case(token: "sim:code=9002", ok(#"{"code":9002,"content":"unknown result"}"#)),
        Case(
            "sim:phone=13800138000",
            (RequestSketch("sim:phone=13800138000", exID: "order-42"), match),
            (
                RequestSketch("sim:phone=13800138000", phone: "13900139000"),
                ok(#"{"id":117270465689616371,"code":9001,"content":"verify not consistent","exID":""}"#)
            )),
        Case(
            "sim:endpoint=mobile",
            (RequestSketch("sim:endpoint=mobile", exID: "order-42", path: "/v1/web/verify"), match),
            (
                RequestSketch("sim:endpoint=mobile", path: "/v1/web/h5/verify"),
                ok(#"{"code":9020,"content":"decrypt token failed"}"#)
            )),
        Case(
            "sim:endpoint=h5",
            (RequestSketch("sim:endpoint=h5", exID: "order-42", path: "/v1/web/h5/verify"), match),
            (RequestSketch("sim:endpoint=h5"), ok(#"{"code":9020,"content":"decrypt token failed"}"#))),
        Case("sim:delay=250ms", (RequestSketch("sim:delay=1ms", exID: "order-42"), match)),
        Case("sim:drip=1s", (RequestSketch("sim:drip=2ms", exID: "order-42"), match)),
        Case(
            token: "sim:http=502",
            reply(502, #"{"id":\#(firstID),"code":9000,"content":"verify consistent","exID":"order-42"}"#)),
        Case(
            "sim:body=html",
            (
                RequestSketch("sim:http=502,body=html"),
                reply(502, "<html>\n<head><title>502</title></head>\n<body><h1>502</h1></body>\n</html>\n")
            )),
        Case(token: "sim:body=empty", ok("")),
        Case(token: "sim:body=truncated", ok(#"{"id":\#(firstID),"code":9000,"cont"#)),
        Case(
            "sim:body=error-object",
            (RequestSketch("sim:body=error-object"), ok(#"{"error":{"code":9099,"message":"bad server"}}"#)),
            (
                RequestSketch("sim:body=error-object,code=9007,http=429"),
                reply(429, #"{"error":{"code":9007,"message":"beyond daily frequency limit"}}"#)
            )),
        Case(token: "sim:body=huge", .failure(.badReply)),
        Case(token: "sim:reset=before", .failure(.reset)),
        Case(token: "sim:reset=after", .failure(.reset)),
        Case(token: "sim:id=missing", ok(#"{"code":9000,"content":"verify consistent","exID":"order-42"}"#)),
        Case(token: "sim:id=null", ok(#"{"id":null,"code":9000,"content":"verify consistent","exID":"order-42"}"#)),
        Case(token: "sim:id=empty", ok(#"{"id":"","code":9000,"content":"verify consistent","exID":"order-42"}"#)),
        Case(
            token: "sim:id=117270465679982593",
            ok(#"{"id":117270465679982593,"code":9000,"content":"verify consistent","exID":"order-42"}"#)),
        Case(token: "sim:exid=missing", ok(#"{"id":\#(firstID),"code":9000,"content":"verify consistent"}"#)),
        Case(
            token: "sim:exid=null",
            ok(#"{"id":\#(firstID),"code":9000,"content":"verify consistent","exID":null}"#)),
        Case(
            token: "sim:exid=empty", ok(#"{"id":\#(firstID),"code":9000,"content":"verify consistent","exID":""}"#)),
        Case(
            token: "sim:exid=other",
            ok(#"{"id":\#(firstID),"code":9000,"content":"verify consistent","exID":"another-request"}"#)),
        Case(
            token: "sim:dleay=1s",
            reply(400, #"{"code":9012,"content":"parameter invalid: unknown directive 'dleay'"}"#)),
    ]

    private static let phoneCases: [Case] =
        ResponseCode.table.filter { $0.code.isOfVerify }.map { entry in
            let (code, content) = (entry.code, entry.content)
            let status = [9010: 401, 9011: 401, 9012: 400, 9013: 405, 9015: 415][code.rawValue] ?? 200
            let isVerdict = code == .verifyConsistent || code == .verifyNotConsistent
            let body =
                isVerdict
                ? #"{"id":\#(firstID),"code":\#(code),"content":"\#(content)","exID":""}"#
                : #"{"code":\#(code),"content":"\#(content)"}"#
            return Case("1380000\(code)", (RequestSketch(phone: .string("1380000\(code)")), reply(status, body)))
        } + [
            Case(
                "+8613800138000",
                (RequestSketch(phone: "+8613800138000"), invalid), (RequestSketch(phone: "138 0013 800"), invalid),
                (RequestSketch(phone: "１３８００１３８０００"), invalid), (RequestSketch(phone: 1_380_013_800), invalid),
                (RequestSketch(phone: 13_800_138_000.0), invalid),
                (RequestSketch(phone: 13_800_138_000, exID: "order-42"), match))
        ]

    private static let invalid = reply(400, #"{"code":9012,"content":"parameter invalid"}"#)
    private static let authFailed = reply(401, #"{"code":9011,"content":"auth failed"}"#)
    private static let notFound = reply(
        404, #"{"error":{"code":404,"message":"no such path; there are /v1/web/verify and /v1/web/h5/verify"}}"#)

    private static let requestCases: [Case] = [
        Case(
            "no Authorization",
            (RequestSketch().with { $0.authorization = nil }, reply(401, #"{"code":9010,"content":"miss auth"}"#))),
        Case(
            "wrong app key or master secret",
            (RequestSketch().with { $0.authorization = "Basic \(RequestSketch.base64("key:secret"))" }, authFailed),
            (RequestSketch().with { $0.authorization = "Basic" }, authFailed),
            (
                RequestSketch().with { $0.authorization = $0.authorization?.replacing("Basic", with: "Bearer") },
                authFailed
            ),
            (RequestSketch().with { $0.authorization = $0.authorization?.replacing("Basic", with: "basic ") }, anyMatch)
        ),
        Case(
            "token, phone or exID missing or of a wrong type",
            (RequestSketch(nil), invalid), (RequestSketch(""), invalid), (RequestSketch(1), invalid),
            (RequestSketch(phone: nil), invalid), (RequestSketch(phone: .null), invalid),
            (RequestSketch(exID: 42), invalid), (RequestSketch().with { $0.body = nil }, invalid),
            (RequestSketch().with { $0.body = [] }, invalid),
            (RequestSketch(exID: .null).with { $0.fields = ["X-Carrier: CM"] }, anyMatch)),
        Case(
            "a method other than POST",
            (
                RequestSketch().with { $0.method = "GET" },
                reply(405, #"{"code":9013,"content":"request method not supported"}"#)
            ),
            (
                RequestSketch().with { $0.method = "post" },
                reply(405, #"{"code":9013,"content":"request method not supported"}"#)
            )),
        Case(
            "a Content-Type other than application/json",
            (RequestSketch().with { $0.contentType = "text/plain" }, unsupportedType),
            (RequestSketch().with { $0.contentType = "application/jsonl" }, unsupportedType),
            (RequestSketch().with { $0.contentType = nil }, unsupportedType),
            (RequestSketch().with { $0.contentType = "Application/JSON; charset=UTF-8" }, anyMatch)),
        Case(
            "a path other than those of the two endpoints",
            (RequestSketch(path: "/"), notFound), (RequestSketch(path: "/v1//web/verify"), notFound),
            (RequestSketch(path: "/v1/web/verify/"), notFound),
            (RequestSketch(path: "/v1/web/verify?trace=1"), anyMatch)),
    ]

    private static let anyMatch = ok(
        #"{"id":\#(firstID),"code":9000,"content":"verify consistent","exID":""}"#)
    private static let unsupportedType = reply(415, #"{"code":9015,"content":"http media type not supported"}"#)

    private static let expired = ok(#"{"code":9003,"content":"token expired or not exist"}"#)
    private static let tooSoon = ok(
        #"{"code":9005,"content":"verify interval is less than the minimum limit"}"#)
    private static let documentedToken = "STsid0000001542695429579Ob28vB7b0cYTI9w0GGZrv8ujUu05qZvw"

    private static let providerRuleCases: [Case] = [
        Case(
            "a token for the second time", providerRules: true, (RequestSketch("once", exID: "order-42"), match),
            (RequestSketch("once", phone: "13900139000"), expired)),
        Case(token: documentedToken, providerRules: true, expired),
        Case(token: "sim:age=70s", providerRules: true, expired),
        Case(token: "sim:age=70s,operator=CM", providerRules: true, match),
        Case(
            "a phone again within 30 s", providerRules: true, (RequestSketch("first", exID: "order-42"), match),
            (RequestSketch("second"), tooSoon)),
        // No requests: this needs hours on the simulator's clock, and is tested in ProviderRulesTests.
        Case("a phone for the 11th time on one day (UTC+8)"),
    ]
}
