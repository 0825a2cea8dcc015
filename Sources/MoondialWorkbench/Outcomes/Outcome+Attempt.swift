// SPDX-License-Identifier: MIT

import HTTP1
import JSON
import NIOCore
package import NumberVerification

extension Outcome {
    /// The name of the provider's host in messages.
    static let host = "the provider"

    /// The attempt with this outcome. Replies are made as bytes and read like those of the provider.
    ///
    /// - Parameters:
    ///   - endpoint: The endpoint of the attempt.
    ///   - exID: The exID that a verdict echoes; nil for none.
    ///   - elapsed: How long the attempt took.
    /// - Returns: The attempt.
    package func attempt(at endpoint: Endpoint, exID: String?, elapsed: Duration) -> Attempt {
        Attempt(result(exID: exID), from: Outcome.host, at: endpoint, exID: exID, elapsed: elapsed)
    }

    private func result(exID: String?) -> Result<HTTPReply, ExchangeFailure> {
        switch self {
        case .reply(let reply):
            return .success(HTTPReply(status: reply.status, body: ByteBuffer(bytes: reply.body(exID: exID))))
        case .trouble(.httpStatus, _):
            return .success(HTTPReply(status: 502, body: ByteBuffer(string: "<html>Bad Gateway</html>")))
        case .trouble(.badReply, _):
            return .success(HTTPReply(status: 200, body: ByteBuffer(string: "<html>It works!</html>")))
        case .trouble(let kind, let delivered):
            return .failure(
                ExchangeFailure(kind: kind, message: "\(Outcome.host): \(kind.rawValue)", delivered: delivered))
        }
    }
}

extension Outcome.Reply {
    /// The serial number of all replies that have one: too large to be exact as a double.
    static let id: Int64 = 117_270_465_679_982_593

    fileprivate func body(exID: String?) -> [UInt8] {
        let code = ResponseCode(self.code)
        let content = JSONValue.string(code.entry?.content ?? "a code of tomorrow")
        if isErrorObject {
            return JSONValue.object(["error": ["code": .integer(self.code), "message": content]]).bytes
        }
        var body = JSONObject()
        if hasID, code.verdict != .unknown { body["id"] = .integer(Self.id) }
        body["code"] = .integer(self.code)
        body["content"] = content
        if code.verdict != .unknown, let exID { body["exID"] = .string(exID) }
        return JSONValue.object(body).bytes
    }
}
