// SPDX-License-Identifier: MIT

import MoondialRules
import NumberVerificationSimulator
import TextFormats

extension PromptCommand {
    static let simulator = PromptCommand(
        "sim", "[code N|delay TIME|rules on|off|clock +TIME]",
        "lists what the simulator can do, or changes what it does",
        text: """
            :sim code 9002      every reply has this code, unless its token asks for another; :sim code off
            :sim delay 250ms    every reply comes later; :sim delay off
            :sim rules on       it enforces single use of tokens, their life, the 30 s gap and 10 checks a day
            :sim clock +30s     its clock goes on that much
            """
    ) { call throws(Diagnostic) in
        guard let simulator = call.session.setup.simulator else {
            throw Diagnostic(
                .usage, "requests go to \(call.session.setup.target), not to the simulator in this process")
        }
        let words = call.words
        let value = words.dropFirst().joined(separator: " ")
        switch words.first {
        case nil: call.session.page(wrapping: call.session.setup.magicTable())
        case "code"?: simulator.behaviour.code = value == "off" ? nil : try code(value)
        case "delay"?: simulator.behaviour.delay = value == "off" ? .zero : try time(value)
        case "rules"?:
            guard value == "on" || value == "off" else { throw Diagnostic(.usage, ":sim rules on or off expected") }
            simulator.enforcesProviderRules = value == "on"
        case "clock"?:
            guard value.hasPrefix("+") else { throw Diagnostic(.usage, ":sim clock: a time such as +30s expected") }
            simulator.behaviour.clockOffset += try time(String(value.dropFirst()))
        case let other?:
            let names = ["code", "delay", "rules", "clock"]
            throw Diagnostic(
                .usage, ":sim has no setting '\(other)'\(Suggestion.clause(for: other, in: names))",
                fix: "see :help sim")
        }
        call.session.note(state(of: simulator))
    }

    static func state(of simulator: Simulator) -> String {
        let behaviour = simulator.behaviour
        let parts = [
            "code \(behaviour.code.map(String.init) ?? "by phone and token")",
            behaviour.delay == .zero ? "no delay" : "delay \(behaviour.delay.shortText)",
            "provider rules \(simulator.enforcesProviderRules ? "on" : "off")",
            behaviour.clockOffset == .zero ? nil : "clock +\(behaviour.clockOffset.shortText)",
        ]
        return "simulator: " + parts.compactMap(\.self).joined(separator: ", ")
    }

    private static func code(_ text: String) throws(Diagnostic) -> Int64 {
        if let code = Int64(text), (0...9999).contains(code) { return code }
        throw Diagnostic(.usage, ":sim code: a number from 0 to 9999, or off, expected")
    }

    /// "250ms", "30s", "2m", "1h".
    private static func time(_ text: String) throws(Diagnostic) -> Duration {
        if let time = Duration(text: text, in: .zero ... .seconds(1_000_000_000)) { return time }
        throw Diagnostic(.usage, "a time such as 250ms, 30s, 2m or 1h expected")
    }
}
