// SPDX-License-Identifier: MIT

import Foundation
import MoondialLua
import MoondialRules
import MoondialWorkbench
import Testing

/// Each path of an exploration can be written as a test, which passes.
@Suite("Pasted paths", .serialized, .timeLimit(.minutes(10)))
struct PastedPathTests {
    private static let rules = """
        rule "limits" {
          pre_check = function(req)
            local count = moondial.store.count({ "phone", req.phone }, { limit = 5, window_s = 60 })
            if not count then return review "no_count" end
            if not count.allowed then return deny("often", { used = count.used }) end
            if moondial.store.has("blocklist", req.phone) then return deny "blocked" end
          end,
          fallback = function(req, attempt)
            if attempt.code == 9020 and moondial.store.add({ "repaired", req.phone }, true, { ttl_s = 60 }) then
              return "h5"
            end
          end,
          on_decision = function(req, decision)
            if decision.verdict == "mismatch" then
              moondial.store.set({ "last", req.phone }, decision.code)
              local last = moondial.store.get({ "last", req.phone })
              moondial.log("mismatch " .. tostring(moondial.store.increment({ "n", req.phone })) .. tostring(last))
            end
          end,
        }
        """

    @Test func everyPathWrittenAsATestPasses() async throws {
        let exploration = try await Workbench.explore(Self.rules)
        let text = exploration.paths.enumerated().map { index, path in
            TestNotation.test(
                "path \(index)", request: exploration.requests[path.request].request, path: path,
                result: exploration.result(of: path))
        }.joined(separator: "\n")
        let file = FileManager.default.temporaryDirectory.appending(path: "paths-\(UUID().uuidString)_test.lua")
        try text.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let results = try await Workbench.onAThreadOfItsOwn {
            let rules = RuleFiles([RuleSource(name: .file("rules.lua"), text: Array(Self.rules.utf8))])
            let test = try TestFile(file.path(percentEncoded: false), rules: rules, limits: RunLimits())
            return try TestSuite([test], TestSettings(), TestSuite.Selection()).run { _ in }
        }
        #expect(results.count == exploration.paths.count)
        #expect(exploration.paths.contains { $0.store.count == 5 })
        let failed = results.filter { $0.status != .passed }
        #expect(failed.isEmpty, "\(failed.flatMap(\.failures).map(\.message).prefix(3)) \(text.prefix(2000))")
    }
}
