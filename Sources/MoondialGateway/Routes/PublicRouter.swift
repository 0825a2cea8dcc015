// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore
import NumberVerification

/// Serves the public port.
final class PublicRouter: RequestResponder {
    static let authPath = "/v1/auth"

    private let decisions: DecisionRoutes
    private let passthrough: PassthroughRoute?
    private let passthroughPaths: PassthroughPaths
    private let authFields: AuthFields?
    private let description: HTTPReplyMessage
    private let metrics: RequestMetrics
    /// The callers and their credentials. Replaced on reload.
    var callers: CallerDirectory

    init(
        decisions: DecisionRoutes, passthrough: PassthroughRoute?, passthroughPaths: PassthroughPaths,
        authFields: AuthFields?, callers: CallerDirectory, metrics: RequestMetrics
    ) {
        self.decisions = decisions
        self.passthrough = passthrough
        self.passthroughPaths = passthroughPaths
        self.authFields = authFields
        description = OpenAPIDocument.reply(authFields: authFields, passthrough: passthroughPaths)
        self.callers = callers
        self.metrics = metrics
    }

    func respond(to exchange: ServerExchange) {
        let path = exchange.request.path
        switch path {
        case Endpoint.mobile.path:
            metrics.begin(.verify, exchange)
            decisions.verify(exchange, at: .mobile, callers: callers)
        case Endpoint.h5.path:
            metrics.begin(.h5Verify, exchange)
            decisions.verify(exchange, at: .h5, callers: callers)
        case "/v1/decide":
            metrics.begin(.decide, exchange)
            decisions.decide(exchange, callers: callers)
        case Self.authPath where authFields != nil:
            metrics.begin(.auth, exchange)
            if let authFields { decisions.authorize(exchange, callers: callers, fields: authFields) }
        case "/openapi.json":
            metrics.begin(.other, exchange)
            exchange.reply(
                exchange.request.method == "GET" || exchange.request.method == "HEAD"
                    ? description : GatewayReply.methodNotAllowed("GET, HEAD"))
        default:
            guard let passthrough, let entry = passthroughPaths.entry(for: path) else {
                metrics.begin(.other, exchange)
                return exchange.reply(GatewayReply.notFound)
            }
            metrics.begin(.passthrough, exchange)
            if let caller = decisions.providerCaller(of: exchange, callers) {
                passthrough.forward(exchange, by: entry, for: caller)
            }
        }
    }

    func reply(to error: HTTPRequestError) -> HTTPReplyMessage { GatewayReply.badRequest(error) }

    func replyToExcessConnection() -> HTTPReplyMessage {
        metrics.rejectedConnection()
        var message = GatewayReply.problem(
            status: 503, "overload", title: "There are too many connections, and nothing was sent.")
        message.fields.append(GatewayReply.retryAfter)
        return message
    }
}
