// SPDX-License-Identifier: MIT

import Dispatch
import MoondialPresentation
import MoondialRules
import MoondialWorkbench
import NIOCore
import TextFormats

extension PromptCommand {
    /// Commands that examine the present rules.
    static let workbenchCommands = [
        PromptCommand(
            longRunning: "why", "[allow|deny|review]",
            "says why the last run was decided so, or how it could have been",
            text: "With a decision, names the smallest change of replies or options that would have led there."
        ) { call throws(Diagnostic) in
            guard let trace = call.session.runs.traces.last else {
                throw Diagnostic(.usage, "there is no run to explain", fix: "call verify(phone, token) first")
            }
            guard !call.argument.isEmpty else {
                call.session.result(text: DecisionExplanation(trace).text)
                return call.done()
            }
            guard let wanted = Decision.Outcome(rawValue: call.argument) else {
                throw Diagnostic(.usage, ":why: allow, deny or review expected")
            }
            call.session.findChange(to: wanted, of: trace, call.done)
        },
        PromptCommand(
            longRunning: "explore", "[WORD]", "shows what the rules make of everything that can happen",
            text: "With a word, shows the lines in which it stands, such as a code, a reason or the name of a rule."
        ) { call throws(Diagnostic) in
            call.session.explore(call.session.engine, call.session.explorationSettings) { exploration in
                call.session.show(ExplorationReport(exploration), word: call.argument)
                call.done()
            }
        },
        PromptCommand(
            longRunning: "diff", "FILE", "shows where the rules differ from those in a file or folder",
            text: "The file is the old state, the rules at the prompt are the new one."
        ) { call throws(Diagnostic) in
            let path = try call.required("a file or folder", for: "diff")
            let files = try RuleFiles.read([path], limits: call.session.engine.settings.run.limits)
            try call.session.showDifference(from: files, call.done)
        },
        PromptCommand(
            longRunning: "test", "[FILE]", "runs tests, by default all *_test.lua below the present folder",
            text: "The tests are about the rules at the prompt, those that were typed included."
        ) { call throws(Diagnostic) in
            call.session.test(call.argument.isEmpty ? "." : call.argument, call.done)
        },
    ]
}

extension ReplSession {
    fileprivate var explorationSettings: Explorer.Settings { Explorer.Settings(times: [engine.settings.wallClock()]) }

    /// Explores all paths through the rules of an engine. Ctrl-C ends the exploration.
    fileprivate func explore(
        _ engine: RuleEngine, _ settings: Explorer.Settings, then show: @escaping (Exploration) -> Void
    ) {
        let explorer = Explorer(
            engine: engine, requests: RequestClass.builtIn, settings: settings, eventLoop: eventLoop)
        cancelWork = { [self] in
            explorer.cancel()
            note("stopped")
            finishBlock()
        }
        explorer.start(completion: show)
    }

    fileprivate func findChange(to wanted: Decision.Outcome, of trace: Trace, _ done: @escaping () -> Void) {
        let search = NearestChange.find(
            wanted, instead: trace, engine: engine, eventLoop: eventLoop, time: engine.settings.wallClock()
        ) { [self] change in
            result(text: String(escaping: change.text.utf8) + "\n")
            done()
        }
        cancelWork = { [self] in
            search.cancel()
            note("stopped")
            finishBlock()
        }
    }

    fileprivate func show(_ report: ExplorationReport, word: String) {
        guard !word.isEmpty else { return result(text: report.text(style: screen.style)) }
        let text = report.atlasText(style: screen.style) { group in
            group.ending.text.contains(word) || group.patterns.contains { $0.text.contains(word) }
        }
        if text.isEmpty { note("no line of the atlas has '\(word)' in it") } else { result(text: text) }
    }

    fileprivate func showDifference(from files: RuleFiles, _ done: @escaping () -> Void) throws(Diagnostic) {
        let old = RuleEngine(
            try RulebookLoader(engine.settings.forExploring).load(files), attempts: NoAttempts(), eventLoop: eventLoop)
        let settings = explorationSettings
        explore(old, settings) { [self] before in
            explore(engine, settings) { [self] after in
                result(text: RulebookDiff(old: before, new: after).text(style: screen.style, price: nil))
                done()
            }
        }
    }

    /// Runs tests on other threads. Ctrl-C ends the wait; the tests run to their end without being shown.
    fileprivate func test(_ path: String, _ done: @escaping () -> Void) {
        var settings = TestSettings()
        settings.run = engine.settings.run
        settings.config = engine.settings.config
        let reporter = TestReporter(
            .pretty, style: screen.style,
            waterfall: Waterfall(width: screen.width(), repertoire: screen.repertoire, style: screen.style),
            showsAll: false)
        let tests = PromptTests(path: path, rules: scripts.rulesAsTheyStand, settings: settings, reporter: reporter)
        var isCancelled = false
        cancelWork = { [self] in
            isCancelled = true
            note("stopped")
            finishBlock()
        }
        let promise = eventLoop.makePromise(of: Result<String, Diagnostic>.self)
        promise.futureResult.assumeIsolated().whenSuccess { [self] outcome in
            guard !isCancelled else { return }
            switch outcome {
            case .success(let text): result(text: text)
            case .failure(let diagnostic): fail(diagnostic)
            }
            done()
        }
        DispatchQueue.global().async { promise.succeed(tests.run()) }
    }
}

/// Tests of the rules at the prompt.
private struct PromptTests: Sendable {
    let path: String
    let rules: RuleFiles
    let settings: TestSettings
    let reporter: TestReporter

    /// The text to show, or the error.
    func run() -> Result<String, Diagnostic> {
        do throws(Diagnostic) {
            var files: [TestFile] = []
            for file in try TestFile.find([path]) {
                files.append(try TestFile(file, rules: rules, limits: settings.run.limits))
            }
            let suite = try TestSuite(files, settings, TestSuite.Selection())
            guard !suite.tests.isEmpty else {
                throw Diagnostic(.usage, "there is no test in '\(path)'", fix: "write tests in files named *_test.lua")
            }
            var text = ""
            let results = suite.run { text += reporter.add($0, number: 0) }
            return .success(text + reporter.end(results).drop { $0 == "\n" })
        } catch {
            return .failure(error)
        }
    }
}

extension RuleEngine.Settings {
    /// The same without output.
    fileprivate var forExploring: RuleEngine.Settings {
        var settings = self
        settings.print = { _ in }
        settings.log = { _ in }
        return settings
    }
}
