// SPDX-License-Identifier: MIT

import MoondialLua
import NIOCore
import NumberVerification
import Testing

@testable import MoondialRules

struct AdoptionTests {
    private static func files(_ reason: String) -> RuleFiles {
        let text = "rule 'r' { map_result = function() return deny '\(reason)' end }"
        return RuleFiles([RuleSource(name: .file("rules.lua"), text: Array(text.utf8))])
    }

    @Test func runsInFlightKeepTheirRulesAfterAReload() async throws {
        let (held, next, revisions): (String, String, [String]) = try await EngineHarness(
            "rule 'r' { map_result = function() return deny 'old' end }"
        ).onLoop { engine, record, promise in
            var nextDecision = ""
            var revisions = [engine.outline.revision]
            record.transport.onHold = {
                do {
                    engine.adopt(try RulebookLoader(engine.settings).load(Self.files("new")))
                    revisions.append(engine.outline.revision)
                    let request = RunRequest(try VerificationRequest(phone: "13800138000", token: "t"))
                    engine.verify(request) { next in
                        nextDecision = next.decisionText
                        record.transport.letGo()
                    }
                } catch {
                    promise.fail(error)
                }
            }
            engine.verify(RunRequest(try VerificationRequest(phone: "13800138000", token: "hold"))) {
                promise.succeed(($0.decisionText, nextDecision, revisions))
            }
        }
        #expect(held == "deny old")
        #expect(next == "deny new")
        #expect(Set(revisions).count == 2)
    }

    @Test func rulesCanBeLoadedOnAnotherThread() async throws {
        struct Transfer: Sendable { let loaded: LoadedRulebook }
        let loaded = try await Task.detached {
            Transfer(loaded: try RulebookLoader(RuleEngine.Settings(wallClock: { 0 })).load(Self.files("elsewhere")))
        }.value
        let decision: String = try await EngineHarness().onLoop { engine, _, promise in
            engine.adopt(loaded.loaded)
            engine.verify(RunRequest(try VerificationRequest(phone: "13800138000", token: "t"))) {
                promise.succeed($0.decisionText)
            }
        }
        #expect(decision == "deny elsewhere")
    }

    @Test func rulesThatDoNotLoadAreNotAdopted() async throws {
        let harness = EngineHarness("rule 'r' { map_result = function() return deny 'old' end }")
        let decision: String = try await harness.onLoop { engine, _, promise in
            let broken = RuleFiles([RuleSource(name: .file("rules.lua"), text: Array("rule 'x' {".utf8))])
            #expect(throws: Diagnostic.self) { try RulebookLoader(engine.settings).load(broken) }
            engine.verify(RunRequest(try VerificationRequest(phone: "13800138000", token: "t"))) {
                promise.succeed($0.decisionText)
            }
        }
        #expect(decision == "deny old")
    }
}
