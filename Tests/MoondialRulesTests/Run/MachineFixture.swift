// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NumberVerification

/// Rules, attempts and a driver without I/O, for the tests of the machine.
enum MachineFixture {
    static let request = requestOrTrap(phone: "13800138000", token: "STsid-invented-token-1", exID: "order-42")

    static func requestOrTrap(phone: String, token: String, exID: String? = nil) -> VerificationRequest {
        do {
            return try VerificationRequest(phone: phone, token: token, exID: exID)
        } catch {
            preconditionFailure("the fixture's request is wrong: \(error)")
        }
    }

    /// A rule whose hooks stand in `rules.lua`, at line `line` and below.
    static func rule(_ name: String, line: Int = 1, _ hooks: Hook..., map: ResultMap? = nil) -> RuleOutline {
        var sites: [Hook: HookSite] = [:]
        for (offset, hook) in hooks.enumerated() { sites[hook] = HookSite(file: "rules.lua", line: line + 1 + offset) }
        if map != nil { sites[.mapResult] = HookSite(file: "rules.lua", line: line + 1 + hooks.count) }
        return RuleOutline(name: name, file: "rules.lua", line: line, hooks: sites, mapTable: map)
    }

    static func machine(
        _ rules: [RuleOutline] = [], settings: RunSettings = RunSettings(), request: VerificationRequest = request,
        channel: Channel? = nil, timeout: Duration? = nil, options: JSONObject = JSONObject()
    ) -> RunMachine {
        RunMachine(
            outline: RulebookOutline(rules: rules, revision: "9c41e0a2"), settings: settings, request: request,
            channel: channel, timeout: timeout, options: options, traceID: TraceID(rawValue: 0x4f1c_2a9b_e07d_3316))
    }

    /// A well-formed reply under HTTP 200.
    static func reply(_ code: Int64, at endpoint: Endpoint = .mobile, elapsed: Duration = .zero) -> Attempt {
        let known = ResponseCode(code)
        return Attempt(
            endpoint: endpoint, verdict: known.verdict, code: code, content: known.entry?.content ?? "novel", id: 7,
            exID: nil, httpStatus: 200, error: nil, delivered: .yes, billed: known.billed, elapsed: elapsed)
    }

    /// An attempt without a well-formed reply.
    static func trouble(
        _ kind: AttemptError.Kind, _ delivered: Delivered, at endpoint: Endpoint = .mobile, message: String = "trouble",
        elapsed: Duration = .zero
    ) -> Attempt {
        Attempt(
            endpoint: endpoint, verdict: .unknown, code: nil, content: nil, id: nil, exID: nil, httpStatus: nil,
            error: AttemptError(kind: kind, message: message, retryable: delivered == .no), delivered: delivered,
            billed: delivered == .no ? .no : .maybe, elapsed: elapsed)
    }

    /// A 9000 that came under HTTP 502: billed, and no match.
    static func doubtfulMatch(at endpoint: Endpoint = .mobile) -> Attempt {
        Attempt(
            endpoint: endpoint, verdict: .unknown, code: 9000, content: "verify consistent", id: 7, exID: nil,
            httpStatus: 502, error: AttemptError(kind: .httpStatus, message: "HTTP 502", retryable: false),
            delivered: .yes, billed: .yes, elapsed: .zero)
    }

    static func failure(_ kind: HookFailure.Kind = .raised) -> HookAnswer {
        .failed(HookFailure(kind: kind, message: "it went wrong"))
    }
}

/// Drives a machine to its end with answers from closures. Each event comes one millisecond after the one before.
struct MachinePlayer {
    /// `rule name: hook`, in the order of the calls.
    private(set) var calls: [String] = []
    /// The endpoints of the attempts that the machine started, in their order.
    private(set) var endpoints: [Endpoint] = []
    private(set) var machine: RunMachine
    private(set) var now = Duration.zero
    private let rules: [RuleOutline]

    init(
        _ rules: [RuleOutline] = [], settings: RunSettings = RunSettings(), channel: Channel? = nil,
        timeout: Duration? = nil
    ) {
        self.rules = rules
        self.machine = MachineFixture.machine(rules, settings: settings, channel: channel, timeout: timeout)
    }

    /// Runs from the start to the end. `hook` may use the machine, and answers nil by default. `attempt` gives code
    /// 9000 by default.
    mutating func play(
        hook: (_ rule: String, RunMachine.HookCall, inout RunMachine, Duration) -> HookAnswer = { _, _, _, _ in .none },
        attempt: (_ number: Int, Endpoint) -> Attempt = { MachineFixture.reply(9000, at: $1) }
    ) -> RunResult {
        var action = machine.start(now: now)
        while true {
            now += .milliseconds(1)
            switch action {
            case .callHook(let call):
                let rule = rules[call.rule].name
                calls.append("\(rule): \(call.hook.rawValue)")
                let answer = hook(rule, call, &machine, now)
                action = machine.hookAnswered(answer, now: now)
            case .reserveToken:
                action = machine.tokenReserved(.granted, now: now)
            case .attempt(let endpoint):
                endpoints.append(endpoint)
                action = machine.attemptFinished(attempt(endpoints.count, endpoint), now: now)
            case .finish(let result):
                return result
            case .nothing:
                preconditionFailure("the machine stopped without a result")
            }
        }
    }

    /// Runs with fixed answers, by `rule name: hook`, and attempts in their order.
    mutating func play(_ answers: [String: HookAnswer], attempts: [Attempt] = [MachineFixture.reply(9000)]) -> RunResult
    {
        play(
            hook: { rule, call, _, _ in answers["\(rule): \(call.hook.rawValue)"] ?? .none },
            attempt: { number, _ in attempts[number - 1] })
    }

    /// The events of this kind, redacted.
    func events(_ kind: WrittenEvent.Kind) -> [WrittenEvent] {
        machine.trace.written.filter { $0.kind == kind }
    }
}
