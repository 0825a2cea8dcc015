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

    /// Notes that a request has come, which is counted when its reply is given.
    func begin(_ route: GatewayMetrics.Route, _ exchange: ServerExchange) {
        exchange.onReply = { [metrics, eventLoop, start = exchange.start] reply in
            if reply.status == 401, reply.decision == .none { metrics.countRejection(.unauthorized) }
            metrics.countRequest(route, reply.decision, took: Duration(eventLoop.now - start))
        }
    }

    /// Counts a connection that was refused since there are too many.
    func rejectedConnection() { metrics.countRejection(.overload) }
}

extension HTTPReplyMessage {
    /// The decision that the reply's header names.
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
