// SPDX-License-Identifier: MIT

import HTTP1
import JSON
import MoondialRules
import NIOCore
import NumberVerification

/// Serves the requests that rules decide on.
final class DecisionRoutes {
    private let worker: DecisionWorker
    private let settings: RouteSettings

    init(worker: DecisionWorker, settings: RouteSettings) {
        self.worker = worker
        self.settings = settings
    }

    // MARK: - The provider's API

    /// Answers a request in the provider's format. Members that the provider does not know are ignored, as the provider
    /// ignores them.
    func verify(_ exchange: ServerExchange, at endpoint: Endpoint, callers: CallerDirectory) {
        guard exchange.request.method == "POST" else {
            return exchange.reply(refusal(.methodNotSupported, status: 405, [("Allow", "POST")]))
        }
        guard worker.takesRequest(now: exchange.start) else { return exchange.reply(Self.providerOverload) }
        guard let caller = providerCaller(of: exchange, callers) else { return }
        guard exchange.request.hasJSON else { return exchange.reply(refusal(.mediaTypeNotSupported, status: 415)) }
        let (run, idempotency): (RunRequest, DecisionRequest.Idempotency?)
        do throws(Diagnostic) {
            run = try parse(exchange, ignoresUnknown: true, channel: endpoint == .h5 ? .web : nil)
            idempotency = try exchange.request.idempotency
        } catch {
            let content = "\(ResponseCode.parameterInvalid.entry?.content ?? ""): \(error.message)"
            return exchange.reply(
                GatewayReply.provider(status: 400, code: .parameterInvalid, content: content))
        }
        let exID = run.verification.exID
        decide(exchange, run, caller, idempotency) { [settings] reply in
            switch reply {
            case .decided(let decision, let origin):
                let code = ResponseCode(settings.codes.code(for: decision))
                let isProviders = decision.code == code.rawValue
                var message = GatewayReply.provider(
                    code: code, content: isProviders ? decision.content : nil, id: decision.id,
                    exID: exID ?? (code.verdict == .unknown ? nil : ""))
                message.add(decision, isReplayed: origin.isReplayed)
                return message
            case .rejected(.idempotencyConflict):
                return GatewayReply.provider(
                    status: 422, code: .parameterInvalid, content: Self.conflictText)
            case .rejected(let reason): return Self.providerProblem(reason)
            }
        }
    }

    /// The caller of a request. If the credentials are missing or wrong, replies with 401 as the provider does, and returns
    /// nil.
    func providerCaller(of exchange: ServerExchange, _ callers: CallerDirectory) -> Caller? {
        switch callers.answer(to: exchange.request.authorization) {
        case .known(let caller): return caller
        case .missing: exchange.reply(refusal(.missAuth, status: 401, [Self.challenge]))
        case .wrong: exchange.reply(refusal(.authFailed, status: 401, [Self.challenge]))
        }
        return nil
    }

    private static let providerOverload = providerProblem(.overload)
    private static let overload = problem(.overload)

    /// The reply, in the provider's format, to a request for which nothing was sent.
    static func providerProblem(_ reason: Rejection) -> HTTPReplyMessage {
        var message = GatewayReply.provider(
            status: reason.status, code: .badServer, content: "not processed, nothing was sent: \(reason.rawValue)")
        message.fields.append(GatewayReply.retryAfter)
        return message
    }

    private func refusal(
        _ code: ResponseCode, status: Int, _ fields: [(StaticString, String)] = []
    ) -> HTTPReplyMessage {
        var message = GatewayReply.provider(status: status, code: code)
        for field in fields { message.fields.append((field.0, field.1)) }
        return message
    }

    // MARK: - moondial's own API

    /// Answers a request in the format of `moondial verify`; the reply is the whole decision.
    func decide(_ exchange: ServerExchange, callers: CallerDirectory) {
        guard exchange.request.method == "POST" else { return exchange.reply(GatewayReply.methodNotAllowed("POST")) }
        guard worker.takesRequest(now: exchange.start) else { return exchange.reply(Self.overload) }
        guard let caller = caller(of: exchange, callers) else { return }
        guard exchange.request.hasJSON else {
            return exchange.reply(
                GatewayReply.problem(
                    status: 415, "media_type", title: "The body is not JSON.",
                    detail: "expected Content-Type: application/json"))
        }
        let (run, showsTrace, idempotency): (RunRequest, Bool, DecisionRequest.Idempotency?)
        do throws(Diagnostic) {
            showsTrace = try exchange.request.flag("trace")
            run = try parse(exchange, ignoresUnknown: false, channel: nil)
            idempotency = try exchange.request.idempotency
        } catch {
            return exchange.reply(
                GatewayReply.problem(
                    status: 400, "request_invalid", title: "The request is not valid.", detail: error.message))
        }
        let exID = run.verification.exID
        decide(exchange, run, caller, idempotency) { [settings] reply in
            switch reply {
            case .decided(let decision, let origin):
                var json =
                    origin.run?.result.json(target: settings.target)
                    ?? decision.json(exID: exID, target: settings.target)
                if origin.isReplayed { json.set("replayed", true) }
                if showsTrace, let run = origin.run { json.set("trace", run.trace.json) }
                var message = GatewayReply.json(json)
                message.add(decision, isReplayed: origin.isReplayed)
                return message
            case .rejected(let reason): return Self.problem(reason)
            }
        }
    }

    /// Answers a proxy that asks whether a request may pass: 200 for allow, 403 for deny, 401 for review.
    func authorize(_ exchange: ServerExchange, callers: CallerDirectory, fields: AuthFields) {
        guard exchange.request.method == "GET" || exchange.request.method == "POST" else {
            return exchange.reply(GatewayReply.methodNotAllowed("GET, POST"))
        }
        guard worker.takesRequest(now: exchange.start) else { return exchange.reply(Self.overload) }
        guard let caller = caller(of: exchange, callers) else { return }
        var run: RunRequest
        do throws(Diagnostic) {
            if exchange.request.method == "POST", exchange.request.hasJSON {
                run = try parse(exchange, ignoresUnknown: false, channel: nil)
            } else {
                run = try RunRequest(json: try fields.object(of: exchange.request.fields))
                addAddress(to: &run, exchange)
            }
        } catch {
            return exchange.reply(
                GatewayReply.problem(
                    status: 401, "request_invalid", title: "The request has no valid phone and token.",
                    detail: error.message))
        }
        // A proxy copies header fields that the end user can set, so an Idempotency-Key is ignored here.
        decide(exchange, run, caller, nil) { reply in
            switch reply {
            case .decided(let decision, let origin):
                let status = decision.outcome == .allow ? 200 : decision.outcome == .deny ? 403 : 401
                var message = HTTPReplyMessage(status: status)
                message.add(decision, isReplayed: origin.isReplayed)
                return message
            case .rejected(let reason): return Self.problem(reason)
            }
        }
    }

    /// The caller of a request. If the credentials are missing or wrong, replies with 401 and returns nil.
    func caller(of exchange: ServerExchange, _ callers: CallerDirectory) -> Caller? {
        switch callers.answer(to: exchange.request.authorization) {
        case .known(let caller): return caller
        case .missing, .wrong:
            var message = GatewayReply.problem(
                status: 401, "unauthorized", title: "Credentials are needed.",
                detail: "expected Basic with an application's app key and master secret, or Bearer with a known token")
            message.fields.append(Self.challenge)
            exchange.reply(message)
            return nil
        }
    }

    private static func problem(_ reason: Rejection) -> HTTPReplyMessage {
        guard reason != .idempotencyConflict else {
            return GatewayReply.problem(status: 422, reason.rawValue, title: conflictText)
        }
        var message = GatewayReply.problem(
            status: reason.status, reason.rawValue, title: "The request was not processed, and nothing was sent.")
        message.fields.append(GatewayReply.retryAfter)
        return message
    }

    private static let conflictText = "The Idempotency-Key was used with another request."
    private static let challenge: (name: StaticString, value: String) = (
        "WWW-Authenticate", "Basic realm=\"moondial\""
    )

    // MARK: - Both

    private func parse(
        _ exchange: ServerExchange, ignoresUnknown: Bool, channel: MoondialRules.Channel?
    ) throws(Diagnostic) -> RunRequest {
        let body = exchange.request.body
        var run = try body.withUnsafeReadableBytes { bytes throws(Diagnostic) in
            if let run = RunRequest(plain: bytes) { return run }
            return try RunRequest(json: Self.json(bytes), ignoresUnknownKeys: ignoresUnknown)
        }
        if run.channel == nil { run.channel = channel }
        addAddress(to: &run, exchange)
        return run
    }

    private static func json(_ body: UnsafeRawBufferPointer) throws(Diagnostic) -> JSONValue {
        do throws(JSONValue.ParseError) {
            return try JSONValue.parse(body)
        } catch {
            throw Diagnostic(.requestInvalid, "the body is not JSON: \(error)")
        }
    }

    /// Adds the client's address if the request does not name the end user's address.
    private func addAddress(to run: inout RunRequest, _ exchange: ServerExchange) {
        guard run.ip == nil else { return }
        run.ip = settings.addresses.address(peer: exchange.peer) {
            exchange.request.fields.values(of: "x-forwarded-for")
        }
    }

    private func decide(
        _ exchange: ServerExchange, _ run: RunRequest, _ caller: Caller, _ idempotency: DecisionRequest.Idempotency?,
        _ message: @escaping (DecisionReply) -> HTTPReplyMessage
    ) {
        let traceparents = exchange.request.fields.values(of: "traceparent")
        // With several, there is no trace to continue: W3C Trace Context, section 4.3.
        let traceparent = traceparents.count == 1 ? TraceParent(traceparents[0]) : nil
        let request = DecisionRequest(run: run, caller: caller, traceparent: traceparent, idempotency: idempotency)
        let throttle = settings.throttle
        guard throttle.begin(caller, now: exchange.start) else {
            worker.onOutcome?(.rejected(.rateLimit))
            return exchange.reply(message(.rejected(.rateLimit)))
        }
        let decision = worker.decide(request, now: exchange.start) { reply in
            throttle.end(caller)
            exchange.reply(message(reply))
        }
        if !exchange.isAnswered { exchange.onHangUp = { [worker] in worker.callerHungUp(decision) } }
    }
}

/// The settings that the routes need.
struct RouteSettings: Sendable {
    /// The name of the target to which attempts are sent.
    let target: String
    let codes: GatewayCodes
    let addresses: ClientAddress
    let throttle: CallerThrottle
}

extension Rejection {
    /// The HTTP status of a request that was not run.
    fileprivate var status: Int { self == .rateLimit ? 429 : 503 }
}

/// The names of the header fields that hold the parts of a proxy's request, in lower case.
package struct AuthFields: Sendable, Hashable {
    package var phone = "x-moondial-phone"
    package var token = "x-moondial-token"
    package var channel = "x-moondial-channel"
    package var exID = "x-moondial-exid"

    /// The defaults.
    package init() {}

    /// Sets the field of one part of a request: `phone=X-Phone`, and so on for `token`, `channel` and `exID`.
    ///
    /// - Returns: False if the text does not have this form.
    package mutating func set(_ text: String) -> Bool {
        let words = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 2, let part = Self.parts.first(where: { $0.name == words[0] }),
            HTTPFields.isName(words[1])
        else { return false }
        self[keyPath: part.place] = words[1].lowercased()
        return true
    }

    private static let parts: [(name: String, place: any WritableKeyPath<AuthFields, String> & Sendable)] = [
        ("phone", \.phone), ("token", \.token), ("channel", \.channel), ("exID", \.exID),
    ]

    /// The request as JSON. Missing fields are left out.
    ///
    /// - Throws: A diagnostic for a field without a single value.
    func object(of fields: HTTPFields) throws(Diagnostic) -> JSONValue {
        var object = JSONObject()
        for part in Self.parts {
            let name = self[keyPath: part.place]
            if let value = try fields.values(named: name).single(name) { object[part.name] = .string(value) }
        }
        return .object(object)
    }
}

extension [String] {
    /// The value of a field, or nil without the field.
    ///
    /// - Throws: A diagnostic for a field that stands there twice, of which another program might read the other value,
    ///   and for one that is not UTF-8: texts in which bytes were replaced can be equal though the bytes differ.
    fileprivate func single(_ name: String) throws(Diagnostic) -> String? {
        guard count <= 1 else { throw Diagnostic(.requestInvalid, "the field \(name) stands there twice") }
        guard let value = first else { return nil }
        guard !value.unicodeScalars.contains("\u{FFFD}") else {
            throw Diagnostic(.requestInvalid, "the field \(name) is not UTF-8")
        }
        return value
    }
}

extension HTTPRequest {
    /// The Idempotency-Key with the content that it stands for; nil without a key.
    fileprivate var idempotency: DecisionRequest.Idempotency? {
        get throws(Diagnostic) {
            guard let key = try fields.values(of: "idempotency-key").single("idempotency-key"), !key.isEmpty else {
                return nil
            }
            return DecisionRequest.Idempotency(key: key, path: path, body: String(buffer: body))
        }
    }

    /// Whether the query has `name=1` or `name=true`. False if the query does not have the name.
    ///
    /// - Throws: A diagnostic for another value than these, `0` and `false`.
    func flag(_ name: String) throws(Diagnostic) -> Bool {
        var isSet = false
        for part in query?.split(separator: "&") ?? [] where part == name || part.hasPrefix("\(name)=") {
            switch part.dropFirst(name.utf8.count + 1) {
            case "1", "true": isSet = true
            case "0", "false": isSet = false
            default: throw Diagnostic(.requestInvalid, "\(name): expected 1, 0, true or false in the query")
            }
        }
        return isSet
    }
}

extension JSONValue {
    /// Sets a member of an object.
    fileprivate mutating func set(_ key: String, _ value: JSONValue) {
        guard case .object(var object) = self else { preconditionFailure("a decision is an object") }
        object[key] = value
        self = .object(object)
    }
}
