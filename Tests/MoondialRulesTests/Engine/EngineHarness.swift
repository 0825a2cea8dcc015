// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator

/// What a script did.
struct ScriptReport: Sendable {
    /// What it returned, as text.
    var results: [String] = []
    var failure: Diagnostic?
    var printed: [String] = []
    var logged: [LogLine] = []
    var runs: [FinishedRun] = []
}

/// An engine on an event loop with the simulator in process, for one test.
struct EngineHarness: Sendable {
    /// Rule files by name.
    var rules: [(name: String, text: String)] = []
    var run = RunSettings()
    var config = JSON.Object()
    var mode = RuleEngine.Mode.service
    var simulator = Simulator()

    init(_ rules: String = "") {
        if !rules.isEmpty { self.rules = [("rules.lua", rules)] }
    }

    /// Decides on one request.
    func verify(
        phone: String = "13800138000", token: String = "STsid-example", exID: String? = nil,
        _ change: @Sendable @escaping (inout RunRequest) -> Void = { _ in }
    ) async throws -> FinishedRun {
        try await onLoop { engine, _, promise in
            var request = RunRequest(try VerificationRequest(phone: phone, token: token, exID: exID))
            change(&request)
            engine.verify(request) { promise.succeed($0) }
        }
    }

    /// Runs a script to its end.
    func script(_ text: String, arguments: [String] = []) async throws -> ScriptReport {
        var harness = self
        harness.mode = .script
        return try await harness.onLoop { engine, record, promise in
            engine.onRunFinished = { record.report.runs.append($0) }
            let source = RuleSource(name: .file("script.lua"), text: Array(text.utf8))
            engine.run(source, arguments: arguments) { result in
                switch result {
                case .success(let values): record.report.results = values.map(Self.text)
                case .failure(let diagnostic): record.report.failure = diagnostic
                }
                promise.succeed(record.report)
            }
        }
    }

    /// The trouble that loading the rules ends in, or nil.
    func loadingFailure() async throws -> Diagnostic? {
        do {
            _ = try await onLoop { _, _, promise in promise.succeed(()) }
            return nil
        } catch let diagnostic as Diagnostic {
            return diagnostic
        }
    }

    /// What `print` and `log` brought, on the loop.
    final class Record {
        var report = ScriptReport()
    }

    func onLoop<Value: Sendable>(
        _ body: @Sendable @escaping (RuleEngine, Record, EventLoopPromise<Value>) throws -> Void
    ) async throws -> Value {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        return try await loop.flatSubmit {
            let promise = loop.makePromise(of: Value.self)
            do {
                let record = Record()
                var settings = RuleEngine.Settings(wallClock: { 1_700_000_000_123 })
                settings.mode = mode
                settings.run = run
                settings.config = config
                settings.print = { record.report.printed.append(String(decoding: $0, as: UTF8.self)) }
                settings.log = { record.report.logged.append($0) }
                let client = VerificationClient(
                    transport: InProcessTransport(simulator: simulator, eventLoop: loop), host: "simulator",
                    credentials: .documentedExample, eventLoop: loop)
                let files = RuleFiles(rules.map { RuleSource(name: .file($0.name), text: Array($0.text.utf8)) })
                let engine = try RuleEngine(rules: files, settings: settings, client: client, eventLoop: loop)
                try body(engine, record, promise)
                // The engine lives until the value has come.
                promise.futureResult.assumeIsolated().whenComplete { _ in withExtendedLifetime(engine) {} }
            } catch {
                promise.fail(error)
            }
            return promise.futureResult
        }.get()
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
