// SPDX-License-Identifier: MIT

import Foundation
import Platform
import TemporaryFolders
import Testing

/// The program in `examples/embedding`, which embeds the rules.
@Suite("embedding", .timeLimit(.minutes(10)))
struct EmbeddingTests {
    @Test func exampleServerDecidesByEmbeddedRules() async throws {
        let folder = try TemporaryFolder([
            "r.lua":
                #"rule "r" { pre_check = function(req) if req.phone == "13900000000" then return deny "known" end end }"#
        ])
        let server = try await BackgroundProcess(program: "EmbeddedRules", [folder.path("r.lua"), "0"])
        let line = await server.outputLine()
        #expect(line.hasPrefix("listening on http://127.0.0.1:"))
        let url = line.replacing("listening on ", with: "")
        func post(_ body: String) async throws -> String {
            try await Executable.shell("curl -s -d '\(body)' \(url)").output
        }
        let match = try await post(#"{"token":"STsid-0123456789abcdef","phone":"13800138000","exID":"o-1"}"#)
        #expect(match.contains(#""decision":"allow""#) && match.contains(#""exID":"o-1""#) && !match.contains("STsid"))
        let refused = try await post(#"{"token":"STsid-0123456789abcdeg","phone":"13900000000"}"#)
        #expect(
            refused.contains(#""decision":"deny","reason":"known","rule":"r""#) && refused.contains(#""attempts":[]"#))
        let wrong = try await post(#"{"token":"STsid-0123456789abcdeh"}"#)
        #expect(wrong.contains("'phone' is missing") && !wrong.contains("STsid"))
        server.send(SIGTERM)
        _ = await server.finish()
    }

    @Test func rulesThatDoNotLoadEndTheExampleServerWithAnError() async throws {
        let folder = try TemporaryFolder(["r.lua": "rule 'r' { nothing = 1 }"])
        let server = try await BackgroundProcess(program: "EmbeddedRules", [folder.path("r.lua"), "0"])
        let outcome = await server.finish()
        #expect(outcome.status != 0 && outcome.errors.contains("no hook 'nothing'"))
    }
}
