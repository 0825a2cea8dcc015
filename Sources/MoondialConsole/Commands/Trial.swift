// SPDX-License-Identifier: MIT

import JSON
import MoondialPresentation
import MoondialRules
import NIOCore
import NumberVerification
import TextFormats

/// Runs many requests, and shows a table of their outcomes.
final class Trial {
    private static let inFlight = 16

    /// The properties by which runs are grouped.
    private struct Outcome: Hashable {
        let decision: Decision.Outcome
        let reason: String
        let rule: String
        let attempts: String
    }

    private struct Group {
        var count = 0
        /// The number of the last run.
        var last = 0
    }

    private let session: ReplSession
    private let done: () -> Void
    private var requests: [RunRequest] = []
    private var next = 0
    private var finished = 0
    private var handles: [Int: any RunHandle] = [:]
    private var groups: [Outcome: Group] = [:]
    private var isOver = false
    private let began = NIODeadline.now()

    /// - Throws: A diagnostic for the first line that is no request.
    init(_ content: [UInt8], path: String, in session: ReplSession, done: @escaping () -> Void) throws(Diagnostic) {
        self.session = session
        self.done = done
        requests = try JSONLines.map(content, of: path) { value, _ throws(Diagnostic) in try RunRequest(json: value) }
    }

    func start() {
        session.cancelWork = { [self] in
            isOver = true
            for handle in handles.values { handle.cancel() }
            session.note(lines: session.runs.takeInterruptions())
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
            let outcome = Outcome(
                decision: result.decision.outcome,
                reason: shown(session.engine.redactor.text(result.decision.reason ?? "")),
                rule: shown(session.engine.redactor.rule(result.decision.rule)),
                attempts: attempts.isEmpty ? "none" : attempts.joined(separator: " -> "))
            groups[outcome, default: Group()].count += 1
            groups[outcome]?.last = session.runs.count
            if finished == requests.count { report() } else if next < requests.count { sendNext() }
        }
    }

    private func shown(_ text: String) -> String { String(escaping: text.utf8) }

    private func report() {
        restore()
        isOver = true
        if finished > 0 {
            session.result(lines: bars)
            session.result(lines: table.fitting(session.screen.width()).text)
        }
        let took = Duration.nanoseconds((NIODeadline.now() - began).nanoseconds)
        session.note("\(finished) of \(requests.count) requests in \(took.shortText)")
        done()
    }

    /// A bar for each decision.
    private var bars: String {
        let most = max(8, min(40, session.screen.width() - 24))
        let rows = Decision.Outcome.allCases.map { decision in
            let count = groups.reduce(0) { $0 + ($1.key.decision == decision ? $1.value.count : 0) }
            let share = Double(count) / Double(finished)
            let bar = Bar(share: share, width: most, repertoire: session.screen.repertoire).text
            return [decision.rawValue, "\(count)", "\(Int((share * 100).rounded())) %", bar]
        }
        return TextTable(rows).text
    }

    /// The groups, by decision and size. The last column is the `:flow` command that draws an example of the group.
    private var table: TextTable {
        let order = Decision.Outcome.allCases
        let sorted = groups.sorted { left, right in
            let places = [left, right].map { order.firstIndex(of: $0.key.decision) ?? 0 }
            if places[0] != places[1] { return places[0] < places[1] }
            if left.value.count != right.value.count { return left.value.count > right.value.count }
            return (left.key.reason, left.key.rule, left.key.attempts)
                < (right.key.reason, right.key.rule, right.key.attempts)
        }
        let rows = sorted.map { outcome, group in
            [
                "\(group.count)", outcome.decision.rawValue, outcome.reason, outcome.rule, outcome.attempts,
                session.runs.back(to: group.last).map { ":flow \($0)" } ?? "",
            ]
        }
        return TextTable([["requests", "decision", "reason", "rule", "attempts", "example"]] + rows)
    }
}

/// A bar for a share of a whole.
private struct Bar {
    let text: String

    /// `share`: from 0 to 1. `width`: the cells of the whole.
    init(share: Double, width: Int, repertoire: Waterfall.Repertoire) {
        let eighths = Int((share * Double(width) * 8).rounded())
        guard repertoire == .unicode else {
            text = String(repeating: "#", count: (eighths + 4) / 8)
            return
        }
        let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        text = String(repeating: "█", count: eighths / 8) + rest
    }
}
