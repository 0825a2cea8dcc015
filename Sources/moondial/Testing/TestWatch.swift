// SPDX-License-Identifier: MIT

import Dispatch
import MoondialConsole
import MoondialPresentation
import MoondialRules
import MoondialWorkbench
import NIOConcurrencyHelpers
import Platform
import TextFormats

/// Runs tests, and runs them again when a file that they use has changed, until it is ended.
///
/// Tests run on a thread of their own, so that keys work while they run.
final class TestWatch: Sendable {
    private struct News {
        var text = ""
        /// The status with which the command would end now.
        var status = ExitStatus.done
    }

    private let reporter: TestReporter
    private let coverage: TestCoverageOutput
    /// The escape sequence that clears the screen; empty without a terminal.
    private let clear: String
    private let style: TextStyle
    private let news = NIOLockedValueBox(News())

    init(_ terminal: Terminal, coverage: TestCoverageOutput) {
        reporter = TestReporter(.pretty, on: terminal)
        self.coverage = coverage
        clear = terminal.isInteractive ? "\u{1B}[H\u{1B}[2J" : ""
        style = terminal.style
    }

    /// Returns after the key `q`, with the status of the last run, or after Ctrl-C.
    func run(_ tests: WatchedTests, _ shell: Shell) throws -> ExitStatus {
        do throws(TerminalError) {
            return try watch(tests, shell)
        } catch {
            throw Failure(Diagnostic(.inputOutput, "\(error)"))
        }
    }

    private func watch(_ tests: WatchedTests, _ shell: Shell) throws(TerminalError) -> ExitStatus {
        let session = shell.input.isInteractive ? try TerminalSession() : nil
        try session?.enter()
        defer { session?.leave() }
        let hasNews = DispatchSemaphore(value: 0)
        let signal: @Sendable () -> Void = { hasNews.signal() }
        let wake = session?.waker ?? signal
        DispatchQueue.global().async { self.work(tests, wake) }
        while true {
            guard let session else {
                // Without a terminal, only a signal ends the command.
                hasNews.wait()
                show(shell)
                continue
            }
            let wakeup = try session.wait(timeout: nil)
            if wakeup.contains(.continued) { try session.reenter() }
            show(shell)
            if wakeup.contains(.input), let status = try takeKeys(session) { return status }
        }
    }

    private func show(_ shell: Shell) {
        let text = news.withLockedValue { news in
            defer { news.text = "" }
            return news.text
        }
        guard !text.isEmpty else { return }
        shell.output.write(text)
        shell.output.flush()
    }

    /// The status with which the pressed keys end the command, or nil if they do not end it.
    private func takeKeys(_ session: TerminalSession) throws(TerminalError) -> ExitStatus? {
        let (ctrlC, ctrlD, ctrlZ): (UInt8, UInt8, UInt8) = (0x03, 0x04, 0x1A)
        let last = news.withLockedValue { $0.status }
        switch try session.read() {
        case .nothing: return nil
        case .end: return last
        case .bytes(let keys):
            if keys.contains(ctrlC) { return .interrupted }
            if keys.contains(where: { $0 == UInt8(ascii: "q") || $0 == UInt8(ascii: "Q") || $0 == ctrlD }) {
                return last
            }
            if keys.contains(ctrlZ) { try session.suspend() }
            return nil
        }
    }

    // MARK: - The thread of the tests

    private func work(_ tests: WatchedTests, _ wake: @Sendable () -> Void) {
        var tests = tests
        var lastProblem: String?
        var isFirst = true
        while true {
            do throws(Diagnostic) {
                let (changed, gone) = try tests.look()
                if isFirst || !changed.isEmpty || !gone.isEmpty || lastProblem != nil {
                    tell("running \(changed.count.counting("test file")) …\n", nil, wake)
                    for path in changed { tests.run(path) }
                    let (text, status) = report(tests, changed, isFirst: isFirst)
                    tell(text, status, wake)
                }
                (isFirst, lastProblem) = (false, nil)
            } catch {
                let problem = DiagnosticText(error, style: style).text
                if problem != lastProblem { tell(problem, .badData, wake) }
                lastProblem = problem
            }
            poll(nil, 0, 500)
        }
    }

    private func tell(_ text: String, _ status: ExitStatus?, _ wake: @Sendable () -> Void) {
        news.withLockedValue { news in
            // The new text clears the screen, so text that was not shown yet is dropped.
            news.text = clear.isEmpty ? news.text + text : clear + text
            if let status { news.status = status }
        }
        wake()
    }

    /// The results of the files that were run, and the failures of the other files.
    private func report(_ tests: WatchedTests, _ changed: [String], isFirst: Bool) -> (String, ExitStatus) {
        var text = ""
        var all: [TestResult] = []
        var status = ExitStatus.done
        if !isFirst, !changed.isEmpty { text += "run again: \(changed.map(shown).joined(separator: ", "))\n\n" }
        for (path, outcome) in tests.outcomes {
            switch outcome {
            case .failure(let diagnostic):
                text += DiagnosticText(diagnostic, style: style).text
                status = .badData
            case .success(let results):
                for result in results where changed.contains(path) || result.status == .failed {
                    text += reporter.add(result, number: 0)
                }
                all += results
            }
        }
        text += reporter.end(all)
        let report = coverage.report(all)
        if let report { text += "\n" + report.text(.text, style: style) }
        let shortfall = coverage.shortfall(report)
        if status == .done, all.contains(where: { $0.status == .failed }) || shortfall != nil { status = .denied }
        text += shortfall ?? ""
        let count = tests.outcomes.count.counting("test file")
        return (text + "\n\(count) watched, with what they load. q or Ctrl-C ends.\n", status)
    }

    private func shown(_ path: String) -> String { String(escaping: path.utf8) }
}
