// SPDX-License-Identifier: MIT

import MoondialRules

extension PromptCommand {
    static let runCommands = [
        PromptCommand("trace", "on|full|off", "draws every run, with all facts, or none") { call throws(Diagnostic) in
            guard let mode = SessionOptions.TraceMode(rawValue: call.argument) else {
                throw Diagnostic(.usage, ":trace on, full or off expected")
            }
            call.session.options.trace = mode
        },
        PromptCommand("flow", "[N]", "draws the last run, or the one N runs before it") { call throws(Diagnostic) in
            let traces = call.session.runs.traces
            guard let back = call.argument.isEmpty ? 0 : Int(call.argument), back >= 0 else {
                throw Diagnostic(.usage, ":flow: a number of runs to go back expected")
            }
            guard back < traces.count else {
                throw Diagnostic(
                    .usage, "there \(traces.count == 1 ? "is 1 run" : "are \(traces.count) runs") to look at")
            }
            call.session.draw(traces[traces.count - 1 - back])
        },
        PromptCommand("stop", "[N]", "ends what moondial.spawn has started under this number, or all of it") {
            call throws(Diagnostic) in
            let running = call.session.scripts.backgroundNumbers
            guard !running.isEmpty else { throw Diagnostic(.usage, "nothing runs in the background") }
            guard let numbers = call.argument.isEmpty ? running : Int(call.argument).map({ [$0] }),
                numbers.allSatisfy(running.contains)
            else {
                let list = running.map(String.init).joined(separator: ", ")
                throw Diagnostic(.usage, ":stop: one of these numbers expected: \(list)")
            }
            call.session.stopBackground(numbers)
        },
        PromptCommand("allow", "N", "sends a live call in the background that waits under this number") {
            call throws(Diagnostic) in
            try call.session.answer(call.argument, isYes: true)
        },
        PromptCommand("refuse", "N", "does not send it: the call ends in an error") { call throws(Diagnostic) in
            try call.session.answer(call.argument, isYes: false)
        },
        PromptCommand(
            longRunning: "try", "FILE.jsonl", "runs a request per line, and shows a table of outcomes",
            text: "A line is what moondial verify takes: {\"phone\", \"token\", \"exID\"} and options beside them."
        ) { call throws(Diagnostic) in
            let path = try call.path("a file with a request per line", for: "try")
            try Trial(try Files.read(path), path: path, in: call.session, done: call.done).start()
        },
    ]
}
