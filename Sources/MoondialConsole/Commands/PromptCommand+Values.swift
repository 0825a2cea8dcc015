// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialPresentation
import MoondialRules
import NIOCore
import TextFormats

extension PromptCommand {
    static let valueCommands = [
        PromptCommand(
            longRunning: "full", "[EXPRESSION]", "shows a value, by default the last one, without limits",
            text: "Ctrl-C stops what is shown."
        ) { call throws(Diagnostic) in
            let session = call.session
            let completion = { (result: Result<[LuaView], Diagnostic>) in session.showWhole(result, call.done) }
            if call.argument.isEmpty { return session.viewLastValues(completion: completion) }
            session.evaluate(
                call.argument, line: session.journal.nextLine - 1, isWhole: true, completion: completion)
        },
        PromptCommand(
            longRunning: "time", "EXPRESSION", "shows a value, and how long it takes: the middle of many runs",
            text: """
                What is quick and sends nothing is run again until the time is known, without what it prints.
                Then the least and the greatest time are shown, and the memory that a run allocates.
                """
        ) { call throws(Diagnostic) in
            Timing(try call.required("something to run", for: "time"), in: call.session, done: call.done).start()
        },
    ]
}

extension ReplSession {
    /// Shows values without limits, piece by piece, so that Ctrl-C takes effect in between.
    fileprivate func showWhole(_ result: Result<[LuaView], Diagnostic>, _ done: @escaping () -> Void) {
        switch result {
        case .failure(let diagnostic):
            failBlock(diagnostic)
            done()
        case .success(let views):
            journal.end(.done, valueCount: views.count)
            var printer = printer(.full)
            printer.isStopped = { [stop] in stop.isRaised }
            let lines = views.map { printer.text($0) + "\n" }.joined()
            recording?.add(output: lines)
            cancelWork = { [stop] in stop.raise() }
            write(Array(lines.utf8)[...], isAtLineStart: true, done)
        }
    }

    /// Bytes of a piece. A terminal takes some milliseconds for them.
    private static let pieceSize = 16 << 10

    private func write(_ rest: ArraySlice<UInt8>, isAtLineStart: Bool, _ done: @escaping () -> Void) {
        if stop.isRaised {
            if !isAtLineStart { screen.results("\n") }
            failBlock(Diagnostic(.cancelled, "interrupted"))
            return done()
        }
        guard !rest.isEmpty else { return done() }
        var end = min(rest.startIndex + Self.pieceSize, rest.endIndex)
        // Pieces end with a newline if there is one, so that no escape sequence is cut.
        if end < rest.endIndex, let newline = rest[..<end].lastIndex(of: UInt8(ascii: "\n")) { end = newline + 1 }
        while end < rest.endIndex, rest[end] & 0xC0 == 0x80 { end += 1 }
        screen.results(String(decoding: rest[..<end], as: UTF8.self))
        let isAtLineStart = rest[end - 1] == UInt8(ascii: "\n")
        eventLoop.assumeIsolated().execute { [self] in write(rest[end...], isAtLineStart: isAtLineStart, done) }
    }
}

/// Runs a block once and, if the block is quick and sends nothing, repeatedly until its time is known.
private final class Timing {
    /// A block that takes more processor time is not repeated.
    private static let slow = Duration.milliseconds(200)
    /// How long one measurement takes at least. Its result is the average of its runs.
    private static let batch = Duration.milliseconds(2)
    /// How many measurements are made.
    private static let batches = 101
    /// How long all measurements may take.
    private static let total = Duration.milliseconds(500)
    private static let mostRuns = 1_000_000

    private let text: String
    private let session: ReplSession
    private let done: () -> Void
    private let began = NIODeadline.now()
    private var runsInBatch = 1
    /// Nanoseconds of a run, one value for each measurement.
    private var times: [Double] = []
    private var runs = 0
    private var bytes = 0
    private var spent = Duration.zero

    init(_ text: String, in session: ReplSession, done: @escaping () -> Void) {
        self.text = text
        self.session = session
        self.done = done
    }

    func start() {
        let sent = session.sentCount
        let source = RuleSource(name: .label("stdin"), text: ByteText.bytes(text))
        var evaluation: ActiveEvaluation?
        evaluation = session.scripts.evaluate(source, firstLine: session.journal.nextLine - 1) { [self] result in
            let used = evaluation?.cpuTime ?? .zero
            evaluation = nil
            let elapsed = Duration.nanoseconds((NIODeadline.now() - began).nanoseconds)
            guard case .success(let views) = result else {
                if case .failure(let diagnostic) = result { session.failBlock(diagnostic) }
                session.note("took \(elapsed.roundedText)")
                return done()
            }
            session.journal.end(.done, valueCount: views.count)
            session.show(views)
            if session.sentCount != sent || used > Self.slow {
                session.note("took \(elapsed.roundedText)")
                return done()
            }
            measure()
        }
        session.cancelWork = { [evaluation] in evaluation?.cancel() }
    }

    private func measure() {
        let source = RuleSource(name: .label("stdin"), text: ByteText.bytes(text))
        let repetition = Repetition(count: runsInBatch)
        session.isMuted = true
        let work = session.scripts.measure(source, firstLine: session.journal.nextLine - 1, repetition) {
            [self] result in
            session.isMuted = false
            switch result {
            case .failure(let diagnostic):
                session.failBlock(diagnostic)
                done()
            case .success: take(repetition)
            }
        }
        session.cancelWork = { work.cancel() }
    }

    private func take(_ repetition: Repetition) {
        spent += repetition.elapsed
        if repetition.elapsed < Self.batch, repetition.count < Self.mostRuns, times.isEmpty {
            // Too short to be measured: the next measurement has more runs.
            let factor = min(100, max(2, Self.batch / max(repetition.elapsed, .microseconds(1))))
            runsInBatch = min(Self.mostRuns, Int(Double(repetition.count) * factor))
            return measure()
        }
        times.append(repetition.elapsed.inSeconds * 1e9 / Double(repetition.count))
        runs += repetition.count
        bytes = repetition.allocated / repetition.count
        if times.count < Self.batches, times.count < 3 || spent < Self.total { return measure() }
        report()
        done()
    }

    private func report() {
        let sorted = times.sorted()
        let shown = [sorted[sorted.count / 2], sorted[0], sorted[sorted.count - 1]].map {
            Duration.nanoseconds(Int64($0.rounded())).roundedText
        }
        session.note(
            "took \(shown[0]) (median of \(runs) runs, from \(shown[1]) to \(shown[2])), \(bytes) bytes allocated")
    }
}

extension Duration {
    /// The time with its unit and three digits: `24 ns`, `1.31 µs`, `204 ms`.
    fileprivate var roundedText: String {
        var value = max(0, inSeconds) * 1e9
        var unit = "ns"
        for next in ["µs", "ms", "s"] where value >= 999.5 {
            value /= 1000
            unit = next
        }
        let decimals = unit == "ns" || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
        let scale = [1, 10, 100][decimals]
        let digits = String(Int((value * Double(scale)).rounded()))
        guard decimals > 0 else { return "\(digits) \(unit)" }
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        return "\(padded.dropLast(decimals)).\(padded.suffix(decimals)) \(unit)"
    }
}
