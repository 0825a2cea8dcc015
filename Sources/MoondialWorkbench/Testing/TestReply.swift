// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NumberVerification
import NumberVerificationSimulator
import TextFormats

/// The reply that a test gives to one attempt: a code, the name of an error, or directives of the simulator as a table.
struct TestReply: Sendable {
    private enum Content: Sendable {
        case outcome(Outcome)
        /// A token that makes the simulator give the reply.
        case directives(Secret)
    }

    private let content: Content
    private let delay: Duration?

    /// Why a value is no reply.
    struct Problem: Error { let message: String }

    /// Reads `9003`, `"reset"`, `{ code = 9000, http = 500, delay = "2s" }` or `{ error = "reset", delivered = "maybe" }`.
    init(_ value: JSONValue) throws(Problem) {
        switch value {
        case .integer(let code):
            content = .outcome(.reply(Outcome.Reply(code)))
            delay = nil
        case .string(let name):
            content = .outcome(try Self.trouble(name, delivered: nil))
            delay = nil
        case .object(let object) where object["error"] != nil:
            for key in object.keys where !["error", "delivered", "delay"].contains(key) {
                throw Problem(message: "a reply with 'error' has no '\(key)'; it may have delivered and delay")
            }
            content = .outcome(try Self.trouble(object["error"]?.stringValue ?? "", delivered: object["delivered"]))
            delay = try Self.duration(object["delay"])
        case .object(let object):
            content = .directives(try Self.token(object))
            delay = nil
        default:
            throw Problem(
                message: "a reply is a code, the name of an error or a table such as { code = 9000, delay = \"2s\" }")
        }
    }

    private static func trouble(_ name: String, delivered: JSONValue?) throws(Problem) -> Outcome {
        guard let kind = AttemptError.Kind(rawValue: name) else {
            let kinds = AttemptError.Kind.allCases.map(\.rawValue)
            throw Problem(
                message: "no error is named '\(name)'\(Suggestion.clause(for: name, in: kinds)); there are "
                    + kinds.joined(separator: ", "))
        }
        guard let delivered else { return .trouble(kind, kind.possibleDeliveries[0]) }
        guard let state = delivered.stringValue.flatMap(Delivered.init(rawValue:)),
            kind.possibleDeliveries.contains(state)
        else {
            let states = kind.possibleDeliveries.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
            throw Problem(message: "delivered of '\(name)': \(states) expected")
        }
        return .trouble(kind, state)
    }

    private static func duration(_ value: JSONValue?) throws(Problem) -> Duration? {
        guard let value else { return nil }
        guard let text = value.stringValue, let duration = Duration(text: text, in: .zero ... .seconds(86_400)) else {
            throw Problem(message: "delay: a duration such as \"250ms\" or \"2s\" expected, one day at most")
        }
        return duration
    }

    private static func token(_ object: JSONObject) throws(Problem) -> Secret {
        var parts: [String] = []
        for member in object.members {
            switch member.value {
            case .string(let text): parts.append("\(member.key)=\(text)")
            case .integer(let number): parts.append("\(member.key)=\(number)")
            default: throw Problem(message: "\(member.key): a string or a whole number expected")
            }
        }
        let token = "sim:" + parts.joined(separator: ",")
        if let problem = Simulator.problem(withToken: token) { throw Problem(message: problem) }
        return Secret(token)
    }

    /// The scripted reply to a request.
    func scripted(_ request: VerificationRequest, at endpoint: Endpoint, by simulator: Simulator) -> ScriptedReply {
        switch content {
        case .outcome(let outcome): return ScriptedReply(outcome, delay: delay)
        case .directives(let token):
            guard
                let request = try? VerificationRequest(
                    phone: request.phone.submitted, token: token.reveal(), exID: request.exID)
            else { return ScriptedReply(.trouble(.badReply, .maybe)) }
            return simulator.scripted(request, at: endpoint)
        }
    }
}

extension Simulator {
    /// The reply of the simulator to a request.
    func scripted(_ request: VerificationRequest, at endpoint: Endpoint) -> ScriptedReply {
        let (result, delay) = outcome(of: request, at: endpoint)
        return ScriptedReply(result, delay: delay == .zero ? Outcome.usualTime : delay)
    }
}
