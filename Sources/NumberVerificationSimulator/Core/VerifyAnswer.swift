// SPDX-License-Identifier: MIT

import JSON
import NumberVerification

/// The service's answer, before directives change the reply.
struct VerifyAnswer: Sendable, Hashable {
    var code: ResponseCode
    /// Nil unless there is a verdict: the documented failure has neither id nor exID.
    var id: Int64?
    /// The exID of the request, or empty; nil when the id is nil.
    var exID: String?
}

extension ResponseCode {
    /// The text that comes with the code.
    var content: String { entry?.content ?? "code \(rawValue)" }

    /// The HTTP status that comes with the code; the choice is the simulator's, see ``Simulator``.
    var httpStatus: Int {
        switch self {
        case .missAuth, .authFailed: 401
        case .parameterInvalid: 400
        case .methodNotSupported: 405
        case .mediaTypeNotSupported: 415
        default: 200
        }
    }
}

extension ReplyDraft {
    /// The reply with a code and nothing else.
    static func code(_ code: ResponseCode, content: String? = nil) -> ReplyDraft {
        let object: JSONValue = ["code": .integer(code.rawValue), "content": .string(content ?? code.content)]
        return ReplyDraft(status: code.httpStatus, body: .json(object.bytes))
    }

    init(_ answer: VerifyAnswer, _ directives: Directives?) {
        status = directives?.httpStatus ?? answer.code.httpStatus
        switch directives?.body {
        case nil: body = .json(Self.document(answer, directives))
        case .html: body = .html(Self.page(status: status))
        case .empty: body = .none
        case .truncated:
            let whole = Self.document(answer, directives)
            body = .json(Array(whole.prefix(whole.count / 2)))
        case .errorObject:
            // An error object gets an error code by default; with `code=9000` it holds even a success.
            let code = directives?.code ?? (answer.code.verdict == .unknown ? answer.code : .badServer)
            let error: JSONValue = ["code": .integer(code.rawValue), "message": .string(code.content)]
            body = .json(JSONValue.object(["error": error]).bytes)
        case .huge:
            let content = String(repeating: "x", count: Self.hugeContent)
            body = .json(Self.document(answer, directives, content: content))
        }
    }

    /// Twice the body that the client accepts.
    private static let hugeContent = 128 * 1024

    private static func document(
        _ answer: VerifyAnswer, _ directives: Directives?, content: String? = nil
    ) -> [UInt8] {
        var members: [JSONObject.Member] = []
        members.reserveCapacity(4)
        func add(_ key: String, _ value: JSONValue?) {
            if let value { members.append(JSONObject.Member(key: key, value: value)) }
        }
        switch directives?.id {
        case nil: add("id", answer.id.map(JSONValue.integer))
        case .number(let number): add("id", .integer(number))
        case .absent(let absence): add("id", absence.value)
        }
        add("code", .integer(answer.code.rawValue))
        add("content", .string(content ?? answer.code.content))
        switch directives?.exID {
        case nil: add("exID", answer.exID.map(JSONValue.string))
        case let echo?: add("exID", echo.value)
        }
        return JSONValue.object(JSONObject(uniqueMembers: members)).bytes
    }

    private static func page(status: Int) -> String {
        "<html>\n<head><title>\(status)</title></head>\n<body><h1>\(status)</h1></body>\n</html>\n"
    }
}

extension Directives.Echo {
    /// What the member holds, or nil when there is none.
    fileprivate var value: JSONValue? {
        switch self {
        case .missing: nil
        case .null: .null
        case .empty: ""
        case .other: "another-request"
        }
    }
}

extension Directives.Absence {
    /// What the member holds, or nil when there is none.
    fileprivate var value: JSONValue? {
        switch self {
        case .missing: nil
        case .null: .null
        case .empty: ""
        }
    }
}
