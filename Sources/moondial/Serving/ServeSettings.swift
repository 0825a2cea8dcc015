// SPDX-License-Identifier: MIT

import MoondialGateway
import MoondialRules
import NIOCore
import NumberVerification
import NumberVerificationSimulator
import TextFormats

/// The settings of serving rules on a port, with defaults for those that are not configured.
struct ServeSettings: Sendable {
    let address: ListenAddress
    let admin: ListenAddress
    let workers: Int
    let log: LogSettings
    let drainDelay: Duration
    let drainTimeout: Duration
    let watches: Bool
    let tls: TLSFiles?
    let upstreamConnections: Int
    let runs: Int
    let callersFile: String?
    let allowsAnonymous: Bool
    private let codes: GatewayCodes
    private let passthrough: PassthroughPaths
    /// The header fields of /v1/auth; nil when /v1/auth is off.
    private let authFields: AuthFields?
    private let tokenGuard: Duration?
    private let guards: GuardSection
    private let breakerInterval: Duration
    private let trustedProxies: [AddressRange]
    private let waitingRuns: Int
    private let limits: ServerLimits
    private let overloadDelay: Duration
    private var callerLimits = CallerThrottle.Limits()

    /// How decisions are recorded.
    struct LogSettings: Sendable {
        var destination: RecordSink.Destination?
        var overflow: RecordSink.Overflow?
        var recordsTraces = false
    }

    init(_ sources: ServeSources) throws(Failure) {
        let host = try sources.value(of: .host) { $0.isEmpty ? nil : $0 } ?? "127.0.0.1"
        let port = try sources.number(of: .port, in: 0...65_535) ?? 8080
        address = .tcp(host: host, port: port)
        admin = try sources.value(of: .admin, parse: ListenAddress.init) ?? .tcp(host: "127.0.0.1", port: 0)
        workers = try sources.number(of: .workers, in: 1...256) ?? NIOCore.System.coreCount
        drainDelay = try sources.time(of: .drainDelay) ?? .zero
        drainTimeout = try sources.time(of: .drainTimeout) ?? .seconds(30)
        watches = try sources.isSet(.watch) ?? false
        callersFile = try sources.value(of: .callersFile) { $0.isEmpty ? nil : $0 }
        allowsAnonymous = try sources.isSet(.noAuth) ?? false
        if allowsAnonymous, !address.isLocal {
            throw sources.failure(
                .noAuth, "anyone who reaches \(address) could spend money and see verdicts",
                fix: "listen on 127.0.0.1, or let callers show credentials")
        }
        tls = try Self.tls(sources)
        codes = try Self.codes(sources)
        passthrough = try Self.passthrough(sources)
        tokenGuard = try Self.tokenGuard(sources)
        guards = sources.guards
        authFields = try Self.authFields(sources)
        if authFields != nil, (tokenGuard ?? .zero) < .seconds(1) {
            throw sources.failure(
                .auth, "a proxy asks once for each request of a page, and a token works once",
                fix: "leave the token guard on, for a second or more")
        }
        breakerInterval = try sources.time(of: .breakerInterval) ?? .seconds(30)
        trustedProxies = try Self.trustedProxies(sources)
        let counts = 1...1_000_000
        runs = try sources.number(of: .runs, in: counts) ?? 8192
        waitingRuns = try sources.number(of: .waitingRuns, in: counts) ?? 1024
        upstreamConnections = try sources.number(of: .upstreamConnections, in: counts) ?? 8192
        overloadDelay = try sources.time(of: .overloadDelay) ?? .milliseconds(5)
        callerLimits.rate = try sources.number(of: .callerRate, in: counts)
        callerLimits.concurrency = try sources.number(of: .callerConcurrency, in: counts)
        limits = try Self.limits(sources, counts)
        log = try Self.log(sources, runsInFlight: runs * workers)
    }

    private static func tls(_ sources: ServeSources) throws(Failure) -> TLSFiles? {
        let certificate = try sources.value(of: .tlsCert) { $0.isEmpty ? nil : $0 }
        let key = try sources.value(of: .tlsKey) { $0.isEmpty ? nil : $0 }
        switch (certificate, key) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return TLSFiles(certificateChain: certificate, privateKey: key)
        case (_?, nil): throw sources.failure(.tlsCert, "the private key is missing", fix: "set tls_key")
        case (nil, _?): throw sources.failure(.tlsKey, "the certificate is missing", fix: "set tls_cert")
        }
    }

    private static func codes(_ sources: ServeSources) throws(Failure) -> GatewayCodes {
        var codes = GatewayCodes()
        func code(_ text: String) -> Int64? { Int64(text).flatMap { (9000...9099).contains($0) ? $0 : nil } }
        codes.keepsProviderCodes =
            try sources.value(of: .codes) { $0 == "provider" ? true : $0 == "decision" ? false : nil } ?? true
        codes.allowWithoutMatch = try sources.value(of: .allowCode, parse: code)
        for (key, text) in sources.section.codes {
            guard let number = code(text) else {
                throw key.failure(
                    "serve.codes: expected a code from 9000 to 9099, got '\(String(escaping: text.utf8))'")
            }
            switch key.name {
            case "allow": codes.match = number
            case "deny": codes.deny = number
            case "review": codes.review = number
            default: codes.byReason[key.name] = number
            }
            guard number != ResponseCode.verifyConsistent.rawValue || key.name == "allow" else {
                throw key.failure(
                    "serve.codes: 9000 says that the number was confirmed, and stands for an allow with a match alone",
                    fix: "set serve.allow_code if an allow without a match has to be 9000")
            }
        }
        return codes
    }

    private static func passthrough(_ sources: ServeSources) throws(Failure) -> PassthroughPaths {
        switch sources.texts(of: .passthrough) {
        case nil, ["true"]?: return .provider
        case ["false"]?: return .none
        case let paths?:
            if let word = paths.first(where: { $0 == "true" || $0 == "false" }) {
                throw sources.failure(
                    .passthrough, "expected \(ServeSetting.passthrough.expectation), got '\(word)' and more")
            }
            if let path = paths.first(where: { !$0.hasPrefix("/") }) {
                throw sources.failure(
                    .passthrough,
                    "expected \(ServeSetting.passthrough.expectation), each beginning with /, got '\(String(escaping: path.utf8))'"
                )
            }
            return PassthroughPaths(paths)
        }
    }

    private static func authFields(_ sources: ServeSources) throws(Failure) -> AuthFields? {
        var fields = AuthFields()
        for text in sources.texts(of: .authFields) ?? [] {
            guard fields.set(text) else {
                throw sources.failure(
                    .authFields,
                    "expected \(ServeSetting.authFields.expectation), got '\(String(escaping: text.utf8))'")
            }
        }
        return try sources.isSet(.auth) ?? false ? fields : nil
    }

    private static func trustedProxies(_ sources: ServeSources) throws(Failure) -> [AddressRange] {
        var ranges: [AddressRange] = []
        for text in sources.texts(of: .trustedProxies) ?? [] {
            guard let range = AddressRange(text.filter { $0 != " " }) else {
                throw sources.failure(
                    .trustedProxies,
                    "expected \(ServeSetting.trustedProxies.expectation), got '\(String(escaping: text.utf8))'")
            }
            ranges.append(range)
        }
        return ranges
    }

    /// Flag and environment take precedence over the section `guards`.
    private static func tokenGuard(_ sources: ServeSources) throws(Failure) -> Duration? {
        try sources.value(of: .tokenGuard, parse: GuardSection.lifetime(of:)) ?? sources.guards.token.lifetime
    }

    private static func limits(_ sources: ServeSources, _ counts: ClosedRange<Int>) throws(Failure) -> ServerLimits {
        var limits = ServerLimits()
        if let count = try sources.number(of: .connections, in: counts) { limits.connections = count }
        if let time = try sources.time(of: .headTime) { limits.headTime = TimeAmount(time) }
        if let time = try sources.time(of: .bodyTime) { limits.bodyTime = TimeAmount(time) }
        if let time = try sources.time(of: .idleTime) { limits.idleTime = TimeAmount(time) }
        if let time = try sources.time(of: .writeTime) { limits.writeTime = TimeAmount(time) }
        return limits
    }

    private static func log(_ sources: ServeSources, runsInFlight: Int) throws(Failure) -> LogSettings {
        var log = LogSettings()
        log.recordsTraces =
            try sources.value(of: .decisionLogDetail) { $0 == "trace" ? true : $0 == "decision" ? false : nil } ?? false
        let size = try sources.value(of: .decisionLogSize) { text in
            ByteCountText.parse(text).flatMap { ((64 << 10)...(16 << 30)).contains($0) ? $0 : nil }
        }
        let files = try sources.number(of: .decisionLogFiles, in: 1...1000)
        let policy = try sources.value(of: .decisionLogOverflow) { ["block", "spill", "drop"].contains($0) ? $0 : nil }
        guard let path = try sources.value(of: .decisionLog, parse: { $0.isEmpty ? nil : $0 }) else { return log }
        log.destination =
            path == "-"
            ? .standardOutput
            : .file(path, rotation: RecordSink.Rotation(maximumBytes: size ?? 100 << 20, keep: files ?? 5))
        switch policy {
        case "drop"?: log.overflow = .drop
        case "spill"?:
            if path == "-" {
                throw sources.failure(
                    .decisionLogOverflow, "standard output has no folder for the spill file", fix: "log to a file")
            }
            log.overflow = .spill(path: path + ".spill", maximumBytes: size ?? 100 << 20)
        default: log.overflow = .block(runsInFlight: runsInFlight)
        }
        return log
    }

    /// Copies these settings to the configuration of a gateway.
    func apply(to configuration: inout GatewayConfiguration) {
        configuration.adminAddress = admin
        configuration.codes = codes
        configuration.passthrough = passthrough
        configuration.authFields = authFields
        configuration.addresses = ClientAddress(trustedProxies: trustedProxies)
        configuration.limits = limits
        configuration.runs = runs
        configuration.waitingRuns = waitingRuns
        configuration.callerLimits = callerLimits
        configuration.overloadDelay = TimeAmount(overloadDelay)
        configuration.tokenGuard = tokenGuard.map { TimeAmount($0) }
        configuration.onClaimError = guards.token.onStoreError
        configuration.claimReplicas = guards.token.replicas
        configuration.callGuard = guards.calls
        configuration.breakerInterval = TimeAmount(breakerInterval)
    }

    /// Reads the callers and their credentials.
    func readCallers(for applications: [Credentials]) throws -> CallerDirectory {
        var callers = CallerFile.none
        if let callersFile {
            let text: [UInt8]
            do throws(FileSystem.Failure) {
                text = try FileSystem.read(callersFile, limit: .fixed(1 << 20))
            } catch {
                throw Diagnostic(unreadable: error, code: .configuration)
            }
            do throws(CallerFile.Problem) {
                callers = try CallerFile(
                    String(decoding: text, as: UTF8.self), appKeys: applications.map(\.appKey))
            } catch {
                throw Diagnostic(
                    .configuration, "\(ByteText.shown(callersFile)):\(error.line): \(error.message)",
                    fix: "write lines of NAME SHA256 [APPKEY]; the SHA-256 is that of the bearer token")
            }
        }
        return CallerDirectory(applications: applications, callers: callers, allowsAnonymous: allowsAnonymous)
    }
}
