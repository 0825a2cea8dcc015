// SPDX-License-Identifier: MIT

import JSON
package import MoondialRules
import MoondialStore
import NIOConcurrencyHelpers
package import NIOCore
import NIOSSL
import NumberVerification

/// Serves rules on a port: the provider's API and moondial's own, with an administration on a second address.
///
/// One event loop serves a request from its first byte to its reply. Each event loop has a listener, a rule engine and
/// clients of its own. All share the memory of decisions, the breakers, the metrics and the decision log. There is only
/// one listener if the service manager has opened the socket.
package final class Gateway: Sendable {
    struct State {
        var isDraining = false
        var tls: NIOSSLContext?
        var rulesLoaded = NIODeadline.now()
        /// Why the last reload failed and changed nothing; nil when it succeeded.
        var reloadProblem: Diagnostic?
        /// The configuration file, if it has changed since the start.
        var changedConfiguration: String?
        /// Called when a reload begins, with true, and when it has ended.
        var onReload: (@Sendable (Bool) -> Void)?
        var drainRequest: (@Sendable () -> Void)?
    }

    let configuration: GatewayConfiguration
    private let sources: GatewaySources
    let service: RuleService
    let shared: DecisionWorker.Shared
    let reporter: GatewayReporter
    let health: StoreHealth
    private let reloads = ReloadQueue()
    let state: NIOLockedValueBox<State>
    let workers: WorkerPool
    private let listeners: NIOLockedValueBox<[Listener]>
    /// Nil while the gateway starts, and when its store is not shared.
    private let fleet: NIOLockedValueBox<FleetMembership?>
    private let admin: NIOLockedValueBox<(listener: Listener, connections: NIOLoopBound<ConnectionTable>)?>

    private init(
        _ configuration: GatewayConfiguration, _ sources: GatewaySources, _ service: RuleService,
        _ shared: DecisionWorker.Shared, _ workers: WorkerPool, _ reporter: GatewayReporter, _ health: StoreHealth,
        tls: NIOSSLContext?
    ) {
        self.configuration = configuration
        self.sources = sources
        self.service = service
        self.shared = shared
        self.workers = workers
        self.reporter = reporter
        self.health = health
        state = NIOLockedValueBox(State(tls: tls))
        listeners = NIOLockedValueBox([])
        fleet = NIOLockedValueBox(nil)
        admin = NIOLockedValueBox(nil)
    }

    /// Loads everything and begins to listen. Returns when requests are accepted.
    ///
    /// - Parameters:
    ///   - configuration: Settings that do not change while the gateway works.
    ///   - sources: Reads the files that are read again for a reload.
    ///   - reporter: Records runs, metrics and events.
    ///   - group: The event loops that serve requests.
    /// - Returns: The gateway, which serves requests until ``stop()``.
    /// - Throws: A `Diagnostic` for rules that do not load, an error of `sources`, or ``ListenError`` for an address
    ///   that cannot be used.
    package static func start(
        _ configuration: GatewayConfiguration, sources: GatewaySources, reporter: GatewayReporter,
        on group: any EventLoopGroup
    ) async throws -> Gateway {
        let callers = try sources.readCallers()
        let tls = try sources.readTLS()
        let eventLoops = Array(group.makeIterator())
        let first = configuration.applications[0]
        let health = StoreHealth()
        var configuration = configuration
        configuration.service.store.engine = ObservedStoreEngine(configuration.service.store.engine) {
            reporter.report(storeCall: $0, health)
        }
        let service = try await RuleService(
            rules: try sources.readRules(), configuration: configuration.service, on: eventLoops
        ) { try sources.makeClient(first, $0) }
        let shared = shared(configuration, reporter)
        let workers: WorkerPool
        do {
            let throttle = CallerThrottle(configuration.callerLimits)
            workers = try await WorkerPool(on: eventLoops) { [configuration] eventLoop in
                try GatewayWorker(
                    engine: service.engine(on: eventLoop), configuration: configuration, sources: sources,
                    shared: shared, throttle: throttle, callers: callers, reporter: reporter, eventLoop: eventLoop)
            }
        } catch {
            try? await service.close()
            throw error
        }
        let gateway = Gateway(configuration, sources, service, shared, workers, reporter, health, tls: tls)
        do {
            try await gateway.joinFleet(on: eventLoops[0])
            try await gateway.listen(on: group)
            try await gateway.listenForAdministration(on: eventLoops[0])
            gateway.membership?.update()
        } catch {
            await gateway.stop()
            throw error
        }
        try await gateway.observe()
        return gateway
    }

    private static func shared(
        _ configuration: GatewayConfiguration, _ reporter: GatewayReporter
    ) -> DecisionWorker.Shared {
        let breakers = configuration.applications.map {
            ($0.appKey, AccountBreaker(interval: configuration.breakerInterval))
        }
        return DecisionWorker.Shared(
            tokens: configuration.tokenGuard.map { DecisionMemory(lifetime: $0) },
            idempotency: DecisionMemory(lifetime: configuration.tokenGuard ?? .minutes(11)),
            breakers: Dictionary(breakers, uniquingKeysWith: { first, _ in first }),
            callGuard: configuration.callGuard, sharing: sharing(configuration, InstanceID()),
            canRecord: reporter.canRecord)
    }

    private func joinFleet(on eventLoop: any EventLoop) async throws {
        guard let instance = shared.sharing?.instance else { return }
        let joined = try await FleetMembership.join(
            instance, service, health, on: eventLoop,
            describe: { [unowned self] in description(instance, revision: $0) },
            onKeyChange: { [reporter] in reporter.report(.storeKey(agrees: $0)) })
        fleet.withLockedValue { $0 = joined }
    }

    private var membership: FleetMembership? { fleet.withLockedValue { $0 } }

    /// The entry of this gateway in the store, for other gateways and for operators.
    private func description(_ instance: InstanceID, revision: String) -> JSONObject {
        let loaded = state.withLockedValue(\.rulesLoaded)
        let breakers = shared.breakers.sorted { $0.key < $1.key }.compactMap { appKey, breaker -> JSONValue? in
            guard case .open(let code) = breaker.state else { return nil }
            return ["app_key": .string(appKey), "code": .integer(code)]
        }
        return [
            "instance": .string(instance.description), "host": .string(configuration.hostName),
            "pid": .integer(Int64(configuration.processID)), "version": .string(configuration.version),
            "url": .string(url), "admin": .string(adminURL), "target": .string(configuration.target),
            "rules_revision": .string(revision),
            "rules_age_s": .integer((NIODeadline.now() - loaded).nanoseconds / 1_000_000_000),
            "open_breakers": .array(breakers),
        ]
    }

    /// How decisions are shared; nil when the store is not. The wait for another gateway's decision is the timeout of a
    /// run and one second.
    private static func sharing(
        _ configuration: GatewayConfiguration, _ instance: InstanceID
    ) -> SharedDecisions.Options? {
        guard configuration.sharesStore else { return nil }
        var options = SharedDecisions.Options(
            instance: instance, lifetime: configuration.tokenGuard ?? .minutes(11),
            patience: TimeAmount(configuration.service.run.timeout) + .seconds(1))
        options.replicas = configuration.claimReplicas
        options.onStoreError = configuration.onClaimError
        return options
    }

    private func listen(on group: any EventLoopGroup) async throws {
        var address = configuration.address
        let eventLoops = workers.eventLoops
        if case .inherited = address {
            // Only one event loop may accept on a socket. SwiftNIO ends a debug build when a socket that is ready has no
            // connection, because another event loop was faster.
            try await listen(on: address, sharesPort: false, eventLoop: eventLoops[0], servers: group)
            return
        }
        if eventLoops.count > 1 { try Listener.checkIsFree(address) }
        for eventLoop in eventLoops {
            address = try await listen(
                on: address, sharesPort: eventLoops.count > 1, eventLoop: eventLoop, servers: eventLoop)
        }
    }

    /// Returns the address with the port that the listener got.
    @discardableResult
    private func listen(
        on address: ListenAddress, sharesPort: Bool, eventLoop: any EventLoop, servers: any EventLoopGroup
    ) async throws -> ListenAddress {
        let path = configuration.authFields == nil ? nil : PublicRouter.authPath
        let listener = try await Listener.start(
            on: address, sharesPort: sharesPort, eventLoop: eventLoop, servers: servers,
            tls: { [state] in state.withLockedValue { $0.tls } }
        ) { [workers, limits = configuration.limits] eventLoop, sender in
            let worker = workers.worker(on: eventLoop)
            return ServerConnection(
                responder: worker.router, table: worker.connections, limits: limits, bodylessGETPath: path,
                sender: sender)
        }
        listeners.withLockedValue { $0.append(listener) }
        return listener.address
    }

    private func listenForAdministration(on eventLoop: any EventLoop) async throws {
        let parts = try await eventLoop.submit { [self] in
            NIOLoopBound(
                (AdminRouter(self, eventLoop: eventLoop), ConnectionTable(eventLoop: eventLoop)), eventLoop: eventLoop)
        }.get()
        let listener = try await Listener.start(
            on: configuration.adminAddress, sharesPort: false, eventLoop: eventLoop, servers: eventLoop, tls: { nil }
        ) { _, sender in
            ServerConnection(
                responder: parts.value.0, table: parts.value.1, limits: ServerLimits(), bodylessGETPath: nil,
                sender: sender)
        }
        let connections = try await eventLoop.submit { NIOLoopBound(parts.value.1, eventLoop: eventLoop) }.get()
        admin.withLockedValue { $0 = (listener, connections) }
    }

    /// The URL that clients connect to.
    package var url: String {
        let isEncrypted = state.withLockedValue { $0.tls != nil }
        return (listeners.withLockedValue { $0.first?.address } ?? configuration.address)
            .url(isEncrypted: isEncrypted)
    }

    /// The URL of the administration.
    package var adminURL: String {
        (admin.withLockedValue { $0?.listener.address } ?? configuration.adminAddress).url(isEncrypted: false)
    }

    /// Sets the closure that is called when the administration asks the gateway to end.
    package func onDrainRequest(_ body: @escaping @Sendable () -> Void) {
        state.withLockedValue { $0.drainRequest = body }
    }

    // MARK: - Figures

    private func observe() async throws {
        reporter.rulesLoaded(try await service.outline())
        for (appKey, breaker) in shared.breakers {
            reporter.metrics.observeBreaker(appKey: appKey) { breaker.state != .closed }
        }
    }

    /// Returns when each event loop has run a task.
    package func touchWorkers() async { _ = await workers.forEach { _ in } }

    // MARK: - Reload

    /// Reopens the decision log, and loads rules, callers and certificates anew: all of them, or none when one cannot be
    /// used.
    ///
    /// - Returns: The revision of the rules.
    /// - Throws: The first error.
    @discardableResult
    package func reloadAll() async throws -> String {
        try await reloads.run { [self] in
            let onReload = state.withLockedValue { $0.onReload }
            onReload?(true)
            defer { onReload?(false) }
            await reporter.reopenLog()
            noteConfiguration()
            return try await loadAll()
        }
    }

    /// `body` is called with true when a reload begins, and with false when it has ended.
    package func onReload(_ body: @escaping @Sendable (Bool) -> Void) { state.withLockedValue { $0.onReload = body } }

    private func noteConfiguration() {
        let changed = sources.changedConfiguration()
        state.withLockedValue { $0.changedConfiguration = changed }
        if let changed { reporter.report(.configurationChanged(path: changed)) }
    }

    /// What a reload did not do, for people; nil if it did everything.
    var configurationNotice: String? {
        state.withLockedValue { $0.changedConfiguration }
            .map { "\($0) has changed since the start, and is not reloaded: restart the gateway" }
    }

    private func loadAll() async throws -> String {
        do {
            let callers = try sources.readCallers()
            let tls = try sources.readTLS()
            let outline = try await service.reload(try sources.readRules())
            state.withLockedValue { state in
                state.tls = tls
                state.rulesLoaded = .now()
                state.reloadProblem = nil
            }
            _ = await workers.forEach { worker in
                worker.router.callers = callers
                worker.rulesChanged()
            }
            reporter.rulesLoaded(outline)
            membership?.update()
            reporter.report(.reloaded(revision: outline.revision))
            return outline.revision
        } catch {
            let problem = error as? Diagnostic ?? Diagnostic(.inputOutput, "\(error)")
            state.withLockedValue { $0.reloadProblem = problem }
            reporter.report(.reloadFailed(problem))
            throw problem
        }
    }

    /// The stamps of the files that loading the rules depends on.
    package func fileStamps() async -> FileStamps? {
        await workers.first(\.decisions.engine.fileStamps) ?? nil
    }

    // MARK: - End

    /// Accepts no further connections, ends idle ones, and ends the others after the reply that they wait for.
    ///
    /// - Parameter timeout: How long to wait. Connections that are still open then stay open until ``stop()``.
    /// - Returns: Whether all ended in time.
    package func drain(within timeout: TimeAmount) async -> Bool {
        for listener in listeners.withLockedValue({ $0 }) { await listener.stop() }
        return await workers.drain(within: timeout)
    }

    /// Makes `/readyz` answer that the gateway is not ready.
    package func beginDraining() {
        state.withLockedValue { $0.isDraining = true }
        reporter.report(.draining)
    }

    /// Ends everything at once: runs in flight end as cancelled.
    package func stop() async {
        for listener in listeners.withLockedValue({ $0 }) { await listener.stop() }
        _ = await workers.forEach { $0.close() }
        await membership?.leave()
        fleet.withLockedValue { $0 = nil }
        if let admin = admin.withLockedValue({ $0 }) {
            await admin.listener.stop()
            admin.listener.channel.eventLoop.execute { admin.connections.value.closeAll() }
        }
        try? await service.close()
        await configuration.service.store.engine.close()
    }
}
