// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import MoondialRules
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator

/// The results and outputs of a script.
struct ScriptReport: Sendable {
    /// The returned values as text.
    var results: [String] = []
    var failure: Diagnostic?
    var printed: [String] = []
    var logged: [LogLine] = []
    var runs: [FinishedRun] = []
}

/// An engine on an event loop with the simulator in process, for one test.
struct EngineHarness: Sendable {
    /// Rule files by name.
    var rules: [(name: String, text: String)] {
        get { sources.map { ($0.name.description, String(decoding: $0.text, as: UTF8.self)) } }
        set { sources = newValue.map { RuleSource(name: .file($0.name), text: Array($0.text.utf8)) } }
    }
    var sources: [RuleSource] = []
    /// The folders in which `require` searches.
    var roots: [String] = []
    var run = EngineHarness.patient
    var config = JSONObject()
    var store = StoreSettings()
    /// Whether scripts can be run, by `Record.scripts`. The default is false.
    var runsScripts = false
    var simulator = Simulator()

    init(_ rules: String = "") {
        if !rules.isEmpty { self.rules = [("rules.lua", rules)] }
    }

    /// Decides on one request.
    func verify(
        phone: String = "13800138000", token: String = "STsid-example", exID: String? = nil,
        _ change: @Sendable @escaping (inout RunRequest) -> Void = { _ in }
    ) async throws -> FinishedRun {
        try await report(phone: phone, token: token, exID: exID, change).runs[0]
    }

    /// Decides on one request, and returns the printed and logged lines too.
    func report(
        phone: String = "13800138000", token: String = "STsid-example", exID: String? = nil,
        _ change: @Sendable @escaping (inout RunRequest) -> Void = { _ in }
    ) async throws -> ScriptReport {
        try await onLoop { engine, record, promise in
            var request = RunRequest(try VerificationRequest(phone: phone, token: token, exID: exID))
            change(&request)
            engine.verify(request) {
                record.report.runs.append($0)
                promise.succeed(record.report)
            }
        }
    }

    /// Runs a script to its end.
    func script(_ text: String, arguments: [String] = []) async throws -> ScriptReport {
        try await scripts([text], arguments: arguments)[0]
    }

    /// Runs scripts in one engine, one after the other.
    func scripts(_ texts: [String], arguments: [String] = []) async throws -> [ScriptReport] {
        var harness = self
        harness.runsScripts = true
        return try await harness.onLoop { engine, record, promise in
            engine.observe(FinishedRunObserver { record.report.runs.append($0) })
            runNext(of: texts[...], arguments, [], engine, record, promise)
        }
    }

    private func runNext(
        of texts: ArraySlice<String>, _ arguments: [String], _ done: [ScriptReport], _ engine: RuleEngine,
        _ record: Record, _ promise: EventLoopPromise<[ScriptReport]>
    ) {
        guard let text = texts.first else { return promise.succeed(done) }
        record.report = ScriptReport()
        let source = RuleSource(name: .file("script.lua"), text: Array(text.utf8))
        record.scripts?.run(source, arguments: arguments) { result in
            record.report.finish(result)
            runNext(of: texts.dropFirst(), arguments, done + [record.report], engine, record, promise)
        }
    }

    /// Calls `body` with the host of scripts.
    func withScripts<Value: Sendable>(
        _ body: @Sendable @escaping (ScriptHost, EventLoopPromise<Value>) -> Void
    ) async throws -> Value {
        var harness = self
        harness.runsScripts = true
        return try await harness.onLoop { _, record, promise in
            if let scripts = record.scripts { body(scripts, promise) }
        }
    }

    /// The error with which loading the rules fails, or nil.
    func loadingFailure(
        on loop: any EventLoop = Self.loops.next()
    ) async throws -> Diagnostic? {
        do {
            _ = try await onLoop(of: loop) { _, _, promise in promise.succeed(()) }
            return nil
        } catch let diagnostic as Diagnostic {
            return diagnostic
        }
    }

    /// The outputs of an engine and its transport. Used on the loop of the engine only.
    final class Record {
        var report = ScriptReport()
        let transport: HeldTransport
        /// Nil unless the harness runs scripts.
        fileprivate(set) var scripts: ScriptHost?

        init(_ transport: HeldTransport) { self.transport = transport }
    }

    /// Not the shared loops: a rule under test may block one for seconds, and tests of sockets have time limits.
    static let loops = MultiThreadedEventLoopGroup(numberOfThreads: 2)

    /// Limits that no run exceeds, even on a slow machine.
    static let patient = RunSettings(timeout: .seconds(600))

    /// Calls `body` with an engine that lives until the promise is kept.
    func onLoop<Value: Sendable>(
        of loop: any EventLoop = Self.loops.next(),
        _ body: @Sendable @escaping (RuleEngine, Record, EventLoopPromise<Value>) throws -> Void
    ) async throws -> Value {
        try await loop.flatSubmit {
            let promise = loop.makePromise(of: Value.self)
            do {
                let transport = HeldTransport(simulator: simulator, eventLoop: loop)
                let record = Record(transport)
                var settings = RuleEngine.Settings(wallClock: { 1_700_000_000_123 })
                settings.run = run
                settings.config = config
                settings.store = store
                settings.print = { record.report.printed.append(String(decoding: $0, as: UTF8.self)) }
                settings.log = { record.report.logged.append($0) }
                let client = VerificationClient(
                    transport: transport, host: "simulator", credentials: .documentedExample, eventLoop: loop)
                let files = RuleFiles(sources, roots: roots)
                let engine: RuleEngine
                if runsScripts {
                    let scripts = try ScriptHost(rules: files, settings: settings, attempts: client, eventLoop: loop)
                    record.scripts = scripts
                    scripts.onShow = { _ in }
                    engine = scripts.engine
                } else {
                    engine = try RuleEngine(rules: files, settings: settings, attempts: client, eventLoop: loop)
                }
                try body(engine, record, promise)
                promise.futureResult.assumeIsolated().whenComplete { _ in
                    transport.breakCycles()
                    withExtendedLifetime(engine) { record.scripts = nil }
                }
            } catch {
                promise.fail(error)
            }
            return promise.futureResult
        }.get()
    }
}

extension ScriptReport {
    mutating func finish(_ result: Result<[LuaValue], Diagnostic>) {
        switch result {
        case .success(let values): results = values.map(Self.text)
        case .failure(let diagnostic): failure = diagnostic
        }
    }

    private static func text(_ value: LuaValue) -> String {
        switch value {
        case .nil: "nil"
        case .boolean(let value): String(value)
        case .integer(let value): String(value)
        case .number(let value): String(value)
        case .string(let string): string.description
        default: value.typeName
        }
    }
}
