// SPDX-License-Identifier: MIT

import Generators
import NIOCore
import Testing

@testable import NumberVerification

/// Most replies are read without building a JSON value. Such a reading must agree with that of the JSON parser.
@Suite struct PlainReplyTests {
    /// What a reply was read as, or why it was refused.
    private enum Reading: Equatable {
        case reply(code: Int64, content: String?, id: Int64?, exID: String?, isErrorObject: Bool)
        case malformed(String)

        init(_ body: String, _ echo: ExpectedEcho) {
            do throws(WireReply.Malformed) {
                let reply = try WireReply(ByteBuffer(string: body), echo)
                self = .reply(
                    code: reply.code, content: reply.content, id: reply.id, exID: reply.exID,
                    isErrorObject: reply.isErrorObject)
            } catch {
                self = .malformed(error.reason)
            }
        }
    }

    private static let keys = ["code", "content", "id", "exID", "error", "Code", ""]
    private static let values = [
        "9000", "9001", "0", "-1", "01", "1e3", "9000.0", "999999999999999999", "9999999999999999999", "null", "true",
        #""""#, #""verify success""#, #""exid-1""#, #""9000""#, #""a\u0062""#, #""\"""#, "\"验证\"", "\"\u{7F}\"",
        #""eight888""#, #""seventeen bytes 17""#, #"{"code":1}"#, "[]",
    ]
    private static let spaces = ["", "", "", " ", "\n", "\t ", "\u{0B}"]

    private func body(_ random: inout SeededGenerator) -> String {
        let members = (0..<random.below(5)).map { _ in
            let space = random.pick(Self.spaces)
            return "\(space)\"\(random.pick(Self.keys))\"\(space):\(space)\(random.pick(Self.values))\(space)"
        }
        return "{\(members.joined(separator: random.chance(95) ? "," : " "))}"
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func replyIsReadAsTheJSONParserReadsIt(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let body = body(&random)
            let exID = random.chance(70) ? "exid-1" : nil
            let echo = random.chance(50) ? ExpectedEcho(of: exID, or: nil) : ExpectedEcho(of: nil, or: exID)
            // A member that no plain reply has, and that the JSON parser skips.
            let other = body == "{}" ? #"{"other":null}"# : body.dropLast() + #","other":null}"#
            let (plain, parsed) = (Reading(body, echo), Reading(String(other), echo))
            if case .malformed(let reason) = plain, reason.contains("JSON"), case .malformed = parsed { continue }
            #expect(plain == parsed, "\(body)")
        }
    }

    @Test(arguments: [
        #"{"code":9000,"content":"verify success","id":1,"exID":"exid-1"}"#, #"{ "code" : 9001 }"#,
        #"{"id":730226093171220480,"code":9002,"content":"not verify","exID":"exid-1"}"#,
    ])
    func documentedReplyIsRead(body: String) throws {
        let reply = try WireReply(ByteBuffer(string: body), ExpectedEcho(of: "exid-1", or: nil))
        #expect((9000...9002).contains(reply.code))
        #expect(reply.exID == (body.contains("exID") ? "exid-1" : nil))
    }
}
