// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore

/// Counts the requests of one event loop.
final class RequestMetrics {
    private let metrics: GatewayMetrics
    private let eventLoop: any EventLoop

    init(_ metrics: GatewayMetrics, eventLoop: any EventLoop) {
        self.metrics = metrics
        self.eventLoop = eventLoop
    }

    /// A request has come; it is counted when its reply is given.
    func begin(_ route: GatewayMetrics.Route, _ exchange: ServerExchange) {
        exchange.onReply = { [metrics, eventLoop, start = exchange.start] reply in
            if reply.status == 401, reply.decision == .none { metrics.countRejection(.unauthorized) }
            metrics.countRequest(route, reply.decision, took: Duration(eventLoop.now - start))
        }
    }

    /// A connection was one too many.
    func rejectedConnection() { metrics.countRejection(.overload) }
}

extension HTTPReplyMessage {
    /// What the reply says was decided.
    fileprivate var decision: GatewayMetrics.Decision {
        for field in fields where field.name.utf8CodeUnitCount == DecisionField.decision.utf8CodeUnitCount {
            switch field.value {
            case "allow": return .allow
            case "deny": return .deny
            case "review": return .review
            default: continue
            }
        }
        return .none
    }
}
