// SPDX-License-Identifier: MIT

package import JSON
import MoondialPresentation
package import MoondialRules
import NumberVerification
import TextFormats

/// Tests as they are written in Lua.
package enum TestNotation {
    /// A test that passes if this request with the outcomes of this path leads to this result.
    package static func test(
        _ name: String, request: RunRequest, path: ExploredPath, result: PathResult, indent: String = ""
    ) -> String {
        let shown = ShownRequest(request)
        var lines = ["test \(LuaWords.quoted(name.utf8)) {"]
        if shown.isRedacted {
            lines.append("  -- Phones and tokens were replaced: put in yours, if the rules look at them.")
        }
        lines.append("  request = \(shown.text),")
        if let time = path.time { lines.append("  at = \"\(UTCTime.text(milliseconds: time))\",") }
        lines += members(path).map { "  \($0)," } + ["  expect = \(expectation(result)),", "}"]
        return lines.map { indent + $0 + "\n" }.joined()
    }

    /// `store = { "over" }`, where the store was called, and `replies = { 9003 }`.
    static func members(_ path: ExploredPath) -> [String] {
        let store = path.store.isEmpty ? [] : [list("store", path.store.map(\.outcome.notation))]
        return store + [list("replies", path.steps.map(\.outcome.notation))]
    }

    /// A member that is a list of elements, which are Lua already.
    static func list(_ name: String, _ elements: [String]) -> String {
        elements.isEmpty ? "\(name) = {}" : "\(name) = { \(elements.joined(separator: ", ")) }"
    }

    /// The `expect` table of a test for a run with this result.
    package static func expectation(_ result: PathResult) -> String {
        var members = ["decision = \"\(result.decision.outcome.rawValue)\""]
        if let reason = result.decision.reason { members.append("reason = \(LuaWords.quoted(reason.utf8))") }
        members.append("attempts = \(result.attempts)")
        members.append("billed = \(result.money.certain)")
        return "{ \(members.joined(separator: ", ")) }"
    }

    /// An invented phone with the digits that the mask leaves.
    static func invented(_ masked: String) -> String {
        let digits = masked.filter { $0.isASCII && ($0.isNumber || $0 == "+") }
        return digits.count < 7 ? TestRow.phone : masked.replacing("****", with: "0000")
    }

    /// A request as a test writes it: without its token, with an invented phone, and without either of them elsewhere.
    private struct ShownRequest {
        let text: String
        /// Whether more was replaced than the token.
        let isRedacted: Bool

        init(_ request: RunRequest) {
            let secrets = SubmittedSecrets()
            secrets.add(request.verification)
            let redactor = Redactor(secrets: secrets, showsPhones: false)
            let phone = request.verification.phone
            let shown = RequestClass.phones.contains(phone.submitted) ? phone.submitted : invented(phone.masked)
            let (exID, ip) = (redactor.text(request.verification.exID), redactor.text(request.ip))
            let context = request.context.map { redactor.object($0) }
            isRedacted =
                shown != phone.submitted || exID != request.verification.exID || ip != request.ip
                || context != request.context
            var members = ["phone = \(LuaWords.quoted(shown.utf8))"]
            if let exID { members.append("exid = \(LuaWords.quoted(exID.utf8))") }
            if let channel = request.channel { members.append("channel = \"\(channel.rawValue)\"") }
            if let ip { members.append("ip = \(LuaWords.quoted(ip.utf8))") }
            if let carrier = request.carrier { members.append("operator = \"\(carrier.rawValue)\"") }
            if let age = request.tokenAge { members.append("token_age_ms = \(age)") }
            if let timeout = request.timeout { members.append("timeout_ms = \(timeout)") }
            if let context { members.append("context = \(lua(.object(context)))") }
            text = "{ \(members.joined(separator: ", ")) }"
        }
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
