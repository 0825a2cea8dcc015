// SPDX-License-Identifier: MIT

package import JSON
import NumberVerification
import TextFormats

extension RunRequest {
    /// The keys of a request, in the provider's spelling, and of its options.
    package static let keys = ["token", "phone", "exID"] + optionNames

    /// Reads the provider's own shape, `{"token", "phone", "exID"}`, with the options beside it. The phone may be an
    /// integer, as in the provider's own example. A missing or null exID means none.
    ///
    /// With `ignoresUnknownKeys`, which is off by default, the request is read as the provider does: further keys are
    /// ignored, and an empty exID means none.
    ///
    /// - Throws: A diagnostic with code `request_invalid`, which repeats neither phone nor token.
    package init(json: JSONValue, ignoresUnknownKeys: Bool = false) throws(Diagnostic) {
        do throws(RunRequestProblem) {
            try self.init(members: json, ignoresUnknownKeys)
        } catch {
            throw Diagnostic(
                .requestInvalid, error.message, subject: error.field, fix: DiagnosticCode.requestInvalid.advice)
        }
    }

    /// Reads a body without building a JSON value. Nil unless the body is plain: an object of only phone, token and exID,
    /// all of them texts without escapes. Use ``init(json:ignoresUnknownKeys:)`` then; the body may be correct or not.
    package init?(plain body: UnsafeRawBufferPointer) {
        var (phone, token, exID): (String?, String?, String?)
        func set(_ member: inout String?, to text: UnsafeRawBufferPointer) -> Bool {
            guard member == nil, !text.isEmpty else { return false }
            member = String(decoding: text, as: UTF8.self)
            return true
        }
        let isPlain = PlainJSONObject.forEachMember(of: body) { key, value in
            guard case .text(let text) = value else { return false }
            return if key.hasSameBytes(as: "token") {
                set(&token, to: text)
            } else if key.hasSameBytes(as: "phone") {
                set(&phone, to: text)
            } else if key.hasSameBytes(as: "exID") {
                set(&exID, to: text)
            } else {
                false
            }
        }
        guard isPlain, let phone, let token,
            let verification = try? VerificationRequest(phone: phone, token: token, exID: exID)
        else { return nil }
        self.init(verification)
    }

    /// The request of an earlier run.
    package init(of run: RunContext) {
        self.init(run.request)
        channel = run.channel
        // The options were valid in the earlier request, so that no error can occur.
        for option in run.options.members { try? setOption(option.key, to: option.value) }
    }

    private init(members json: JSONValue, _ ignoresUnknownKeys: Bool) throws(RunRequestProblem) {
        guard let object = json.objectValue else {
            throw .expected("a JSON object", of: "request", got: json)
        }
        var given: (phone: JSONValue?, token: JSONValue?, exID: JSONValue?)
        var hasOptions = false
        for member in object.members {
            switch member.key {
            case "phone": given.phone = member.value
            case "token": given.token = member.value
            case "exID": given.exID = member.value
            default:
                hasOptions = true
                if !ignoresUnknownKeys, !Self.keys.contains(member.key) {
                    throw .unknown("key", member.key, known: Self.keys)
                }
            }
        }
        let phone = try Self.text(given.phone, "phone", acceptsInteger: true)
        let token = try Self.text(given.token, "token")
        let exID = try given.exID.flatMap { value throws(RunRequestProblem) in
            value == .null || (ignoresUnknownKeys && value == "") ? nil : try Self.text(value, "exID")
        }
        do throws(RequestError) {
            self.init(try VerificationRequest(phone: phone, token: token, exID: exID))
        } catch {
            throw RunRequestProblem(field: error.field.rawValue, message: error.message)
        }
        guard hasOptions else { return }
        for name in Self.optionNames {
            if let value = object[name] { try setOption(name, to: value) }
        }
    }

    private static func text(
        _ value: JSONValue?, _ key: String, acceptsInteger: Bool = false
    ) throws(RunRequestProblem) -> String {
        switch value {
        case .string(let text)?: return text
        case let value?:
            guard acceptsInteger, let number = value.wholeNumber, number >= 0 else {
                throw .expected("a string", of: key, got: value)
            }
            return String(number)
        case nil: throw RunRequestProblem(field: key, message: "'\(key)' is missing")
        }
    }
}
