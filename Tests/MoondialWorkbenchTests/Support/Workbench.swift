// SPDX-License-Identifier: MIT

import Dispatch
import JSON
import MoondialLua
import MoondialRules
import MoondialWorkbench
import NumberVerification

/// Explores rules that are written in a test.
enum Workbench {
    /// The time of all explorations: 2026-01-01, noon in Beijing.
    static let time: Int64 = 1_767_240_000_000

    /// One request without options.
    static func request(_ members: JSONObject = [:]) throws -> RequestClass {
        var object: JSONObject = ["phone": "13800138000", "token": "a-token"]
        for member in members.members { object[member.key] = member.value }
        return RequestClass(try RunRequest(json: .object(object)), line: 1)
    }

    static func load(_ rules: String, file: String = "rules.lua") throws -> LoadedRulebook {
        let settings = RuleEngine.Settings { time }
        return try RulebookLoader(settings).load(
            RuleFiles([RuleSource(name: .file(file), text: Array(rules.utf8))]))
    }

    /// Explores these requests; by default, one request without options.
    static func explore(
        _ rules: String, requests: [RequestClass]? = nil, times: [Int64] = [time], maxPaths: Int = 100_000
    ) async throws -> Exploration {
        try await onAThreadOfItsOwn {
            var settings = Explorer.Settings(times: times)
            settings.maxPaths = maxPaths
            return Exploration.of(try load(rules), requests: try requests ?? [request()], settings: settings)
        }
    }

    static func findings(_ rules: String, requests: [RequestClass]? = nil) async throws -> [RulebookFinding] {
        RulebookFindings(try await explore(rules, requests: requests)).all
    }

    /// Runs work of seconds on another thread, so that it does not block the threads of asynchronous tests.
    static func onAThreadOfItsOwn<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}
