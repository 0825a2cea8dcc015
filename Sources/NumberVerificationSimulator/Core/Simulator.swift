// SPDX-License-Identifier: MIT

package import HTTP1
import NIOConcurrencyHelpers
package import NumberVerification
import Platform

/// The stand-in for the provider: takes an HTTP request and returns the reply that the provider would give.
///
/// The simulator does no I/O and, unless provider rules are on, reads no clock: the same seed and the same sequence of
/// requests give the same bytes. ``InProcessTransport`` and ``SimulatorServer`` carry the bytes.
///
/// Result codes and their texts are the provider's. The provider does not document the HTTP statuses; the simulator
/// uses 401 for 9010 and 9011, 400 for 9012, 405 for 9013, 415 for 9015, and 200 for all others.
package final class Simulator: Sendable {
    /// The initial settings of a simulator.
    package struct Configuration: Sendable {
        /// The credentials that are accepted. The default is the pair in the provider's documentation.
        package var credentials: Credentials
        /// The credentials of further applications. The default is none.
        package var furtherCredentials: [Credentials] = []
        /// The seed of the ids in replies. The default is 1.
        package var seed: UInt64
        /// Whether to enforce the limits of the real service: see `simulate --list`. The default is false.
        package var providerRules: Bool
        /// The time since 1970-01-01 UTC; read only if provider rules are enforced. The default is the system's clock.
        package var clock: @Sendable () -> Duration

        /// Uses the default for each argument that is not given.
        package init(
            credentials: Credentials = .documentedExample, seed: UInt64 = 1, providerRules: Bool = false,
            clock: @escaping @Sendable () -> Duration = WallClock.sinceEpoch
        ) {
            self.credentials = credentials
            self.seed = seed
            self.providerRules = providerRules
            self.clock = clock
        }
    }

    /// The token of the documented example, which always gets the documented id.
    static let documentedToken = "STsid0000001542695429579Ob28vB7b0cYTI9w0GGZrv8ujUu05qZvw"

    private struct State {
        var serialNumbers: SerialNumbers
        var providerRules: ProviderRules?
        var behaviour = Behaviour()
    }

    private let authorizations: [BasicAuthorization]
    private let systemClock: @Sendable () -> Duration
    private let state: NIOLockedValueBox<State>

    /// Makes a simulator that has seen no token or phone yet.
    package init(configuration: Configuration = Configuration()) {
        authorizations = ([configuration.credentials] + configuration.furtherCredentials).map(BasicAuthorization.init)
        systemClock = configuration.clock
        state = NIOLockedValueBox(
            State(
                serialNumbers: SerialNumbers(seed: configuration.seed),
                providerRules: configuration.providerRules ? ProviderRules() : nil))
    }

    /// The settings that can be changed while the simulator works.
    package var behaviour: Behaviour {
        get { state.withLockedValue { $0.behaviour } }
        set { state.withLockedValue { $0.behaviour = newValue } }
    }

    /// Whether the simulator enforces the limits of the real service. Turning that on begins without any seen token or
    /// phone.
    package var enforcesProviderRules: Bool {
        get { state.withLockedValue { $0.providerRules != nil } }
        set {
            state.withLockedValue { state in
                if newValue != (state.providerRules != nil) { state.providerRules = newValue ? ProviderRules() : nil }
            }
        }
    }

    /// Processes one request. Its effects, such as a spent token and a counted check, do not depend on how the reply is
    /// played.
    package func reply(to request: HTTPRequest) -> SimulatedReply {
        guard let endpoint = Endpoint.allCases.first(where: { $0.path == request.path }) else {
            let paths = Endpoint.allCases.map(\.path).joined(separator: " and ")
            return script(.httpError(status: 404, message: "no such path; there are \(paths)"), for: request)
        }
        guard request.method == "POST" else { return script(.code(.methodNotSupported), for: request) }
        guard let field = request.authorization else { return script(.code(.missAuth), for: request) }
        guard authorizations.contains(where: { $0.accepts(field) }) else {
            return script(.code(.authFailed), for: request)
        }
        guard request.hasJSON else { return script(.code(.mediaTypeNotSupported), for: request) }
        guard let form = VerifyForm(request.body) else { return script(.code(.parameterInvalid), for: request) }
        do {
            let directives = try Directives(token: form.token)
            if directives?.reset == .before { return reset(after: directives?.delay) }
            let answer = answer(to: form, directives, at: endpoint)
            return script(ReplyDraft(answer, directives), for: request, directives)
        } catch {
            let content = "\(ResponseCode.parameterInvalid.content): \(error.message)"
            return script(.code(.parameterInvalid, content: content), for: request)
        }
    }

    /// The reply to bytes that are not a request; the connection is closed after the reply.
    package func reply(to error: HTTPRequestError) -> SimulatedReply {
        let draft = ReplyDraft.httpError(status: error.status, message: "bad request: \(error)")
        return SimulatedReply(steps: [.bytes(draft.bytes(keepsAlive: false)), .close])
    }
}

extension Simulator {
    private func answer(to form: VerifyForm, _ directives: Directives?, at endpoint: Endpoint) -> VerifyAnswer {
        let wanted = wantedCode(form, directives, at: endpoint)
        return state.withLockedValue { state in
            var code = wanted ?? state.behaviour.code.map { ResponseCode($0) } ?? form.codeInPhone ?? .verifyConsistent
            if state.providerRules != nil, code.tokenState.mayBeSpent {
                let now = systemClock() + state.behaviour.clockOffset
                code = state.providerRules?.refusal(form, directives, now: now) ?? code
            }
            guard code.verdict != .unknown else { return VerifyAnswer(code: code) }
            let isDocumented = form.token == Self.documentedToken
            let id = isDocumented ? SerialNumbers.documentedExample : state.serialNumbers.next()
            return VerifyAnswer(code: code, id: id, exID: form.exID ?? "")
        }
    }

    /// The code that the token asks for, or nil.
    private func wantedCode(_ form: VerifyForm, _ directives: Directives?, at endpoint: Endpoint) -> ResponseCode? {
        if let right = directives?.endpoint, right != endpoint { return .decryptTokenFailed }
        if let code = directives?.code { return code }
        if let attested = directives?.phone, attested != form.phone { return .verifyNotConsistent }
        return nil
    }

    private func script(
        _ draft: ReplyDraft, for request: HTTPRequest, _ directives: Directives? = nil
    ) -> SimulatedReply {
        if directives?.reset == .after { return reset(after: directives?.delay) }
        let bytes = draft.bytes(keepsAlive: request.keepsAlive, isHead: request.method == "HEAD")
        var steps: [SimulatedReply.Step] = []
        let delay = directives?.delay ?? behaviour.delay
        if delay > .zero { steps.append(.wait(delay)) }
        steps.append(directives?.drip.map { .drip(bytes, over: $0) } ?? .bytes(bytes))
        if !request.keepsAlive { steps.append(.close) }
        return SimulatedReply(steps: steps)
    }

    private func reset(after delay: Duration?) -> SimulatedReply {
        SimulatedReply(steps: delay.map { [.wait($0), .reset] } ?? [.reset])
    }
}
