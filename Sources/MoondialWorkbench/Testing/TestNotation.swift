// SPDX-License-Identifier: MIT

package import JSON
import MoondialPresentation
package import MoondialRules
import NumberVerification

/// Tests as they are written in Lua.
package enum TestNotation {
    /// A test that holds when this request with these replies leads to this result.
    package static func test(
        _ name: String, request: RunRequest, replies: [Outcome], result: PathResult, indent: String = ""
    ) -> String {
        let lines = [
            "test \(LuaWords.quoted(name.utf8)) {",
            "  request = \(lua(request)),",
            "  replies = { \(replies.map(\.notation).joined(separator: ", ")) },",
            "  expect = \(expectation(result)),",
            "}",
        ]
        return lines.map { indent + $0.replacing("{  }", with: "{}") + "\n" }.joined()
    }

    /// What a test expects of a run that ends so.
    package static func expectation(_ result: PathResult) -> String {
        var members = ["decision = \"\(result.decision.outcome.rawValue)\""]
        if let reason = result.decision.reason { members.append("reason = \(LuaWords.quoted(reason.utf8))") }
        members.append("attempts = \(result.attempts)")
        members.append("billed = \(result.money.certain)")
        return "{ \(members.joined(separator: ", ")) }"
    }

    /// A phone that is nobody's, with what the mask leaves.
    static func invented(_ masked: String) -> String {
        let digits = masked.filter { $0.isASCII && ($0.isNumber || $0 == "+") }
        return digits.count < 7 ? TestRow.phone : masked.replacing("****", with: "0000")
    }

    private static func lua(_ request: RunRequest) -> String {
        let phone = request.verification.phone
        let shown = RequestClass.phones.contains(phone.submitted) ? phone.submitted : invented(phone.masked)
        var members = ["phone = \(LuaWords.quoted(shown.utf8))"]
        if let exID = request.verification.exID { members.append("exid = \(LuaWords.quoted(exID.utf8))") }
        if let channel = request.channel { members.append("channel = \"\(channel.rawValue)\"") }
        if let ip = request.ip { members.append("ip = \(LuaWords.quoted(ip.utf8))") }
        if let carrier = request.carrier { members.append("operator = \"\(carrier.rawValue)\"") }
        if let age = request.tokenAge { members.append("token_age_ms = \(age)") }
        if let timeout = request.timeout { members.append("timeout_ms = \(timeout)") }
        if let context = request.context { members.append("context = \(lua(.object(context)))") }
        return "{ \(members.joined(separator: ", ")) }"
    }

    /// A value as Lua writes it. A null inside of a list is `moondial.json.null`.
    package static func lua(_ value: JSONValue) -> String {
        switch value {
        case .null: return "moondial.json.null"
        case .bool, .integer, .double: return value.description
        case .string(let text): return LuaWords.quoted(text.utf8)
        case .array(let elements): return "{ \(elements.map(lua).joined(separator: ", ")) }"
        case .object(let object):
            let members = object.members.map { member in
                let key = LuaWords.isName(member.key) ? member.key : "[\(LuaWords.quoted(member.key.utf8))]"
                return "\(key) = \(lua(member.value))"
            }
            return "{ \(members.joined(separator: ", ")) }"
        }
    }
}
