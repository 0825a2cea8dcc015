// SPDX-License-Identifier: MIT

package import NumberVerification

/// The outcome of one attempt: a reply of the provider, or an error with what it says about delivery.
///
/// ``all`` is the finite set of outcomes with which rulebooks are explored.
package enum Outcome: Sendable, Hashable {
    /// A reply of the service.
    case reply(Reply)
    /// No reply that could be read.
    case trouble(AttemptError.Kind, Delivered)

    /// One reply of the service.
    package struct Reply: Sendable, Hashable {
        /// The code in the body.
        package var code: Int64
        /// The HTTP status. The default is 200.
        package var status = 200
        /// Whether the reply has the provider's serial number. Only replies with a verdict do. The default is true.
        package var hasID = true
        /// Whether the code comes in an `error` object, where no verdict belongs. The default is false.
        package var isErrorObject = false

        package init(_ code: Int64) { self.code = code }
    }

    /// A code that is not in the table of codes.
    package static let unknownCode: Int64 = 9098

    /// Each known code of verify, an unknown one, verdicts with HTTP status 500, a match without id and one in an
    /// `error` object, and each kind of error with each value of `delivered` that it can have.
    package static let all: [Outcome] = {
        let codes = ResponseCode.table.filter { $0.layer == .verify }.map(\.code.rawValue)
        var outcomes = (codes + [unknownCode]).map { Outcome.reply(Reply($0)) }
        for code in [ResponseCode.verifyConsistent, .verifyNotConsistent] {
            var reply = Reply(code.rawValue)
            reply.status = 500
            outcomes.append(.reply(reply))
        }
        var doubtful = Reply(ResponseCode.verifyConsistent.rawValue)
        doubtful.hasID = false
        outcomes.append(.reply(doubtful))
        doubtful = Reply(ResponseCode.verifyConsistent.rawValue)
        doubtful.isErrorObject = true
        outcomes.append(.reply(doubtful))
        for kind in AttemptError.Kind.allCases {
            outcomes += kind.possibleDeliveries.map { .trouble(kind, $0) }
        }
        return outcomes
    }()
}

extension AttemptError.Kind {
    /// The possible values of `delivered` of an attempt that ends with this error, the usual one first.
    package var possibleDeliveries: [Delivered] {
        switch self {
        case .dns, .connectRefused, .connectTimeout, .tls, .poolFull: [.no]
        case .responseTimeout, .reset, .badReply, .httpStatus: [.maybe]
        case .cancelled: [.maybe, .no]
        }
    }
}

extension Outcome: CustomStringConvertible {
    /// For people: `9003`, `9000 under HTTP 500`, `reset`, `cancelled (not sent)`.
    package var description: String {
        switch self {
        case .reply(let reply):
            if reply.isErrorObject { return "\(reply.code) as an error" }
            if !reply.hasID { return "\(reply.code) without id" }
            if reply.status != 200 { return "\(reply.code) under HTTP \(reply.status)" }
            return reply.code == Outcome.unknownCode ? "an unknown code" : String(reply.code)
        case .trouble(let kind, let delivered):
            return delivered == kind.possibleDeliveries.first
                ? kind.rawValue
                : "\(kind.rawValue) (\(delivered == .no ? "not sent" : "delivered: \(delivered.rawValue)"))"
        }
    }

    /// The outcome in Lua, as in the `replies` of a test.
    package var notation: String {
        switch self {
        case .reply(let reply):
            var members = ["code = \(reply.code)"]
            if reply.status != 200 { members.append("http = \(reply.status)") }
            if !reply.hasID { members.append("id = \"missing\"") }
            if reply.isErrorObject { members.append("body = \"error-object\"") }
            return members.count == 1 ? String(reply.code) : "{ \(members.joined(separator: ", ")) }"
        case .trouble(let kind, let delivered):
            return delivered == kind.possibleDeliveries.first
                ? "\"\(kind.rawValue)\"" : "{ error = \"\(kind.rawValue)\", delivered = \"\(delivered.rawValue)\" }"
        }
    }

    /// Whether no reply of the service came.
    package var isTrouble: Bool {
        if case .trouble = self { true } else { false }
    }
}
