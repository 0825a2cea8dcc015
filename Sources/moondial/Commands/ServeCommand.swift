// SPDX-License-Identifier: MIT

import ArgumentParser
import MoondialGateway
import MoondialRules

struct ServeCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve decisions by rules on a port: the provider's API under rules, and moondial's own.",
        discussion: """
            Back-ends that call the provider use the gateway by changing the base URL: it serves /v1/web/verify and \
            /v1/web/h5/verify as the provider does, with the same credentials, and passes other paths of the provider \
            through. POST /v1/decide gives whole decisions; GET /openapi.json describes everything.

            The first lines on standard output are 'listening on URL' and 'admin on URL'. The administration has \
            /healthz, /readyz, /metrics, /version, /-/rules, /-/reload (POST) and /-/drain (POST).

            SIGHUP reads rules, callers and certificates anew and opens the decision log again; rules that do not load \
            change nothing. SIGTERM and Ctrl-C end the gateway after the requests in flight; a second one ends it at once.

            Every setting can also stand in the section 'serve' of moondial.yaml, and in the environment as \
            MOONDIAL_SERVE_ and its name, such as MOONDIAL_SERVE_PORT.
            """)

    @OptionGroup(title: "Gateway")
    var serve: ServeOptions

    @OptionGroup(title: "Rules")
    var rules: RuleOptions

    @OptionGroup(title: "Target")
    var target: TargetOptions

    @OptionGroup(title: "Simulator")
    var simulator: SimulatorOptions

    @OptionGroup(title: "Store")
    var store: StoreOptions

    @Flag(help: "Check the configuration and the rules, and exit.")
    var checkConfig = false

    func perform(_ shell: Shell) throws -> ExitStatus {
        let plan = try ServePlan(serve, rules, target, simulator, store, shell: shell)
        if checkConfig {
            try plan.check()
            shell.output.write("the configuration and the rules are as they should be\n")
            return .done
        }
        GatewayProcess.run(plan, shell: shell)
    }
}

/// The options for how rules are served on a port.
struct ServeOptions: ParsableArguments {
    @Option(help: "The address to listen on (default: 127.0.0.1).")
    var host: String?

    @Option(help: "The port to listen on; 0 for a free one (default: 8080).")
    var port: String?

    @Option(
        help: ArgumentHelp(
            "Where the administration listens (default: a free port of 127.0.0.1).", valueName: "host:port|unix:path"))
    var admin: String?

    @Option(help: ArgumentHelp("Event loops that serve requests (default: one for each core).", valueName: "count"))
    var workers: String?

    @Option(
        help: ArgumentHelp("Write a line for each run to this file, or to standard output for '-'.", valueName: "file"),
        completion: .file())
    var decisionLog: String?

    @Option(help: "What a line holds: decision or trace (default: decision).")
    var decisionLogDetail: String?

    @Option(help: "What happens when the log cannot keep up: block, spill or drop (default: block).")
    var decisionLogOverflow: String?

    @Option(help: ArgumentHelp("Begin a new file at this size (default: 100MiB).", valueName: "size"))
    var decisionLogSize: String?

    @Option(help: ArgumentHelp("How many old files to keep (default: 5).", valueName: "count"))
    var decisionLogFiles: String?

    @Option(
        help: ArgumentHelp(
            "How long to serve on after SIGTERM, while /readyz says no (default: 0ms).", valueName: "time"))
    var drainDelay: String?

    @Option(
        help: ArgumentHelp("How long requests in flight may take to end after that (default: 30s).", valueName: "time"))
    var drainTimeout: String?

    @Flag(help: "Read rules, callers and certificates anew when their files change.")
    var watch = false

    @Option(
        help: ArgumentHelp(
            "provider keeps the provider's codes where they say the same; decision does not (default: provider).",
            valueName: "kind"))
    var codes: String?

    @Option(help: ArgumentHelp("The code of an allow without a match (default: that of review).", valueName: "code"))
    var allowCode: String?

    @Option(
        help: ArgumentHelp(
            "Pass other paths of the provider through: true, false, or a path. Can be given several times.",
            valueName: "path"))
    var passthrough: [String] = []

    @Flag(help: "Answer /v1/auth, for auth_request of nginx and forward_auth of Caddy.")
    var auth = false

    @Option(
        help: ArgumentHelp(
            "Read phone, token, channel or exID from this header field (default: X-Moondial-Phone and so on). Can be given several times.",
            valueName: "part=field"))
    var authFields: [String] = []

    @Option(
        help: ArgumentHelp(
            "Give the same decision to the same token for this time; false for never (default: 11m).", valueName: "time"
        ))
    var tokenGuard: String?

    @Option(help: ArgumentHelp("Try a blocked account again after this time (default: 30s).", valueName: "time"))
    var breakerInterval: String?

    @Option(
        help: ArgumentHelp("Callers with bearer tokens: lines of NAME SHA256 [APPKEY].", valueName: "file"),
        completion: .file())
    var callersFile: String?

    @Flag(help: "Ask for no credentials; on a loopback address only.")
    var noAuth = false

    @Option(help: .tlsCertificate, completion: .file())
    var tlsCert: String?

    @Option(help: .tlsKey, completion: .file())
    var tlsKey: String?

    @Option(
        help: ArgumentHelp("Believe X-Forwarded-For of this address. Can be given several times.", valueName: "address")
    )
    var trustedProxies: [String] = []

    @Option(help: ArgumentHelp("Requests a second of each caller (default: no limit).", valueName: "count"))
    var callerRate: String?

    @Option(help: ArgumentHelp("Requests of each caller at once (default: no limit).", valueName: "count"))
    var callerConcurrency: String?

    @Option(help: ArgumentHelp("Connections, for each event loop (default: 10000).", valueName: "count"))
    var connections: String?

    @Option(help: ArgumentHelp("Runs in flight, for each event loop (default: 8192).", valueName: "count"))
    var runs: String?

    @Option(
        help: ArgumentHelp(
            "Requests that wait for a run to end, for each event loop (default: 1024).", valueName: "count"))
    var waitingRuns: String?

    @Option(help: ArgumentHelp("Connections to the target, for each event loop (default: 8192).", valueName: "count"))
    var upstreamConnections: String?

    @Option(
        help: ArgumentHelp(
            "Turn requests away when they wait this long for their run, in overload (default: 5ms).",
            valueName: "time"))
    var overloadDelay: String?

    @Option(help: ArgumentHelp("How long the head of a request may take (default: 5s).", valueName: "time"))
    var headTime: String?

    @Option(help: ArgumentHelp("How long the body of a request may take (default: 10s).", valueName: "time"))
    var bodyTime: String?

    @Option(help: ArgumentHelp("How long a connection may be idle (default: 75s).", valueName: "time"))
    var idleTime: String?

    @Option(help: ArgumentHelp("How long a reply may be left unread (default: 10s).", valueName: "time"))
    var writeTime: String?

    var flags: [ServeSetting: [String]] {
        let texts: [ServeSetting: String?] = [
            .host: host, .port: port, .admin: admin, .workers: workers, .decisionLog: decisionLog,
            .decisionLogDetail: decisionLogDetail, .decisionLogOverflow: decisionLogOverflow,
            .decisionLogSize: decisionLogSize, .decisionLogFiles: decisionLogFiles, .drainDelay: drainDelay,
            .drainTimeout: drainTimeout, .codes: codes, .allowCode: allowCode, .tokenGuard: tokenGuard,
            .breakerInterval: breakerInterval, .overloadDelay: overloadDelay, .callersFile: callersFile,
            .tlsCert: tlsCert, .tlsKey: tlsKey,
            .callerRate: callerRate, .callerConcurrency: callerConcurrency, .connections: connections, .runs: runs,
            .waitingRuns: waitingRuns,
            .upstreamConnections: upstreamConnections, .headTime: headTime, .bodyTime: bodyTime, .idleTime: idleTime,
            .writeTime: writeTime,
        ]
        var flags = texts.compactMapValues { text in text.map { [$0] } }
        for (setting, isGiven) in [(ServeSetting.watch, watch), (.auth, auth), (.noAuth, noAuth)] where isGiven {
            flags[setting] = ["true"]
        }
        if !passthrough.isEmpty { flags[.passthrough] = passthrough }
        if !authFields.isEmpty { flags[.authFields] = authFields }
        if !trustedProxies.isEmpty { flags[.trustedProxies] = trustedProxies }
        return flags
    }
}
