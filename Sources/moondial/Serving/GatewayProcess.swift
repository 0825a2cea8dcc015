// SPDX-License-Identifier: MIT

import MoondialGateway
import MoondialRules
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator
import Platform

/// Runs a gateway as the whole process, from start to exit.
///
/// Signals and timers are handled on the main thread, requests on threads of their own.
final class GatewayProcess {
    private let plan: ServePlan
    private let shell: Shell
    private let eventLoop: any EventLoop
    private let group: MultiThreadedEventLoopGroup
    private let log: ServerLog
    private let notifier: ServiceNotifier
    private var gateway: Gateway?
    private var sink: RecordSink?
    private var isEnding = false

    /// Starts the gateway; the process ends with it.
    static func run(_ plan: ServePlan, shell: Shell) -> Never {
        MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { eventLoop in
            GatewayProcess(plan, shell, eventLoop).start()
        }
        preconditionFailure("the event loop ended before the process")
    }

    private init(_ plan: ServePlan, _ shell: Shell, _ eventLoop: any EventLoop) {
        self.plan = plan
        self.shell = shell
        self.eventLoop = eventLoop
        log = ServerLog(isTerminal: shell.errorTerminal.isInteractive)
        notifier = ServiceNotifier(path: shell.environment["NOTIFY_SOCKET"])
        let place = NIOLoopBoundBox<GatewayProcess?>(nil, eventLoop: eventLoop)
        // Must come before other threads are started: they inherit the signal mask.
        Interrupts.watch(
            on: eventLoop, handler: { _ in place.value?.end() },
            hangUp: { eventLoop.execute { place.value?.reload() } })
        group = MultiThreadedEventLoopGroup(numberOfThreads: plan.serve.workers)
        place.value = self
    }

    private func start() {
        for warning in plan.warnings { shell.errors.warn(warning) }
        if plan.lacksStoreFolder { log.warnOfMissingStoreFolder() }
        do {
            sink = try makeSink()
        } catch {
            shell.end(Failure(starting: error))
        }
        let reporter = GatewayReporter(
            sink: sink, target: plan.target.name, recordsTraces: plan.serve.log.recordsTraces,
            config: plan.settings.config,
            clock: WallClock.milliseconds, log: { [log] in log.write($0) })
        let configuration = plan.makeConfiguration(log)
        let started = eventLoop.makeFutureWithTask { [plan, group] in
            try await Gateway.start(configuration, sources: plan.makeSources(), reporter: reporter, on: group)
        }
        started.assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let gateway): began(gateway)
            case .failure(let error): shell.end(Failure(starting: error))
            }
        }
    }

    private func makeSink() throws(RecordSinkError) -> RecordSink? {
        guard let destination = plan.serve.log.destination, let overflow = plan.serve.log.overflow else { return nil }
        return try RecordSink(RecordSink.Options(destination, overflow: overflow)) { [log] in log.write($0) }
    }

    private func began(_ gateway: Gateway) {
        self.gateway = gateway
        let place = NIOLoopBound(self, eventLoop: eventLoop)
        gateway.onReload { [eventLoop] isBeginning in eventLoop.execute { place.value.noteReload(isBeginning) } }
        gateway.onDrainRequest { [eventLoop] in eventLoop.execute { place.value.end() } }
        shell.output.write("listening on \(gateway.url)\nadmin on \(gateway.adminURL)\n")
        shell.output.flush()
        notifier.send("READY=1", "STATUS=listening on \(gateway.url)")
        if plan.serve.watches { watchFiles(gateway) }
        feedWatchdog(gateway)
        if isEnding { end(gateway) }
    }

    // MARK: - Reload

    private func reload() {
        guard let gateway, !isEnding else { return }
        // The gateway logs the errors.
        _ = eventLoop.makeFutureWithTask { _ = try? await gateway.reloadAll() }
    }

    /// Tells the service manager that a reload begins, or has ended. Reloads come from SIGHUP, `--watch` and HTTP.
    private func noteReload(_ isBeginning: Bool) {
        guard !isEnding else { return }
        if isBeginning {
            notifier.send("RELOADING=1", "MONOTONIC_USEC=\(NIODeadline.now().uptimeNanoseconds / 1000)")
        } else {
            notifier.send("READY=1")
        }
    }

    private static let watchPeriod = TimeAmount.milliseconds(500)

    /// Checks the files for changes twice a second, not on the event loops that serve requests.
    private func watchFiles(_ gateway: Gateway) {
        let files = [plan.serve.callersFile, plan.serve.tls?.certificateChain, plan.serve.tls?.privateKey]
            .compactMap(\.self)
        let seen = NIOLockedValueBox<WatchedFiles?>(nil)
        eventLoop.scheduleRepeatedAsyncTask(initialDelay: .zero, delay: Self.watchPeriod) {
            [eventLoop] _ in
            eventLoop.makeFutureWithTask {
                guard let loaded = await gateway.fileStamps() else { return }
                let now = WatchedFiles(rules: loaded.refreshed(), others: files.map { FileStamp($0) })
                let before = seen.withLockedValue { seen in
                    let before = seen ?? WatchedFiles(rules: loaded, others: now.others)
                    seen = now
                    return before
                }
                if before != now { _ = try? await gateway.reloadAll() }
            }
        }
    }

    private struct WatchedFiles: Equatable, Sendable {
        let rules: FileStamps
        let others: [FileStamp?]
    }

    /// Tells the service manager that all event loops work. If one is stuck, the wait for it does not end, and no
    /// message is sent.
    private func feedWatchdog(_ gateway: Gateway) {
        let isForUs = shell.environment["WATCHDOG_PID"].map { Int32($0) == getpid() } ?? true
        guard isForUs, let microseconds = shell.environment["WATCHDOG_USEC"].flatMap(Int64.init), microseconds > 0
        else {
            return
        }
        eventLoop.scheduleRepeatedAsyncTask(
            initialDelay: .zero, delay: .microseconds(microseconds / 3)
        ) { [eventLoop, notifier] _ in
            eventLoop.makeFutureWithTask {
                await gateway.touchWorkers()
                notifier.send("WATCHDOG=1")
            }
        }
    }

    // MARK: - End

    /// Begins to end the gateway, after SIGTERM, Ctrl-C or a request to the administration.
    private func end() {
        guard !isEnding else { return }
        isEnding = true
        // If the gateway is still starting, `began` ends it.
        if let gateway { end(gateway) }
    }

    private func end(_ gateway: Gateway) {
        notifier.send("STOPPING=1", "STATUS=draining")
        gateway.beginDraining()
        let drained = eventLoop.makeFutureWithTask { [plan, sink, log] in
            try? await Task.sleep(for: plan.serve.drainDelay)
            let start = ContinuousClock.now
            let ended = await gateway.drain(within: TimeAmount(plan.serve.drainTimeout))
            await gateway.stop()
            let rest = plan.serve.drainTimeout - (ContinuousClock.now - start)
            let isRecorded = await sink?.close(within: max(rest, .seconds(1))) ?? true
            if let sink, !isRecorded { log.write(lossIn: sink.figures) }
            await log.close()
            return isRecorded ? ended ? ExitStatus.done : .deadline : .inputOutput
        }
        drained.assumeIsolated().whenSuccess { [shell] in shell.end($0) }
    }
}
