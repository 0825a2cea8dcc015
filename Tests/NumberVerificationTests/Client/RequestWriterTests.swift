// SPDX-License-Identifier: MIT

import Foundation
import NIOCore
import Testing

@testable import NumberVerification

struct RequestWriterTests {
    private static func text(
        _ request: VerificationRequest, at endpoint: Endpoint = .mobile, basePath: String = ""
    ) -> String {
        let writer = RequestWriter(
            host: "api.verification.jpush.cn", basePath: basePath, credentials: .documentedExample)
        return String(buffer: writer.bytes(of: request, exID: request.exID, for: endpoint))
    }

    /// The provider's documented example, except that the phone is a string.
    @Test func documentedExampleIsWrittenByteForByte() throws {
        let request = try VerificationRequest(
            phone: "15813554612", token: "STsid0000001542695429579Ob28vB7b0cYTI9w0GGZrv8ujUu05qZvw", exID: "1234566")
        let expected = [
            "POST /v1/web/verify HTTP/1.1",
            "Host: api.verification.jpush.cn",
            "User-Agent: moondial",
            "Accept: application/json",
            "Accept-Encoding: identity",
            "Authorization: Basic N2Q0MzFlNDJkZmE2YTZkNjkzYWMyZDA0OjVlOTg3YWM2ZDJlMDRkOTVhOWQ4ZjBkMQ==",
            "Content-Type: application/json",
            "Content-Length: 107",
            "",
            #"{"token":"STsid0000001542695429579Ob28vB7b0cYTI9w0GGZrv8ujUu05qZvw","phone":"15813554612","exID":"1234566"}"#,
        ]
        #expect(Self.text(request) == expected.joined(separator: "\r\n"))
    }

    @Test func endpointAndBasePathChangeOnlyThePath() throws {
        let request = try VerificationRequest(phone: "13800138000", token: "t")
        let text = Self.text(request, at: .h5, basePath: "/proxy")
        #expect(text.hasPrefix("POST /proxy/v1/web/h5/verify HTTP/1.1\r\nHost: api.verification.jpush.cn\r\n"))
        #expect(text.hasSuffix("\r\nContent-Length: 35\r\n\r\n" + #"{"token":"t","phone":"13800138000"}"#))
    }

    @Test func reservedCharactersAreEscapedInTheBody() throws {
        let request = try VerificationRequest(phone: "\"1\\", token: "a+/=\"\\", exID: "订单 👍")
        let body = try #require(Self.text(request).split(separator: "\r\n\r\n").last)
        #expect(body == #"{"token":"a+/=\"\\","phone":"\"1\\","exID":"订单 👍"}"#)
        #expect(Self.text(request).contains("Content-Length: \(body.utf8.count)\r\n"))
    }

    @Test func givenExIDIsSentInPlaceOfTheMissingOne() throws {
        let writer = RequestWriter(host: "h", basePath: "", credentials: .documentedExample)
        let request = try VerificationRequest(phone: "1", token: "t")
        let text = String(buffer: writer.bytes(of: request, exID: "4f1c", for: .h5))
        #expect(text.hasSuffix(#"\r\n\r\n{"token":"t","phone":"1","exID":"4f1c"}"#.replacing(#"\r\n"#, with: "\r\n")))
    }

    @Test func traceparentIsSentAsAHeaderField() throws {
        let writer = RequestWriter(host: "h", basePath: "", credentials: .documentedExample)
        let request = try VerificationRequest(phone: "1", token: "t")
        let text = String(buffer: writer.bytes(of: request, exID: nil, TraceParent(beginning: 1), for: .h5))
        let field = "traceparent: 00-00000000000000000000000000000001-0000000000000001-00"
        #expect(text.contains("\r\nContent-Length: 25\r\n\(field)\r\n\r\n{"))
    }

    @Test func requestsDoNotDependOnEarlierOnes() throws {
        let writer = RequestWriter(host: "h", basePath: "", credentials: .documentedExample)
        let long = try VerificationRequest(phone: "1", token: String(repeating: "t", count: 4000))
        let short = try VerificationRequest(phone: "1", token: "t")
        let expected = writer.bytes(of: short, exID: nil, for: .h5)
        _ = writer.bytes(of: long, exID: nil, for: .mobile)
        #expect(writer.bytes(of: short, exID: nil, for: .h5) == expected)
    }
}
