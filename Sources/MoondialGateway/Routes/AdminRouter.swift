// SPDX-License-Identifier: MIT

import HTTP1
package import JSON
import NIOCore

/// The operations of a gateway's administration. Used on any thread.
package protocol GatewayAdministration: AnyObject, Sendable {
    /// Whether requests are accepted and decided by rules, with details.
    func readiness() async -> (isReady: Bool, detail: JSONObject)
    /// Metrics in the format that an Accept header asks for.
    func metrics(accept: String?) async -> (contentType: String, text: String)
    /// The rules in force, with how often each has decided.
    func rules() async -> JSONObject
    /// The version of the program.
    var version: String { get }
    /// Loads rules, callers and certificates anew.
    ///
    /// - Returns: Whether the reload succeeded, with the new revision or the error.
    func reload() async -> (succeeded: Bool, detail: JSONObject)
    /// Begins to end the gateway; returns at once.
    func startDraining()
}

/// Serves the administration, for operators and monitoring. The administration has no authentication: it listens on a
/// loopback address unless another address is configured.
final class AdminRouter: RequestResponder {
    private let administration: any GatewayAdministration
    private let eventLoop: any EventLoop

    init(_ administration: any GatewayAdministration, eventLoop: any EventLoop) {
        self.administration = administration
        self.eventLoop = eventLoop
    }

    func respond(to exchange: ServerExchange) {
        let isReading = exchange.request.method == "GET" || exchange.request.method == "HEAD"
        switch exchange.request.path {
        case "/healthz", "/readyz", "/metrics", "/version", "/-/rules":
            guard isReading else { return exchange.reply(GatewayReply.methodNotAllowed("GET, HEAD")) }
        case "/-/reload", "/-/drain":
            guard exchange.request.method == "POST" else {
                return exchange.reply(GatewayReply.methodNotAllowed("POST"))
            }
        default: return exchange.reply(GatewayReply.notFound)
        }
        let (path, accept) = (exchange.request.path, exchange.request.fields["accept"])
        let place = NIOLoopBound(exchange, eventLoop: eventLoop)
        eventLoop.makeFutureWithTask { [administration] in
            await Self.answer(path, accept: accept, administration)
        }.whenSuccess { place.value.reply($0) }
    }

    private static func answer(
        _ path: String, accept: String?, _ administration: any GatewayAdministration
    ) async -> HTTPReplyMessage {
        switch path {
        case "/healthz": return GatewayReply.json(["status": "alive"])
        case "/readyz":
            let (isReady, detail) = await administration.readiness()
            return GatewayReply.json(status: isReady ? 200 : 503, .object(detail))
        case "/metrics":
            let (contentType, text) = await administration.metrics(accept: accept)
            return HTTPReplyMessage(status: 200, fields: [("Content-Type", contentType)], body: Array(text.utf8))
        case "/version": return GatewayReply.json(["version": .string(administration.version)])
        case "/-/rules": return GatewayReply.json(.object(await administration.rules()))
        case "/-/reload":
            let (succeeded, detail) = await administration.reload()
            return GatewayReply.json(status: succeeded ? 200 : 422, .object(detail))
        default:
            administration.startDraining()
            return GatewayReply.json(status: 202, ["status": "draining"])
        }
    }

    func reply(to error: HTTPRequestError) -> HTTPReplyMessage { GatewayReply.badRequest(error) }

    func replyToExcessConnection() -> HTTPReplyMessage {
        GatewayReply.problem(status: 503, "overload", title: "There are too many connections.")
    }
}
