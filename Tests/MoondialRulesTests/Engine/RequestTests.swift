// SPDX-License-Identifier: MIT

import Generators
import JSON
import MoondialRules
import NumberVerification
import Testing

/// Requests as JSON, in the provider's form.
@Suite struct RequestTests {
    private func read(_ text: String) throws -> RunRequest {
        try RunRequest(json: try JSONValue.parse(Array(text.utf8)))
    }

    @Test func documentedExampleOfTheProviderIsARequest() throws {
        let request = try read(
            """
            {"token": "STsid0000001542695429579Ob28vB7b0cYTI9w0GGZrv8ujUu05qZvw", "phone": 15813554612,
             "exID": "1234566"}
            """
        )
        #expect(request.verification.phone.submitted == "15813554612")
        #expect(request.verification.token.reveal() == "STsid0000001542695429579Ob28vB7b0cYTI9w0GGZrv8ujUu05qZvw")
        #expect(request.verification.exID == "1234566")
        #expect(request.channel == nil && request.timeout == nil && request.context == nil)
    }

    @Test func optionsAreReadFromTheRequest() throws {
        let request = try read(
            """
            {"context": {"a": [1]}, "timeout_ms": 86400000, "token_age_ms": 0, "operator": "CM", "ip": "::1",
             "channel": "native", "exID": null, "phone": "1", "token": "t"}
            """)
        #expect(request.context == ["a": [1]])
        #expect(request.timeout == 86_400_000)
        #expect(request.tokenAge == 0)
        #expect(request.carrier == .mobile)
        #expect(request.ip == "::1")
        #expect(request.channel == .native)
        #expect(request.verification.exID == nil)
    }

    @Test func plainRequestsAreReadWithoutTheJSONParser() throws {
        let text = #"{ "token":"STsid-1","phone": "13800138000", "exID":"order-7" }"#
        let plain = text.utf8.withContiguousStorageIfAvailable { RunRequest(plain: UnsafeRawBufferPointer($0)) }
        let request = try #require(plain ?? nil)
        #expect(request.verification.token.reveal() == "STsid-1")
        #expect(request.verification.phone.submitted == "13800138000")
        #expect(request.verification.exID == "order-7")
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func plainRequestIsReadAsTheJSONParserReadsIt(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let keys = ["token", "phone", "exID", "exid", "context", ""]
        let values = [
            #""STsid-1""#, #""13800138000""#, #""""#, #""a\u0062""#, "\"tab\t\"", "13800138000", "null", #"{"a":1}"#,
            "\"验证\"", "\"\(String(repeating: "x", count: 4097))\"",
        ]
        for _ in 0..<1000 {
            let members = (0..<random.below(5)).map { _ in "\"\(random.pick(keys))\": \(random.pick(values))" }
            let body = "{\(members.joined(separator: random.chance(95) ? "," : ""))}" + (random.chance(95) ? "" : "}")
            let plain = Array(body.utf8).withUnsafeBytes { RunRequest(plain: $0) }
            guard let plain else { continue }
            let parsed = try read(body)
            #expect(plain.verification.phone.submitted == parsed.verification.phone.submitted, "\(body)")
            #expect(plain.verification.token.reveal() == parsed.verification.token.reveal(), "\(body)")
            #expect(plain.verification.exID == parsed.verification.exID, "\(body)")
        }
    }

    @Test func nullOptionIsAbsent() throws {
        for name in RunRequest.optionNames {
            #expect(throws: Never.self) { try read(#"{"phone": "1", "token": "t", "\#(name)": null}"#) }
        }
    }

    @Test(arguments: [
        ("[]", "request: a JSON object expected, got an array"),
        ("7", "request: a JSON object expected, got 7"),
        ("{}", "'phone' is missing"),
        (#"{"phone": "13800138000"}"#, "'token' is missing"),
        (#"{"phone": "1", "token": "t", "exid": "x"}"#, "unknown key 'exid'; did you mean 'exID'?"),
        (#"{"phone": "1", "token": "t", "tokenAgeMs": 1}"#, "unknown key 'tokenAgeMs'; did you mean 'token_age_ms'?"),
        (#"{"phone": "1", "token": "t", "what\u0007 ever": 1}"#, #"unknown key 'what\u{7} ever'"#),
        (#"{"phone": 13800138000.5, "token": "t"}"#, "phone: a string expected, got a fraction"),
        (#"{"phone": -13800138000, "token": "t"}"#, "phone: a string expected, got a large number"),
        (#"{"phone": null, "token": "t"}"#, "phone: a string expected, got null"),
        (#"{"phone": "1", "token": 1542695429579123}"#, "token: a string expected, got a large number"),
        (#"{"phone": "1", "token": ["STsid-secret"]}"#, "token: a string expected, got an array"),
        (#"{"phone": "1", "token": "t", "exID": 7}"#, "exID: a string expected, got 7"),
        (#"{"phone": "", "token": "t"}"#, "phone is empty"),
        (#"{"phone": "1", "token": "t", "exID": ""}"#, "exID is empty; leave it out instead"),
        (#"{"phone": "1\u2028", "token": "t"}"#, "phone holds the invisible character U+2028; remove it"),
        (
            #"{"phone": "1", "token": "t", "channel": "STsid-secret"}"#,
            "channel: \"native\" or \"web\" expected, got another string"
        ),
        (
            #"{"phone": "1", "token": "t", "timeout_ms": "900"}"#,
            "timeout_ms: a whole number of milliseconds from 1 to 86400000 expected, got \"900\""
        ),
        (
            #"{"phone": "1", "token": "t", "token_age_ms": 1.5}"#,
            "token_age_ms: a whole number of milliseconds from 0 to 86400000 expected, got a fraction"
        ),
        (#"{"phone": "1", "token": "t", "context": []}"#, "context: an object expected, got an array"),
        (
            #"{"phone": "1", "token": "t", "ip": "\#(String(repeating: "1", count: 65))"}"#,
            "ip: at most 64 characters expected, got 65"
        ),
        (
            #"{"phone": "1", "token": "t", "context": {"a": "\#(String(repeating: "x", count: 16_377))"}}"#,
            "context: at most 16384 bytes as JSON expected, got 16385"
        ),
        (
            #"{"phone": "1", "token": "t", "context": \#(nested(17))}"#,
            "context: objects and lists nested at most 16 deep expected, got 17"
        ),
        (
            #"{"phone": "\#(String(repeating: "1", count: 33))", "token": "t"}"#,
            "phone: at most 32 characters expected, got 33"
        ),
    ])
    func invalidRequestIsReportedWithoutSecrets(text: String, message: String) throws {
        let diagnostic = try #require(throws: Diagnostic.self) { try read(text) }
        #expect(diagnostic.code == .requestInvalid)
        #expect(diagnostic.message == message)
        #expect(diagnostic.fix == DiagnosticCode.requestInvalid.advice)
    }

    private static func nested(_ depth: Int) -> String {
        let lists = depth - 1
        return #"{"a":"# + String(repeating: "[", count: lists) + String(repeating: "]", count: lists) + "}"
    }

    @Test func largestAllowedValuesAreAccepted() throws {
        let request = try read(
            #"{"phone": "1", "token": "t", "ip": "\#(String(repeating: "1", count: 64))", "context": \#(Self.nested(16))}"#
        )
        #expect(request.ip?.utf8.count == 64)
        #expect(request.context.map { JSONValue.object($0).depth } == 16)
        let text = String(repeating: "x", count: 16_376)
        #expect(
            try read(#"{"phone": "1", "token": "t", "context": {"a": "\#(text)"}}"#).context == ["a": .string(text)])
    }

    /// The same limits apply to arguments of `verify` in scripts.
    @Test(arguments: [
        ("context = { a = ('x'):rep(17000) }", "context: at most 16384 bytes as JSON expected, got 17008"),
        ("ip = ('1'):rep(65)", "ip: at most 64 characters expected, got 65"),
    ])
    func limitsOfARequestApplyToScripts(option: String, message: String) async throws {
        let report = try await EngineHarness().script("verify('1', 't', nil, { \(option) })")
        #expect(report.failure?.message == "bad argument #4 to 'verify' (\(message))")
        #expect(report.runs.isEmpty)
    }

    @Test func keysOfARequestAreListed() {
        #expect(
            RunRequest.keys == [
                "token", "phone", "exID", "channel", "ip", "operator", "token_age_ms", "timeout_ms", "context",
            ])
    }

    @Test func optionsInTheTraceAreRedacted() async throws {
        let run = try await EngineHarness().verify(token: "STsid-secret-token") {
            $0.context = ["note": "token STsid-secret-token of 13800138000"]
            $0.ip = "192.0.2.1"
        }
        let request = run.trace.json["request"]
        #expect(request?["phone"] == "138****8000")
        #expect(request?["ip"] == "192.0.2.1")
        #expect(request?["context"]?["note"] == "token <token> of 138****8000")
        #expect(request?["token"] == nil)
    }
}
