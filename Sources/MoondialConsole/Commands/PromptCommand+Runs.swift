// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import MoondialPresentation
import MoondialRules
import NIOCore
import NumberVerification
import TextFormats

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
        PromptCommand(longRunning: "full", "[EXPRESSION]", "shows a value, by default the last one, without limits") {
            call throws(Diagnostic) in
            let session = call.session
            if call.argument.isEmpty {
                session.show(session.lastViews, limits: .full)
                return call.done()
            }
            session.evaluate(call.argument, line: session.journal.nextLine - 1) { result in
                switch result {
                case .success(let views):
                    session.lastViews = views
                    session.show(views, limits: .full)
                case .failure(let diagnostic): session.fail(diagnostic)
                }
                call.done()
            }
        },
        PromptCommand(longRunning: "time", "EXPRESSION", "shows a value, and how long it took") {
            call throws(Diagnostic) in
            try call.session.time(try call.required("something to run", for: "time"), call.done)
        },
        PromptCommand("stop", "[N]", "ends what moondial.spawn has started under this number, or all of it") {
            call throws(Diagnostic) in
            let running = call.session.scripts.backgroundNumbers
            guard !running.isEmpty else { throw Diagnostic(.usage, "nothing goes on in the background") }
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
            let path = try call.required("a file with a request per line", for: "try")
            try Trial(try Files.read(path), path: path, in: call.session, done: call.done).start()
        },
    ]
}

extension ReplSession {
    fileprivate func time(_ text: String, _ done: @escaping () -> Void) throws(Diagnostic) {
        let source = RuleSource(name: .label("stdin"), text: Array(text.utf8))
        let start = NIODeadline.now()
        var evaluation: ActiveEvaluation?
        evaluation = scripts.evaluate(source, firstLine: journal.nextLine - 1) { [self] result in
            let elapsed = Duration.nanoseconds((NIODeadline.now() - start).nanoseconds)
            switch result {
            case .success(let views):
                if !views.isEmpty { lastViews = views }
                show(views)
            case .failure(let diagnostic): fail(diagnostic)
            }
            let lua = evaluation?.cpuTime ?? .zero
            // The clock of processor time moves on every few milliseconds.
            note("took \(elapsed.shortText)" + (lua > .zero ? ", of processor time in Lua \(lua.shortText)" : ""))
            evaluation = nil
            done()
        }
        cancelWork = { [evaluation] in evaluation?.cancel() }
    }
}

/// Many requests, looked at together.
private final class Trial {
    private static let inFlight = 16

    private let session: ReplSession
    private let done: () -> Void
    private var requests: [RunRequest] = []
    private var next = 0
    private var finished = 0
    private var handles: [Int: any RunHandle] = [:]
    private var outcomes: [[String]: Int] = [:]
    private var isOver = false
    private let start0 = NIODeadline.now()

    /// - Throws: A diagnostic for the first line that is no request.
    init(_ content: [UInt8], path: String, in session: ReplSession, done: @escaping () -> Void) throws(Diagnostic) {
        self.session = session
        self.done = done
        let lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.allSatisfy({ $0 <= 0x20 }) {
            do {
                requests.append(try RunRequest(json: try JSONValue.parse(Array(line))))
            } catch let problem as Diagnostic {
                throw Diagnostic(problem.code, "\(path):\(index + 1): \(problem.message)", fix: problem.fix)
            } catch {
                throw Diagnostic(.requestInvalid, "\(path):\(index + 1): not JSON: \(error)")
            }
        }
    }

    func start() {
        session.cancelWork = { [self] in
            isOver = true
            for handle in handles.values { handle.cancel() }
            report()
        }
        session.confirm(":try of \(requests.count) request\(requests.count == 1 ? "" : "s")") { [self] refusal in
            if let refusal {
                session.fail(Diagnostic(.cancelled, ":try: \(refusal)"))
                return done()
            }
            goOn()
        }
    }

    private func goOn() {
        session.runs.isQuiet = true
        let trace = session.options.trace
        session.options.trace = .off
        restore = { [session] in
            session.runs.isQuiet = false
            session.options.trace = trace
        }
        if requests.isEmpty { return report() }
        while next < min(Self.inFlight, requests.count) { sendNext() }
    }

    private var restore: () -> Void = {}

    private func sendNext() {
        let number = next
        next += 1
        handles[number] = session.engine.verify(requests[number]) { [self] run in
            handles[number] = nil
            guard !isOver else { return }
            finished += 1
            let result = run.result
            let attempts = result.attempts.map {
                "\($0.attempt.endpoint.rawValue) \($0.attempt.code.map(String.init) ?? "-")"
            }
            let row = [
                result.decision.outcome.rawValue, shown(session.engine.redactor.text(result.decision.reason ?? "")),
                shown(session.engine.redactor.rule(result.decision.rule)),
                attempts.isEmpty ? "none" : attempts.joined(separator: " -> "),
            ]
            outcomes[row, default: 0] += 1
            if finished == requests.count { report() } else if next < requests.count { sendNext() }
        }
    }

    private func shown(_ text: String) -> String { String(escaping: text.utf8) }

    private func report() {
        restore()
        isOver = true
        var rows = [["requests", "decision", "reason", "rule", "attempts"]]
        for (row, count) in outcomes.sorted(by: { ($1.value, $0.key.joined()) < ($0.value, $1.key.joined()) }) {
            rows.append(["\(count)"] + row)
        }
        if rows.count > 1 { session.result(lines: TextTable(rows).text) }
        let took = Duration.nanoseconds((NIODeadline.now() - start0).nanoseconds)
        session.note("\(finished) of \(requests.count) requests in \(took.shortText)")
        done()
    }
}
