// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import NIOCore
import NumberVerification

/// Runs one test file, and one of its tests, in a separate rule engine.
final class TestRun {
    let script: TestScript
    private let file: TestFile
    private let settings: TestSettings
    private let eventLoop: any EventLoop
    private let scripts: ScriptHost
    private let attempts: ScriptedAttempts
    private var coverage = TestCoverage()
    private var failures: [TestFailure] = []
    /// The last of the runs that the test has made.
    private var lastRun: FinishedRun?

    /// Loads the rules.
    ///
    /// - Throws: A diagnostic when the rules do not load.
    init(_ file: TestFile, _ settings: TestSettings, eventLoop: any EventLoop) throws(Diagnostic) {
        self.file = file
        self.settings = settings
        self.eventLoop = eventLoop
        let clock = VirtualClock(wallClock: settings.time)
        let script = TestScript(clock: clock)
        self.script = script
        attempts = ScriptedAttempts(clock: clock, eventLoop: eventLoop) { script.reply(to: $0, at: $1) }
        var engineSettings = RuleEngine.Settings { clock.wallClock }
        engineSettings.run = settings.run
        engineSettings.config = settings.config
        engineSettings.monotonicClock = { clock.now }
        engineSettings.seed = settings.seed
        engineSettings.store = clock.makeStore(on: eventLoop) { script.answer(to: $0) }
        engineSettings.scriptWords = script.words
        engineSettings.countsLines = settings.countsLines
        engineSettings.print = { script.output.append(String(decoding: $0, as: UTF8.self)) }
        engineSettings.log = { line in
            script.logs.append(line.message)
            script.output.append("log: \(line.message)")
        }
        scripts = try ScriptHost(
            rules: file.rules, settings: engineSettings, attempts: attempts, eventLoop: eventLoop)
        script.fillStore = { [unowned scripts] store throws(TestStore.Problem) in
            guard let engine = scripts.engine.settings.store.engine as? ScriptedStoreEngine else { return }
            try store.fill(engine.memory, scripts.engine.store.names)
        }
        coverage.note(scripts.engine.outline)
        scripts.engine.observe(
            FinishedRunObserver { [unowned self] run in
                coverage.note(run)
                lastRun = run
            })
    }

    /// The files of the rules, with the modules of both the rules and the test file.
    var loadedFiles: FileStamps { scripts.engine.fileStamps }

    /// Runs the file itself, which defines the tests.
    func load(then next: @escaping (Diagnostic?) -> Void) {
        scripts.run(file.source, root: file.folder, cpuLimit: settings.cpuLimit) { [script] result in
            if case .failure(let diagnostic) = result { next(diagnostic) } else { next(script.unfinished) }
        }
    }

    /// Runs one of the tests that were defined.
    func run(_ definition: TestDefinition, then end: @escaping ([TestFailure], TestCoverage) -> Void) {
        let finish = { [self] in
            if let missing = script.missingReply {
                failures.append(
                    TestFailure(message: missing, place: definition.site?.description, trace: lastRun?.trace))
            }
            coverage.note(scripts.engine.lineCounts)
            end(failures, coverage)
        }
        switch definition.body {
        case .row(let row) where row.holdsForAllOutcomes: explore(row, definition, then: finish)
        case .row(let row): run(row, definition, then: finish)
        case .function(let function):
            scripts.call(function, cpuLimit: settings.cpuLimit, seed: settings.seed) { [self] result in
                if case .failure(let diagnostic) = result { note(diagnostic, of: definition) }
                finish()
            }
        }
    }

    private func note(_ diagnostic: Diagnostic, of definition: TestDefinition) {
        // The site of the error, which may be in a module, or else that of the test.
        let place = diagnostic.site ?? definition.site
        failures.append(
            TestFailure(message: diagnostic.message, place: place?.description, trace: lastRun?.trace))
    }

    private func run(_ row: TestRow, _ definition: TestDefinition, then finish: @escaping () -> Void) {
        if let store = row.store { fill(scripts.engine.settings.store, with: store, definition) }
        script.beginStore(row.store)
        script.setReplies(row.replies)
        if let time = row.time { script.clock.restart(wallClock: time) }
        scripts.engine.verify(row.request) { [self] run in
            compare(run, with: row, definition, path: nil)
            finish()
        }
    }

    private func explore(_ row: TestRow, _ definition: TestDefinition, then finish: @escaping () -> Void) {
        let explorer = Explorer(
            engine: scripts.engine, requests: [RequestClass(row.request, line: definition.site?.line ?? 0)],
            settings: Explorer.Settings(times: [row.time ?? settings.time]), eventLoop: eventLoop)
        if let store = row.store {
            explorer.makeStore = { [self] in makeStore(store, definition) }
        }
        explorer.onPath = { [self] run, path in
            coverage.note(run)
            if failures.isEmpty { compare(run, with: row, definition, path: path) }
        }
        explorer.start { exploration in
            withExtendedLifetime(exploration) { finish() }
        }
    }

    /// A store for one path that answers as a test says.
    private func makeStore(_ store: TestStore, _ definition: TestDefinition) -> StoreSettings {
        let settings = script.clock.makeStore(on: eventLoop) { [script] in script.answer(to: $0) }
        script.beginStore(store)
        fill(settings, with: store, definition)
        return settings
    }

    /// Fills a store, and adds a failure if a key, list or member is not valid.
    private func fill(_ settings: StoreSettings, with store: TestStore, _ definition: TestDefinition) {
        guard let engine = settings.engine as? ScriptedStoreEngine else { return }
        do throws(TestStore.Problem) {
            try store.fill(engine.memory, scripts.engine.store.names)
        } catch {
            guard failures.isEmpty else { return }
            failures.append(TestFailure(message: "store: \(error.message)", place: definition.site?.description))
        }
    }

    private func compare(_ run: FinishedRun, with row: TestRow, _ definition: TestDefinition, path: ExploredPath?) {
        let differences = RunFacts(run).differences(from: row.expected)
        guard !differences.isEmpty else { return }
        failures.append(
            TestFailure(
                message: "the run is not as expected", place: definition.site?.description, differences: differences,
                path: path, trace: run.trace, diagnostics: run.failures))
    }
}

extension TestCase {
    /// The tests of a file, and the files that it has loaded.
    ///
    /// - Throws: A diagnostic when the file or its rules do not load.
    static func list(
        of file: TestFile, _ settings: TestSettings
    ) throws(Diagnostic) -> (tests: [TestCase], loadedFiles: FileStamps) {
        let result: Result<([TestCase], FileStamps), Diagnostic> = OwnEventLoop.run { eventLoop, end in
            do throws(Diagnostic) {
                let run = try TestRun(file, settings, eventLoop: eventLoop)
                run.load { diagnostic in
                    let tests = run.script.definitions.enumerated().map { index, definition in
                        TestCase(
                            file: file, index: index, name: definition.name,
                            place: definition.site?.description ?? file.name, mode: definition.mode,
                            table: definition.table)
                    }
                    end(diagnostic.map { .failure($0) } ?? .success((tests, run.loadedFiles)))
                }
            } catch {
                end(.failure(error))
            }
        }
        return try result.get()
    }

    /// Runs the test, on the calling thread.
    package func run(_ settings: TestSettings) -> TestResult {
        let began = ContinuousClock.now
        return OwnEventLoop.run { eventLoop, done in
            func end(_ failures: [TestFailure], _ coverage: TestCoverage, of run: TestRun? = nil) {
                let failed = mode == .todo ? TestResult.Status.todo : .failed
                done(
                    TestResult(
                        test: self, status: failures.isEmpty ? .passed : failed, failures: failures,
                        output: run?.script.output ?? [], duration: ContinuousClock.now - began, coverage: coverage,
                        loadedFiles: run?.loadedFiles ?? FileStamps()))
            }
            func fail(_ diagnostic: Diagnostic) {
                let failure = TestFailure(message: diagnostic.message, place: diagnostic.site?.description ?? place)
                end([failure], TestCoverage())
            }
            do throws(Diagnostic) {
                let run = try TestRun(file, settings, eventLoop: eventLoop)
                run.load { diagnostic in
                    if let diagnostic { return fail(diagnostic) }
                    guard run.script.definitions.indices.contains(index) else {
                        return fail(
                            Diagnostic(.ruleError, "the file defines other tests each time it runs", fix: nil))
                    }
                    run.run(run.script.definitions[index]) { end($0, $1, of: run) }
                }
            } catch {
                fail(error)
            }
        }
    }
}
