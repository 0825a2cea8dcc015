// SPDX-License-Identifier: MIT

import MoondialGateway
import MoondialRules
import NIOCore
import NumberVerification
import NumberVerificationSimulator
import Platform
import TextFormats

/// All settings of a gateway, read from the command line, the environment and the configuration file.
struct ServePlan: Sendable {
    let settings: Settings
    let target: Target
    let serve: ServeSettings
    let applications: [Credentials]
    /// The store that rules and guards use.
    let store: StoreSettings
    /// Whether no store is configured and there is no folder for the default one: the store is in memory and ends with
    /// the process.
    let lacksStoreFolder: Bool
    /// A socket that systemd has opened: see sd_listen_fds(3). The first of several is used.
    let inheritedSocket: Int32?
    /// The configuration file that was read.
    private let configurationFile: ConfigurationFile.Source?
    /// Warnings that are printed at the start.
    let warnings: [String]

    init(
        _ serve: ServeOptions, _ rules: RuleOptions, _ target: TargetOptions, _ simulator: SimulatorOptions,
        _ store: StoreOptions, shell: Shell
    ) throws {
        let sources = try SettingSources(
            flags: [rules.flags, target.flags, simulator.flags, store.flags], config: rules.config, shell: shell)
        settings = try Settings(sources)
        guard settings.rules != nil else {
            throw Failure.usage(
                "no rules are named", fix: "name files or folders with --rules or \(Setting.rules.variable)")
        }
        try FoundFileRule.check(sources)
        self.target = try Target(settings.target, simulatorTakesConfigured: true) { () throws(Failure) in
            try Credentials(sources, warn: shell.errors.warn)
        }
        let environment = shell.environment
        let isForUs = environment["LISTEN_PID"].flatMap(Int32.init) == getpid()
        inheritedSocket = isForUs && (environment["LISTEN_FDS"].flatMap(Int.init) ?? 0) > 0 ? 3 : nil
        configurationFile = sources.file.source
        let section = sources.file.serve
        self.serve = try ServeSettings(
            ServeSources(
                flags: serve.flags, environment: shell.environment, section: section, guards: sources.file.guards))
        var applications = [self.target.credentials]
        for (key, file) in section.applications {
            guard let appKey = Credentials.appKey(of: key.name) else {
                throw key.failure(
                    "serve.applications: expected an app key, \(Setting.appKey.expectation), got '\(key.shown)'")
            }
            if applications.contains(where: { $0.appKey == appKey }) {
                throw key.failure("serve.applications: this app key has a secret already")
            }
            if section.isFound {
                throw key.failure(
                    "secrets of applications are not taken from a file that was found and not named",
                    fix: "name it with --config")
            }
            applications.append(
                Credentials(
                    appKey: appKey,
                    masterSecret: Secret(
                        try Credentials.readSecret(file, { key.failure($0, fix: $1) }, shell.errors.warn))))
        }
        self.applications = applications
        let standard = StoreLocation.ofGateway(environment)
        lacksStoreFolder = settings.store.location == nil && standard == nil
        self.store = try settings.store.settings(self.target.credentials, standard: standard ?? .memory)
        if inheritedSocket != nil, self.serve.allowsAnonymous {
            throw Failure.usage(
                "--no-auth goes with a loopback address, and the socket of the service manager may have another one",
                fix: "let callers show credentials")
        }
        let isAdminOpen = !self.serve.admin.isLocal
        warnings = [
            self.target.warning,
            isAdminOpen
                ? "the administration on \(self.serve.admin) has no authentication, and others can reach it" : nil,
        ].compactMap { $0 }
    }

    /// Loads the rules, the callers and the certificates once, and checks the addresses and the decision log.
    func check() throws(Failure) {
        do {
            if inheritedSocket == nil { try Self.check(serve.address) }
            try Self.check(serve.admin)
            if case .file(let path, _)? = serve.log.destination { try RecordSink.check(path) }
            let sources = makeSources()
            _ = try sources.readCallers()
            _ = try sources.readTLS()
            _ = try RulebookLoader(settings.ofEngine).load(try sources.readRules())
        } catch {
            throw Failure(starting: error)
        }
    }

    private static func check(_ address: ListenAddress) throws {
        guard case .tcp(let host, let port) = address else { return }
        do {
            _ = try SocketAddress.makeAddressResolvingHost(host, port: port)
        } catch {
            throw ListenError(address: address, cause: error)
        }
    }

    // MARK: - Gateway

    func makeConfiguration(_ log: ServerLog) -> GatewayConfiguration {
        var service = RuleService.Configuration(wallClock: WallClock.milliseconds)
        service.run = settings.run
        service.config = settings.config
        service.store = store
        service.log = { log.write($0) }
        // Standard output may hold the decision log.
        let redactor = Redactor(secrets: service.secrets, showsPhones: settings.run.showPhones)
        service.print = { log.write(printed: redactor.text(String(decoding: $0, as: UTF8.self))) }
        var configuration = GatewayConfiguration(
            address: inheritedSocket.map(ListenAddress.inherited) ?? serve.address, applications: applications,
            target: target.name, service: service, version: Version.number)
        serve.apply(to: &configuration)
        configuration.sharesStore = store.outlivesProcess
        configuration.hostName = Self.hostName
        configuration.processID = getpid()
        return configuration
    }

    private static var hostName: String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, bytes.count - 1) == 0 else { return "localhost" }
        return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    func makeSources() -> GatewaySources {
        let simulator = target.makeSimulator(settings.simulator, further: Array(applications.dropFirst()))
        var http = HTTPConfiguration()
        http.maxConnections = serve.upstreamConnections
        http.maxQueued = serve.runs
        return GatewaySources(
            readRules: { [settings] () throws(Diagnostic) in
                try RuleFiles.read(settings.rules ?? [], limits: settings.run.limits)
            },
            readCallers: { [serve, applications] in
                try Failure.diagnosed { try serve.readCallers(for: applications) }
            },
            readTLS: { [serve] in try serve.tls?.makeContext() },
            changedConfiguration: { [configurationFile] in
                configurationFile.flatMap { $0.hasChanged ? ByteText.shown($0.path) : nil }
            },
            makeClient: { [target, http] credentials, eventLoop in
                target.makeClient(
                    over: try target.makeTransport(simulator, http, eventLoop: eventLoop), credentials,
                    eventLoop: eventLoop)
            },
            makeUpstream: { [target, http, settings] eventLoop in
                Upstream(
                    transport: try target.makeTransport(simulator, http, eventLoop: eventLoop), host: target.host,
                    basePath: target.basePath, timeout: TimeAmount(settings.run.timeout))
            })
    }
}
