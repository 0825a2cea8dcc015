// SPDX-License-Identifier: MIT

import MoondialPresentation

/// A setting of `moondial serve`. The raw value is its key in the section `serve` of `moondial.yaml`, from which the
/// other spellings follow: `drain_delay`, `--drain-delay`, `MOONDIAL_SERVE_DRAIN_DELAY`.
enum ServeSetting: String, CaseIterable {
    case host
    case port
    case admin
    case workers
    case decisionLog = "decision_log"
    case decisionLogDetail = "decision_log_detail"
    case decisionLogOverflow = "decision_log_overflow"
    case decisionLogSize = "decision_log_size"
    case decisionLogFiles = "decision_log_files"
    case drainDelay = "drain_delay"
    case drainTimeout = "drain_timeout"
    case watch
    case codes
    case allowCode = "allow_code"
    case passthrough
    case auth
    case authFields = "auth_fields"
    case tokenGuard = "token_guard"
    case breakerInterval = "breaker_interval"
    case callersFile = "callers_file"
    case noAuth = "no_auth"
    case tlsCert = "tls_cert"
    case tlsKey = "tls_key"
    case trustedProxies = "trusted_proxies"
    case callerRate = "caller_rate"
    case callerConcurrency = "caller_concurrency"
    case connections
    case runs
    case waitingRuns = "waiting_runs"
    case overloadDelay = "overload_delay"
    case upstreamConnections = "upstream_connections"
    case headTime = "head_time"
    case bodyTime = "body_time"
    case idleTime = "idle_time"
    case writeTime = "write_time"
    case applications

    /// The keys of the section.
    static var fileKeys: [String] { allCases.filter(\.isInFile).map(\.rawValue) }

    /// Whether the setting can be in the section. The token guard is in the section `guards` instead. `no_auth` is only
    /// a flag or a variable, since it is dangerous to leave on by mistake.
    var isInFile: Bool { self != .noAuth && self != .tokenGuard }

    /// Whether the value is a map, which only the file can hold.
    var isMap: Bool { self == .applications }

    /// Whether there can be several values.
    var isList: Bool { self == .passthrough || self == .trustedProxies || self == .authFields }

    /// Whether the value is the path of a file.
    var isPath: Bool {
        self == .decisionLog || self == .callersFile || self == .tlsCert || self == .tlsKey
    }

    var flag: String { "--" + rawValue.split(separator: "_").joined(separator: "-") }

    var variable: String { Self.variablePrefix + rawValue.uppercased() }

    static let variablePrefix = Setting.variablePrefix + "SERVE_"

    /// What a value must look like, to follow "expected".
    var expectation: String {
        switch self {
        case .host: "an address of this machine"
        case .port: "a whole number from 0 to 65535"
        case .admin: "HOST:PORT or unix:PATH"
        case .workers: "a whole number from 1 to 256"
        case .decisionLog: "a file, or - for standard output"
        case .decisionLogDetail: "decision or trace"
        case .decisionLogOverflow: "block, spill or drop"
        case .decisionLogSize: "a size such as 64MiB, from 64KiB to 16GiB"
        case .decisionLogFiles: "a whole number from 1 to 1000"
        case .drainDelay, .drainTimeout, .breakerInterval, .overloadDelay, .headTime, .bodyTime, .idleTime, .writeTime:
            "a time from 0ms to 1h, such as 500ms, 10s or 2m"
        case .codes: "provider, decision, or a map of reasons and of allow, deny and review to codes"
        case .allowCode: "a code from 9000 to 9099"
        case .passthrough: "true, false, or a list of paths"
        case .authFields: "a list such as phone=X-Phone, of phone, token, channel and exID with names of header fields"
        case .tokenGuard: "true, false, or a time such as 11m"
        case .watch, .auth, .noAuth: "true or false"
        case .callersFile, .tlsCert, .tlsKey: "a file"
        case .trustedProxies: "a list of IP addresses, or ranges such as 10.0.0.0/8"
        case .callerRate, .callerConcurrency, .connections, .runs, .waitingRuns, .upstreamConnections:
            "a whole number from 1 to 1000000"
        case .applications: "a map of app keys to files with their master secrets"
        }
    }
}
