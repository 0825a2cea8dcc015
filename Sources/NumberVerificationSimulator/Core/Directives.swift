// SPDX-License-Identifier: MIT

import HTTP1
import NumberVerification
import TextFormats

/// The directives in a token that starts with `sim:`, as in `sim:code=9002,delay=250ms`.
struct Directives: Sendable, Hashable {
    enum Body: String, Sendable, CaseIterable {
        case html, empty, truncated, huge
        case errorObject = "error-object"
    }

    enum Reset: String, Sendable, CaseIterable {
        case before, after
    }

    /// What the reply has in the place of a value.
    enum Absence: String, Sendable, CaseIterable {
        case missing, null, empty
    }

    /// What the reply has in the place of the request's exID.
    enum Echo: String, Sendable, CaseIterable {
        case missing, null, empty, other
    }

    enum ID: Sendable, Hashable {
        case absent(Absence)
        case number(Int64)
    }

    var code: ResponseCode?
    var delay: Duration?
    var httpStatus: Int?
    var body: Body?
    var reset: Reset?
    var drip: Duration?
    var id: ID?
    var exID: Echo?
    var endpoint: Endpoint?
    var phone: String?
    var age: Duration?
    var carrier: Carrier?

    private static let prefix = "sim:"

    /// The directives in `token`, or nil for an ordinary one.
    init?(token: String) throws(DirectiveError) {
        guard token.hasPrefix(Self.prefix) else { return nil }
        let list = token.dropFirst(Self.prefix.count)
        guard !list.isEmpty else { return }
        var seen: Set<Name> = []
        for directive in list.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = directive.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Name(rawValue: String(parts[0])) else {
                throw DirectiveError("unknown directive '\(DirectiveError.excerpt(parts[0]))'")
            }
            guard seen.insert(name).inserted else { throw DirectiveError("directive '\(name.rawValue)' twice") }
            let value = parts.count > 1 ? parts[1] : ""
            guard set(name, value) else {
                throw DirectiveError(
                    "directive '\(name.rawValue)' wants \(name.wanted), not '\(DirectiveError.excerpt(value))'")
            }
        }
    }
}

/// What is wrong with the directives of a token.
struct DirectiveError: Error, Hashable {
    let message: String

    init(_ message: String) {
        self.message = message
    }

    /// The beginning of a text, long enough to recognise a typing error.
    static func excerpt(_ text: Substring) -> String {
        text.count <= 40 ? String(text) : text.prefix(40) + "…"
    }
}

extension Directives {
    enum Name: String, CaseIterable {
        case code, delay, http, body, reset, drip, id, exid, endpoint, phone, age
        case carrier = "operator"

        /// The allowed values, for error messages.
        var wanted: String {
            switch self {
            case .code: "a number from 0 to 9999"
            case .delay, .drip, .age: "a duration such as 250ms, 2s or 1m, one day at most"
            case .http: "a status from 200 to 599"
            case .body: choice(of: Body.self)
            case .reset: choice(of: Reset.self)
            case .id: choice(of: Absence.self) + " or a 64-bit integer"
            case .exid: choice(of: Echo.self)
            case .endpoint: choice(of: Endpoint.self)
            case .phone: "11 digits"
            case .carrier: choice(of: Carrier.self)
            }
        }

        private func choice<Choice: CaseIterable & RawRepresentable<String>>(of _: Choice.Type) -> String {
            Choice.allCases.map(\.rawValue).joined(separator: "|")
        }
    }

    /// False when `text` is no value of the directive.
    private mutating func set(_ name: Name, _ text: Substring) -> Bool {
        let word = String(text)
        switch name {
        case .code: return Self.set(&code, Self.integer(text, in: 0...9999).map { ResponseCode(Int64($0)) })
        case .delay: return Self.set(&delay, Duration(text: text, in: .zero ... .seconds(86_400)))
        case .http: return Self.set(&httpStatus, Self.integer(text, in: 200...599))
        case .body: return Self.set(&body, Body(rawValue: word))
        case .reset: return Self.set(&reset, Reset(rawValue: word))
        case .drip: return Self.set(&drip, Duration(text: text, in: .zero ... .seconds(86_400)))
        case .id: return Self.set(&id, Absence(rawValue: word).map(ID.absent) ?? Int64(word).map(ID.number))
        case .exid: return Self.set(&exID, Echo(rawValue: word))
        case .endpoint: return Self.set(&endpoint, Endpoint(rawValue: word))
        case .phone: return Self.set(&phone, VerifyForm.isPhone(word) ? word : nil)
        case .age: return Self.set(&age, Duration(text: text, in: .zero ... .seconds(86_400)))
        case .carrier: return Self.set(&carrier, Carrier(rawValue: word))
        }
    }

    private static func set<Value>(_ property: inout Value?, _ value: Value?) -> Bool {
        property = value
        return value != nil
    }

    private static func integer(_ text: Substring, in range: ClosedRange<Int>) -> Int? {
        guard text.utf8.allSatisfy(\.isDigit), let value = Int(text), range.contains(value) else {
            return nil
        }
        return value
    }
}
