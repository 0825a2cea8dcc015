// SPDX-License-Identifier: MIT

import Foundation
import JSON
import MoondialRules
import NIOCore
import NumberVerification
import NumberVerificationSimulator

/// A file or folder of `examples/`, used as an operator uses it.
struct Example {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "examples")

    let path: String

    init(_ name: String) {
        path = Self.folder.appending(path: name).path(percentEncoded: false)
    }

    var text: String {
        get throws { try String(contentsOfFile: path, encoding: .utf8) }
    }

    /// Decides on one request with the example as the rules.
    func verify(
        phone: String, token: String, _ options: JSONObject = JSONObject()
    ) async throws -> (run: FinishedRun, logged: [LogLine]) {
        var members = options
        members["phone"] = .string(phone)
        members["token"] = .string(token)
        let request = try RunRequest(json: .object(members))
        let files = try RuleFiles.read([path])
        return try await EngineHarness().onLoop { outer, record, promise in
            let loop = promise.futureResult.eventLoop
            let client = VerificationClient(
                transport: InProcessTransport(simulator: Simulator(), eventLoop: loop), host: "simulator",
                credentials: .documentedExample, eventLoop: loop)
            let engine = try RuleEngine(rules: files, settings: outer.settings, attempts: client, eventLoop: loop)
            engine.verify(request) { run in
                withExtendedLifetime(engine) { promise.succeed((run, record.report.logged)) }
            }
        }
    }
}
