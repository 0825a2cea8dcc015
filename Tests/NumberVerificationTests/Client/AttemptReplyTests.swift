// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore
import Testing

@testable import NumberVerification

/// How a reply becomes an attempt. The tables are the contract of `Attempt`.
struct AttemptReplyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let status: Int
        let body: String
        var verdict = Verdict.unknown
        var code: Int64?
        var error: AttemptError.Kind?
        let delivered: Delivered
        let billed: Billed

        var testDescription: String { "\(status) \(body.prefix(60))" }
    }

    private static func attempt(
        _ status: Int, _ body: String, _ echo: ExpectedEcho = ExpectedEcho(of: nil, or: nil)
    ) -> Attempt {
        Attempt(
            .success(HTTPReply(status: status, body: ByteBuffer(string: body))), from: "host", at: .mobile,
            expecting: echo, elapsed: .zero)
    }

    @Test(arguments: [
        Row(status: 200, body: #"{"code":9000}"#, verdict: .match, code: 9000, delivered: .yes, billed: .yes),
        Row(status: 299, body: #"{"code":9000}"#, verdict: .match, code: 9000, delivered: .yes, billed: .yes),
        Row(status: 200, body: #"{"code":9001}"#, verdict: .mismatch, code: 9001, delivered: .yes, billed: .yes),
        Row(status: 200, body: #"{"code":9002}"#, code: 9002, delivered: .yes, billed: .no),
        Row(status: 200, body: #"{"code":9011,"content":"auth failed"}"#, code: 9011, delivered: .yes, billed: .no),
        Row(status: 200, body: #"{"code":9099}"#, code: 9099, delivered: .yes, billed: .maybe),
        Row(status: 200, body: #"{"code":9055}"#, code: 9055, delivered: .yes, billed: .no),
        Row(status: 200, body: #"{"code":8000}"#, code: 8000, delivered: .yes, billed: .no),
        Row(status: 200, body: #"{"code":-1}"#, code: -1, delivered: .yes, billed: .no),
        Row(
            status: 200, body: #" {"x":[{}],"content":"c","code":9000} "#, verdict: .match, code: 9000,
            delivered: .yes, billed: .yes),
    ])
    func codeInAReplyWithASuccessStatusDecides(_ row: Row) { Self.check(row) }

    @Test(arguments: [
        Row(status: 500, body: #"{"code":9000}"#, code: 9000, error: .httpStatus, delivered: .yes, billed: .yes),
        Row(status: 302, body: #"{"code":9000}"#, code: 9000, error: .httpStatus, delivered: .yes, billed: .yes),
        Row(status: 400, body: #"{"code":9001}"#, verdict: .mismatch, code: 9001, delivered: .yes, billed: .yes),
        Row(status: 401, body: #"{"code":9011}"#, code: 9011, delivered: .yes, billed: .no),
        Row(status: 500, body: #"{"code":9099}"#, code: 9099, delivered: .yes, billed: .maybe),
        Row(status: 500, body: #"{"code":9055}"#, code: 9055, delivered: .yes, billed: .no),
        Row(status: 500, body: #"{"code":1}"#, code: 1, error: .httpStatus, delivered: .yes, billed: .no),
        Row(status: 502, body: "<html>9000</html>", error: .httpStatus, delivered: .maybe, billed: .maybe),
        Row(status: 503, body: "", error: .httpStatus, delivered: .maybe, billed: .maybe),
        Row(status: 404, body: "{}", error: .httpStatus, delivered: .maybe, billed: .maybe),
        Row(status: 301, body: "", error: .httpStatus, delivered: .maybe, billed: .maybe),
        Row(status: 500, body: #"{"code":"9000"}"#, error: .httpStatus, delivered: .maybe, billed: .maybe),
        Row(status: 304, body: "", error: .httpStatus, delivered: .maybe, billed: .maybe),
    ])
    func codeInAReplyWithAnotherStatusIsNeverAMatch(_ row: Row) { Self.check(row) }

    @Test(arguments: [
        Row(
            status: 401, body: #"{"error":{"code":1004,"message":"m"}}"#, code: 1004, error: .httpStatus,
            delivered: .yes, billed: .no),
        Row(status: 200, body: #"{"error":{"code":1004}}"#, code: 1004, delivered: .yes, billed: .no),
        Row(status: 401, body: #"{"error":{"code":9011}}"#, code: 9011, delivered: .yes, billed: .no),
        Row(
            status: 200, body: #"{"error":{"code":9000}}"#, code: 9000, error: .badReply, delivered: .yes,
            billed: .yes),
        Row(
            status: 200, body: #"{"error":{"code":9001}}"#, code: 9001, error: .badReply, delivered: .yes,
            billed: .yes),
        Row(
            status: 500, body: #"{"error":{"code":9001}}"#, code: 9001, error: .httpStatus, delivered: .yes,
            billed: .yes),
        Row(
            status: 200, body: #"{"code":9002,"error":{"code":9000}}"#, code: 9002, delivered: .yes, billed: .no),
        Row(
            status: 200, body: #"{"code":"x","error":{"code":9002}}"#, error: .badReply, delivered: .maybe,
            billed: .maybe),
        Row(status: 200, body: #"{"error":"9000"}"#, error: .badReply, delivered: .maybe, billed: .maybe),
        Row(status: 200, body: #"{"error":{}}"#, error: .badReply, delivered: .maybe, billed: .maybe),
    ])
    func codeInAnErrorObjectIsNeverAVerdict(_ row: Row) { Self.check(row) }

    @Test(arguments: [
        "", " ", "9000", "null", "[]", #"[{"code":9000}]"#, #""9000""#, "{}", #"{"code":"9000"}"#, #"{"code":9000.0}"#,
        #"{"code":9e3}"#, #"{"code":null}"#, #"{"code":true}"#, #"{"code":[9000]}"#, #"{"code":{"code":9000}}"#,
        #"{"Code":9000}"#, #"{"code":09000}"#, #"{"code":9000"#, #"{"code":9000}}"#, #"{"code":9000}{"code":9000}"#,
        #"{"code":9001,"code":9000}"#, #"{"code":18446744073709560616}"#, #"{'code':9000}"#, "{code:9000}",
        "\u{FEFF}{\"code\":9000}", #"callback({"code":9000})"#, "<html></html>", "code=9000", "\0\0\0",
        #"{"code":9000,"id":"117270465679982592"}"#, #"{"code":9000,"id":1.5}"#, #"{"code":9000,"id":{}}"#,
        #"{"code":9000,"id":1e17}"#, #"{"code":9000,"exID":{}}"#, #"{"code":9000,"exID":true}"#,
    ])
    func bodyThatIsNoReplyOfTheServiceIsABadReply(body: String) {
        Self.check(Row(status: 200, body: body, error: .badReply, delivered: .maybe, billed: .maybe))
    }

    @Test func bodyThatIsNotUTF8IsABadReply() {
        var body = ByteBuffer(string: #"{"code":9000,"content":""#)
        body.writeBytes([0xC3, 0x28])
        body.writeString(#""}"#)
        let attempt = Attempt(
            .success(HTTPReply(status: 200, body: body)), from: "host", at: .mobile,
            expecting: ExpectedEcho(of: nil, or: nil), elapsed: .zero)
        #expect(attempt.verdict == .unknown)
        #expect(attempt.error?.kind == .badReply)
    }

    @Test(
        arguments: [
            ("", nil), (#","id":null"#, nil), (#","id":"""#, nil), (#","id":0"#, 0), (#","id":-1"#, -1),
            // Not representable as Double: a conversion to Double would change the last digit to 2.
            (#","id":117270465679982593"#, 117_270_465_679_982_593),
            (#","id":9223372036854775807"#, Int64.max),
        ] as [(String, Int64?)])
    func idIsExactOrNil(members: String, id: Int64?) {
        #expect(Self.attempt(200, #"{"code":9000\#(members)}"#).id == id)
    }

    @Test(
        arguments: [
            ("", nil), (#","exID":null"#, nil), (#","exID":"""#, nil), (#","exID":"1234566""#, "1234566"),
            (#","exID":1234566"#, "1234566"), (#","exID":" ""#, " "),
        ] as [(String, String?)])
    func exIDIsTextOrNil(members: String, exID: String?) {
        #expect(Self.attempt(200, #"{"code":9001\#(members)}"#).exID == exID)
    }

    /// The sent exID, and the exID in the reply.
    @Test(
        "a reply that names another request is none to this one",
        arguments: ["9000", "9001", "9003", "9020", "9099"],
        [
            ("mine", #""someone-else""#), ("mine", #""Mine""#), ("mine", #"" mine""#), ("mine", "7"), ("7", #""07""#),
            ("\u{E9}", #""e\u0301""#), ("order-1", #""order-10""#),
        ])
    func replyWithAnotherExIDIsABadReply(code: String, _ echo: (sent: String, echoed: String)) {
        for expected in [ExpectedEcho(of: echo.sent, or: "4f1c"), ExpectedEcho(of: nil, or: echo.sent)] {
            let attempt = Self.attempt(200, #"{"id":2,"code":\#(code),"content":"c","exID":\#(echo.echoed)}"#, expected)
            #expect(attempt.verdict == .unknown)
            #expect(attempt.error?.kind == .badReply)
            #expect(attempt.error?.message.contains("answers another request") == true)
            #expect(attempt.delivered == .maybe && attempt.billed == .maybe && attempt.tokenState == .unclear)
            #expect(attempt.code == nil && attempt.id == nil && attempt.content == nil && attempt.exID == nil)
        }
    }

    @Test(arguments: [("mine", #""mine""#), ("7", "7"), ("007", "7"), ("mine", "null"), ("mine", #""""#)])
    func replyWithTheSameOrNoExIDIsAccepted(sent: String, echoed: String) {
        let attempt = Self.attempt(200, #"{"code":9000,"exID":\#(echoed)}"#, ExpectedEcho(of: sent, or: "4f1c"))
        #expect(attempt.verdict == .match)
        #expect(attempt.exID == (["null", #""""#].contains(echoed) ? nil : sent))
    }

    /// The header alone decides, even if the body is readable JSON.
    @Test func replyWithContentEncodingIsABadReply() {
        let reply = HTTPReply(status: 200, body: ByteBuffer(string: #"{"code":9000}"#), contentCoding: "br")
        let attempt = Attempt(
            .success(reply), from: "host", at: .mobile, expecting: ExpectedEcho(of: nil, or: nil), elapsed: .zero)
        #expect(attempt.error?.kind == .badReply)
        #expect(attempt.error?.message.contains("the reply is compressed (br)") == true)
        #expect(attempt.verdict == .unknown && attempt.delivered == .maybe)
    }

    @Test func exIDThatTheClientMadeUpIsNotShown() {
        let attempt = Self.attempt(200, #"{"code":9000,"exID":"4f1c"}"#, ExpectedEcho(of: nil, or: "4f1c"))
        #expect(attempt.verdict == .match)
        #expect(attempt.exID == nil)
    }

    @Test(
        arguments: [
            ("gzip", [0x1F, 0x8B, 8, 0]), ("zlib", [0x78, 0x9C, 1, 2]), ("zlib", [0x78, 0x01]),
            ("zstd", [0x28, 0xB5, 0x2F, 0xFD]),
        ] as [(String, [UInt8])])
    func compressedBodyIsNamedInTheError(name: String, bytes: [UInt8]) {
        let attempt = Attempt(
            .success(HTTPReply(status: 200, body: ByteBuffer(bytes: bytes))), from: "host", at: .mobile,
            expecting: ExpectedEcho(of: nil, or: nil), elapsed: .zero)
        #expect(attempt.error?.kind == .badReply)
        #expect(attempt.error?.message.contains("the reply is compressed (\(name))") == true)
        #expect(attempt.delivered == .maybe)
    }

    @Test(
        arguments: [
            (#"{"code":9002,"content":"unknown result"}"#, "unknown result"), (#"{"code":9002,"content":""}"#, nil),
            (#"{"code":9002,"content":null}"#, nil), (#"{"code":9002,"content":7}"#, nil), (#"{"code":9002}"#, nil),
            (#"{"error":{"code":1,"message":"m"}}"#, "m"),
        ] as [(String, String?)])
    func contentOfTheReplyIsKept(body: String, content: String?) {
        #expect(Self.attempt(200, body).content == content)
    }

    @Test(arguments: AttemptError.Kind.allCases, Delivered.allCases)
    func failureOfTheTransportBecomesTheErrorOfTheAttempt(kind: AttemptError.Kind, delivered: Delivered) {
        let failure = ExchangeFailure(kind: kind, message: "m", delivered: delivered)
        let attempt = Attempt(
            .failure(failure), from: "host", at: .h5, expecting: ExpectedEcho(of: nil, or: nil), elapsed: .seconds(1))
        #expect(attempt.verdict == .unknown)
        #expect(attempt.endpoint == .h5)
        #expect(attempt.error == AttemptError(kind: kind, message: "m", retryable: delivered == .no))
        #expect(attempt.delivered == delivered)
        #expect(attempt.billed == (delivered == .no ? .no : .maybe))
        #expect(attempt.httpStatus == nil)
        #expect(attempt.elapsed == .seconds(1))
    }

    @Test func messagesNameTheHostAndNeverRepeatTheBody() {
        let secretive = Self.attempt(200, "STsid-example 13800138000")
        #expect(
            secretive.error?.message
                == "host answered something else than the service does: the body is not JSON "
                + "(expected a value at line 1, column 1); check the base URL")
        #expect(
            Self.attempt(302, "").error?.message
                == "host answered HTTP 302: the body is empty; "
                + "redirects are not followed, so check scheme, host and path of the base URL")
        #expect(
            Self.attempt(500, #"{"code":9000}"#).error?.message
                == "host answered HTTP 500 with code 9000; the service or a proxy has trouble, and the token may be spent"
        )
    }

    private static func check(_ row: Row) {
        let attempt = attempt(row.status, row.body)
        #expect(attempt.verdict == row.verdict)
        #expect(attempt.code == row.code)
        #expect(attempt.error?.kind == row.error)
        #expect(attempt.error?.retryable != true)
        #expect(attempt.delivered == row.delivered)
        #expect(attempt.billed == row.billed)
        #expect(attempt.httpStatus == row.status)
    }
}
