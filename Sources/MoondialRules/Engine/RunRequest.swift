// SPDX-License-Identifier: MIT

package import JSON
package import NumberVerification
import TextFormats

/// One request to decide on: what is verified, and further data for the rules.
package struct RunRequest: Sendable, Hashable {
    /// The operator of the network that made the token.
    package enum Carrier: String, Sendable, CaseIterable {
        case mobile = "CM"
        case unicom = "CU"
        case telecom = "CT"
    }

    package var verification: VerificationRequest
    package var channel: Channel?
    /// The end user's address, as the caller gave it.
    package var ip: String?
    /// `operator` in Lua and JSON.
    package var carrier: Carrier?
    /// Milliseconds since the token was made.
    package var tokenAge: Int64?
    /// Milliseconds the run may take; nil for the configured time.
    package var timeout: Int64?
    /// Any further data for the rules.
    package var context: JSONObject?

    package init(_ verification: VerificationRequest) {
        self.verification = verification
    }
}

/// Why a request or its options are wrong.
package struct RunRequestProblem: Error, Sendable {
    /// The wire name of the field that is wrong.
    package let field: String
    package let message: String
}

extension RunRequest {
    /// The options that may stand beside token, phone and exID, in the order of the documentation.
    package static let optionNames = Registry.optionNames(of: "verify")

    /// Characters that `ip` may have: an IPv6 address with a zone, and more.
    static let maximumIPLength = 64
    /// Bytes that `context` may have, as JSON.
    static let maximumContextBytes = 16 << 10
    /// How deep `context` may be nested.
    static let maximumContextDepth = 16

    /// The options that were given, for the trace.
    var options: JSONObject {
        var members: [JSONObject.Member] = []
        func add(_ key: String, _ value: JSONValue) { members.append(JSONObject.Member(key: key, value: value)) }
        if let ip { add("ip", .string(ip)) }
        if let carrier { add("operator", .string(carrier.rawValue)) }
        if let tokenAge { add("token_age_ms", .integer(tokenAge)) }
        if let timeout { add("timeout_ms", .integer(timeout)) }
        if let context { add("context", .object(context)) }
        return JSONObject(uniqueMembers: members)
    }

    /// How long the run may take: the request's own time, or that of the settings.
    package func time(_ settings: RunSettings) -> Duration { timeout.map { .milliseconds($0) } ?? settings.timeout }

    /// Sets one option. Null is ignored.
    ///
    /// - Throws: A problem that says what was expected and what was found.
    mutating func setOption(_ name: String, to value: JSONValue) throws(RunRequestProblem) {
        if value == .null { return }
        switch name {
        case "channel": channel = try Self.choice(value, of: name)
        case "operator": carrier = try Self.choice(value, of: name)
        case "ip":
            guard let text = value.stringValue else { throw .expected("a string", of: name, got: value) }
            guard text.unicodeScalars.count <= Self.maximumIPLength else {
                throw .expected(
                    "at most \(Self.maximumIPLength) characters", of: name, length: text.unicodeScalars.count)
            }
            ip = text
        case "token_age_ms": tokenAge = try Self.milliseconds(value, of: name, from: 0)
        case "timeout_ms": timeout = try Self.milliseconds(value, of: name, from: 1)
        case "context":
            context = try Self.context(value, of: name)
        default:
            throw .unknown("option", name, known: Self.optionNames)
        }
    }

    private static func choice<Choice>(_ value: JSONValue, of name: String) throws(RunRequestProblem) -> Choice
    where Choice: RawRepresentable<String> & CaseIterable {
        guard let choice = value.stringValue.flatMap(Choice.init(rawValue:)) else {
            let names = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
            throw .expected(names, of: name, got: value)
        }
        return choice
    }

    private static func context(_ value: JSONValue, of name: String) throws(RunRequestProblem) -> JSONObject {
        guard let object = value.objectValue else { throw .expected("an object", of: name, got: value) }
        let (depth, bytes) = (value.depth, value.bytes.count)
        guard depth <= maximumContextDepth else {
            throw .expected("objects and lists nested at most \(maximumContextDepth) deep", of: name, length: depth)
        }
        guard bytes <= maximumContextBytes else {
            throw .expected("at most \(maximumContextBytes) bytes as JSON", of: name, length: bytes)
        }
        return object.withoutNulls
    }

    private static func milliseconds(
        _ value: JSONValue, of name: String, from minimum: Int64
    ) throws(RunRequestProblem) -> Int64 {
        // No token lives as long as a day, and a day does not overflow a clock.
        guard let number = value.wholeNumber, (minimum...86_400_000).contains(number) else {
            throw .expected("a whole number of milliseconds from \(minimum) to 86400000", of: name, got: value)
        }
        return number
    }
}

extension RunRequestProblem {
    /// A value that is long enough to be a phone or token is only named by its type.
    static func expected(_ what: String, of field: String, got value: JSONValue) -> RunRequestProblem {
        let got =
            switch value {
            case .null: "null"
            case .bool(let value): String(value)
            case .integer(let value) where !(-999_999_999...999_999_999).contains(value): "a large number"
            case .integer(let value): field == "token" ? "a number" : String(value)
            case .double: "a fraction"
            case .string(let text): text.utf8.count <= 10 ? JSONValue.string(text).description : "another string"
            case .array: "an array"
            case .object: "an object"
            }
        return RunRequestProblem(field: field, message: "\(field): \(what) expected, got \(got)")
    }

    /// A value is larger than allowed.
    static func expected(_ what: String, of field: String, length: Int) -> RunRequestProblem {
        RunRequestProblem(field: field, message: "\(field): \(what) expected, got \(length)")
    }

    /// The request has an unknown key or option.
    static func unknown(_ what: String, _ key: String, known: [String]) -> RunRequestProblem {
        let shown = String(shortening: key.utf8)
        return RunRequestProblem(
            field: shown, message: "unknown \(what) '\(shown)'\(Suggestion.clause(for: key, in: known))")
    }
}
