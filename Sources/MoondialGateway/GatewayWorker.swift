// SPDX-License-Identifier: MIT

import MoondialRules
import NIOCore
import NumberVerification

/// The objects that serve requests on one event loop. Used on that event loop only.
final class GatewayWorker {
    let decisions: DecisionWorker
    let router: PublicRouter
    let connections: ConnectionTable
    private let eventLoop: any EventLoop
    private let passthrough: PassthroughRoute
    /// How often each rule has decided since it was loaded, by name.
    private(set) var hits: [String: Int] = [:]

    init(
        engine: RuleEngine, configuration: GatewayConfiguration, sources: GatewaySources, shared: DecisionWorker.Shared,
        throttle: CallerThrottle,
        callers: CallerDirectory, reporter: GatewayReporter, eventLoop: any EventLoop
    ) throws {
        var clients: [String: any AttemptSource] = [:]
        for (index, credentials) in configuration.applications.enumerated() {
            clients[credentials.appKey] =
                index == 0 ? engine.attempts : try sources.makeClient(credentials, eventLoop)
        }
        decisions = DecisionWorker(
            engine: engine, clients: clients, shared: shared, nextTurn: try NextTurn(on: eventLoop),
            eventLoop: eventLoop, maximumRuns: configuration.runs, maximumWaiting: configuration.waitingRuns,
            maximumWait: configuration.waitingTime,
            maximumDelay: configuration.overloadDelay)
        passthrough = PassthroughRoute(
            try sources.makeUpstream(eventLoop), applications: configuration.applications, throttle: throttle,
            eventLoop: eventLoop)
        connections = ConnectionTable(eventLoop: eventLoop)
        self.eventLoop = eventLoop
        let settings = RouteSettings(
            target: configuration.target, codes: configuration.codes, addresses: configuration.addresses,
            throttle: throttle)
        router = PublicRouter(
            decisions: DecisionRoutes(worker: decisions, settings: settings), passthrough: passthrough,
            passthroughPaths: configuration.passthrough, authFields: configuration.authFields, callers: callers,
            metrics: RequestMetrics(reporter.metrics, eventLoop: eventLoop))
        report(to: reporter)
    }

    private func report(to reporter: GatewayReporter) {
        decisions.onRun = { [unowned self] run, decision, request in
            hits[run.result.decision.rule, default: 0] += 1
            reporter.report(run, decision, of: request)
        }
        decisions.onGuardDecision = { [unowned self] in
            reporter.report(guardDecision: $0, of: $1, decisions.engine.redactor)
        }
        decisions.onOutcome = { reporter.report(outcome: $0) }
        decisions.onBudget = { reporter.report($0) }
        decisions.onBreaker = { reporter.report(breakerOf: $0, $1) }
        decisions.engine.onRenewal = { reporter.report(renewal: $0) }
        passthrough.onReply = { reporter.report($0) }
        passthrough.onRefusal = { reporter.report(outcome: .rejected(.rateLimit)) }
    }

    /// Resets the counts of rules after a reload.
    func rulesChanged() { hits = [:] }

    func close() {
        decisions.close()
        passthrough.close()
        // Connections are closed after the replies to cancelled runs, which are given at the end of this turn of the
        // loop.
        eventLoop.assumeIsolated().execute { [connections] in connections.closeAll() }
    }
}
