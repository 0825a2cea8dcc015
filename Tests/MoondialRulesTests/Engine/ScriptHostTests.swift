// SPDX-License-Identifier: MIT

import MoondialLua
import NIOCore
import NumberVerification
import Testing

@testable import MoondialRules

struct ScriptHostTests {
    private static func client(_ record: EngineHarness.Record, _ loop: any EventLoop) -> VerificationClient {
        VerificationClient(
            transport: record.transport, host: "simulator", credentials: .documentedExample, eventLoop: loop)
    }

    /// Without its host, a script cannot ask for consent, so it must send nothing.
    @Test func scriptSendsNothingAfterItsHostIsReleased() async throws {
        let (sent, end): (Int, String) = try await EngineHarness().onLoop { outer, record, promise in
            let loop = promise.futureResult.eventLoop
            var host: ScriptHost? = try ScriptHost(
                rules: .none, settings: outer.settings, attempts: Self.client(record, loop), eventLoop: loop)
            let engine = host?.engine
            record.transport.onHold = {
                host = nil
                record.transport.letGo()
            }
            let text = "moondial.attempt('h5', '13800138000', 'hold') moondial.attempt('h5', '13800138000', 'second')"
            host?.run(RuleSource(name: .label("script"), text: Array(text.utf8))) { result in
                var end = "returned"
                if case .failure(let diagnostic) = result { end = diagnostic.message }
                withExtendedLifetime(engine) { promise.succeed((record.transport.sent, end)) }
            }
        }
        #expect(sent == 1)
        #expect(end == "the rule engine has ended")
    }

    @Test func spawnInARuleFileIsAnErrorThatNamesThePrompt() async throws {
        let message: String = try await EngineHarness().onLoop { outer, record, promise in
            let loop = promise.futureResult.eventLoop
            let source = RuleSource(name: .file("rules.lua"), text: Array("moondial.spawn(print)".utf8))
            do throws(Diagnostic) {
                _ = try ScriptHost(
                    rules: RuleFiles([source]), settings: outer.settings, attempts: Self.client(record, loop),
                    eventLoop: loop, isPrompt: true)
                promise.succeed("loaded")
            } catch {
                promise.succeed(error.message)
            }
        }
        #expect(message == "moondial.spawn works at the prompt only; use moondial.all in a script")
    }
}
