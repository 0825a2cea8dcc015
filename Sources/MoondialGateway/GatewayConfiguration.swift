// SPDX-License-Identifier: MIT

package import MoondialRules
package import NIOCore
package import NIOSSL
package import NumberVerification

/// The settings of a gateway.
package struct GatewayConfiguration: Sendable {
    package var address: ListenAddress
    /// Where the administration listens. The default is a free port of 127.0.0.1.
    package var adminAddress = ListenAddress.tcp(host: "127.0.0.1", port: 0)
    /// The applications whose accounts are used. The first is for callers for which no application is named.
    package var applications: [Credentials]
    /// The name of the target to which attempts are sent.
    package var target: String
    package var codes = GatewayCodes()
    package var passthrough = PassthroughPaths.provider
    /// The header fields of `/v1/auth`, where proxies ask; nil when that path is off.
    package var authFields: AuthFields?
    package var addresses = ClientAddress(trustedProxies: [])
    package var limits = ServerLimits()
    /// The limits of each caller. The default is no limits.
    package var callerLimits = CallerThrottle.Limits()
    /// Runs in flight, for each event loop. The default is 8,192.
    package var runs = 8192
    /// Requests that wait for a run to end, for each event loop. The default is 1,024.
    package var waitingRuns = 1024
    /// How long a request may wait for a run to end. The default is 1 s.
    package var waitingTime = TimeAmount.seconds(1)
    /// How long requests may wait for an event loop to begin their runs. When they wait longer during a whole second
    /// and the queue gets no shorter, further requests are refused until they wait less. The default is 5 ms.
    package var overloadDelay = TimeAmount.milliseconds(5)
    /// How long the decision on a token is kept. Nil: there is no token guard. The default is 11 minutes.
    package var tokenGuard: TimeAmount? = .minutes(11)
    /// Caps and budget. The default is none.
    package var callGuard = CallGuardSettings()
    /// Whether other gateways may use the store of the service; decisions are shared with them then. The default is
    /// false.
    package var sharesStore = false
    /// The number of replicas of the store that must have a claim before its token is sent. The default is 0.
    package var claimReplicas = 0
    /// What happens to a request whose token cannot be claimed in a shared store. The default is review.
    package var onClaimError = CallGuardSettings.OnStoreError.review
    /// The time between two calls for an application whose account is blocked. The default is 30 s.
    package var breakerInterval = TimeAmount.seconds(30)
    /// How long requests that are passed through may take. The default is 10 s.
    package var passthroughTimeout = TimeAmount.seconds(10)
    /// The names of machine and process, for `moondial fleet`.
    package var hostName = "localhost"
    package var processID: Int32 = 0
    package var service: RuleService.Configuration
    package var version: String

    package init(
        address: ListenAddress, applications: [Credentials], target: String,
        service: RuleService.Configuration, version: String
    ) {
        self.address = address
        self.applications = applications
        self.target = target
        self.service = service
        self.version = version
    }
}

/// Closures that read files and make clients for a gateway, given by the command that starts it.
package struct GatewaySources: Sendable {
    /// Reads the rule files. Called at the start and for each reload, not on the event loops.
    package var readRules: @Sendable () throws(Diagnostic) -> RuleFiles
    /// Reads the callers and their credentials. Called at the start and for each reload.
    package var readCallers: @Sendable () throws -> CallerDirectory
    /// Reads certificate and key; nil for plain HTTP. Called at the start and for each reload.
    package var readTLS: @Sendable () throws -> NIOSSLContext?
    /// The name of the configuration file if its content is not the one that the gateway works with, else nil. Called for
    /// each reload.
    package var changedConfiguration: @Sendable () -> String?
    /// Makes the client of an application on an event loop.
    package var makeClient: @Sendable (Credentials, any EventLoop) throws -> any AttemptSource
    /// Makes the connection to the provider for requests that are passed through.
    package var makeUpstream: @Sendable (any EventLoop) throws -> Upstream

    package init(
        readRules: @escaping @Sendable () throws(Diagnostic) -> RuleFiles,
        readCallers: @escaping @Sendable () throws -> CallerDirectory,
        readTLS: @escaping @Sendable () throws -> NIOSSLContext?,
        changedConfiguration: @escaping @Sendable () -> String? = { nil },
        makeClient: @escaping @Sendable (Credentials, any EventLoop) throws -> any AttemptSource,
        makeUpstream: @escaping @Sendable (any EventLoop) throws -> Upstream
    ) {
        self.readRules = readRules
        self.readCallers = readCallers
        self.readTLS = readTLS
        self.changedConfiguration = changedConfiguration
        self.makeClient = makeClient
        self.makeUpstream = makeUpstream
    }
}

/// An event for the log of the server.
package enum GatewayEvent: Sendable {
    case reloaded(revision: String)
    case reloadFailed(Diagnostic)
    /// The configuration file has changed, which a reload does not look at.
    case configurationChanged(path: String)
    case breakerOpened(appKey: String, code: Int64)
    case breakerClosed(appKey: String)
    /// Four fifths of a ceiling are used.
    case budgetNearlyUsed(BudgetUse)
    /// The store does not answer, for this reason.
    case storeFailing(String)
    /// The store answers again.
    case storeAnswers
    /// With false, names in the store are hashed with another key than this gateway's; with true, with the same key
    /// again.
    case storeKey(agrees: Bool)
    case draining
    /// The rules were loaded into a fresh Lua state; with an error if that failed.
    case luaStateRenewed(Diagnostic?)
    /// A request was answered by the provider without rules.
    case passedThrough(PassedRequest)
    /// A hook of a run has failed.
    case hookFailed(Diagnostic, TraceID)
    /// The token guard has decided on a request without a run, so that the decision log has no line for it.
    case guardDecided(GuardDecision)
}

/// A decision of the token guard, as operators may see it.
package struct GuardDecision: Sendable, Hashable {
    package let reason: String
    package let traceID: String
    package let caller: String
    package let appKey: String
    /// Masked unless phones are shown.
    package let phone: String
}
