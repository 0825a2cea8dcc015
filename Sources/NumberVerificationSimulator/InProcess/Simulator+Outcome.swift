// SPDX-License-Identifier: MIT

package import HTTP1
import JSON
import NIOCore
package import NumberVerification

extension Simulator {
    /// The result that a client would get for a request, and the time after which it would get it, without waiting.
    ///
    /// An incomplete reply counts as a reset, as in the client.
    package func outcome(
        of request: VerificationRequest, at endpoint: Endpoint
    ) -> (result: Result<HTTPReply, ExchangeFailure>, after: Duration) {
        var body: JSONObject = [
            "token": .string(request.token.reveal()), "phone": .string(request.phone.submitted),
        ]
        body["exID"] = request.exID.map(JSONValue.string)
        let reply = reply(
            to: HTTPRequest(
                method: "POST", path: endpoint.path, authorization: Credentials.documentedExample.authorization,
                contentType: "application/json", keepsAlive: true,
                body: ByteBuffer(bytes: JSONValue.object(body).bytes)))
        var parser = HTTPResponseParser()
        var time = Duration.zero
        let peer = InProcessTransport.peer
        do {
            for step in reply.steps {
                switch step {
                case .wait(let duration): time += duration
                case .bytes(let bytes):
                    if let parsed = try parser.consume(bytes) { return (.success(parsed.reply), time) }
                case .drip(let bytes, let duration):
                    time += duration
                    if let parsed = try parser.consume(bytes) { return (.success(parsed.reply), time) }
                case .reset: return (.failure(.reset(peer: peer)), time)
                case .close: break
                }
            }
            return (.success(try parser.end().reply), time)
        } catch {
            return (.failure(.unreadableReply(error, peer: peer)), time)
        }
    }
}

extension Simulator {
    /// What is wrong with the directives of a token, or nil.
    package static func problem(withToken token: String) -> String? {
        do throws(DirectiveError) {
            _ = try Directives(token: token)
            return nil
        } catch {
            return error.message
        }
    }
}
