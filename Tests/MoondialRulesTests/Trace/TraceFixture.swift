// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import NumberVerification

/// A run, at fixed times, with nearly every kind of event that a trace can hold.
enum TraceFixture {
    static func eventful() -> (machine: RunMachine, result: RunResult) {
        let rules = [
            MachineFixture.rule("mainland mobile numbers only", line: 1, .preCheck),
            MachineFixture.rule("号码信誉", line: 10, .preCheck),
            MachineFixture.rule("repair a token sent to the wrong endpoint", line: 20, .fallback),
            MachineFixture.rule("verdicts become decisions", line: 30, map: mapping),
            MachineFixture.rule("tell the ledger", line: 40, .onDecision),
        ]
        var settings = RunSettings(maxAttempts: 3, timeout: .seconds(1))
        settings.limits.attempts = 3
        var machine = MachineFixture.machine(rules, settings: settings, channel: .web)
        var last = machine.start(now: .microseconds(3))
        last = machine.hookAnswered(.none, now: .microseconds(21))
        playReputation(&machine)
        last = machine.hookAnswered(.none, now: .milliseconds(13))
        last = machine.attemptFinished(
            MachineFixture.reply(9020, at: .h5, elapsed: .milliseconds(41)), now: .milliseconds(54))
        last = machine.hookAnswered(.fallback(.mobile, evenIfDelivered: false), now: .microseconds(54_012))
        last = machine.attemptFinished(
            MachineFixture.trouble(
                .responseTimeout, .maybe, message: "no reply within 30 ms", elapsed: .milliseconds(30)),
            now: .milliseconds(84))
        last = machine.hookAnswered(.fallback(.h5, evenIfDelivered: false), now: .microseconds(84_010))
        last = machine.hookAnswered(
            .failed(
                HookFailure(
                    kind: .raised, message: "attempt to index a nil value (field 'ledger' for 13800138000)",
                    site: HookSite(file: "rules.lua", line: 42), source: "  ledger.write(req.phone)",
                    traceback: ["rules.lua:42: in hook 'on_decision'"])),
            now: .microseconds(96_500))
        guard case .finish(let result) = last else { preconditionFailure("the fixture's run goes on: \(last)") }
        return (machine, result)
    }

    /// A hook that logs a message and makes a raw attempt.
    private static func playReputation(_ machine: inout RunMachine) {
        machine.log("asking about 13800138000", fields: ["list": 2], now: .microseconds(30))
        let other = MachineFixture.requestOrTrap(phone: "13900139000", token: "STsid-invented-token-2")
        guard case .granted(let number) = machine.rawAttempt(other, at: .mobile, now: .microseconds(40)) else {
            preconditionFailure("the fixture's raw attempt was refused")
        }
        machine.rawAttemptFinished(
            number, MachineFixture.reply(9001, elapsed: .milliseconds(12)), now: .microseconds(12_040))
    }

    private static var mapping: ResultMap {
        var map = ResultMap()
        map[.verdict(.unknown)] = RuleDecision(.review, reason: "ask_for_sms", fields: ["template": 3])
        return map
    }
}
