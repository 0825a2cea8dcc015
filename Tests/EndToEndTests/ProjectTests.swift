// SPDX-License-Identifier: MIT

import Foundation
import TemporaryFolders
import Testing

/// The first commands of a new user: `init`, `types`, `reference`, `doctor`.
@Suite("Project", .timeLimit(.minutes(10)))
struct ProjectTests {
    @Test(arguments: ["minimal", "fallback", "gateway"]) func newFolderPassesItsChecksAndTests(template: String)
        async throws
    {
        let folder = try TemporaryFolder()
        let begun = try await Executable.run(["init", "--template", template], in: folder)
        #expect(begun.status == 0)
        #expect(begun.errors == "")
        for file in [
            "rules/rules.lua", "rules/rules_test.lua", "moondial.yaml", "types/moondial.lua", ".luarc.json",
            ".luacheckrc",
            ".github/workflows/moondial.yml",
        ] {
            #expect(begun.output.contains("written  \(file)\n"))
        }
        // The workflow in the folder runs the same commands.
        let check = try await Executable.run(["check", "--strict"], in: folder)
        #expect(check.status == 0)
        #expect(
            check.output.wholeMatch(of: /1 file checked, \d+ paths explored: nothing found\.\n/) != nil,
            "\(check.output)")
        let tests = try await Executable.run(["test", "--strict", "--coverage", "--threshold", "100"], in: folder)
        #expect(tests.status == 0, "\(tests.output) \(tests.errors)")
        // The tests are Lua, too.
        let checked = try await Executable.run(["check", "rules/rules_test.lua", "--strict"], in: folder)
        #expect(checked.output == "1 file checked: nothing found.\n")
        let allowed = try await Executable.run(["verify", "--phone", "13800138000", "--token", "x"], in: folder)
        #expect(allowed.status == 0)
        #expect(allowed.output.contains("number_matches"))
        if template == "gateway" {
            let serve = try await Executable.run(["serve", "--check-config", "--no-auth"], in: folder)
            #expect(serve.status == 0, "\(serve.errors)")
        }
    }

    /// The steps of a new user, in an empty folder.
    @Test func newFolderCanBeCheckedTestedExploredAndCompared() async throws {
        let outcome = try await Executable.shell(
            """
            set -e
            "$MOONDIAL" init > /dev/null
            "$MOONDIAL" check --strict
            "$MOONDIAL" test
            "$MOONDIAL" explore --strict > atlas
            cp rules/rules.lua before.lua
            sed -i 's/mismatch = deny "number_differs"/mismatch = review "ask_for_sms"/' rules/rules.lua
            "$MOONDIAL" diff before.lua rules/rules.lua
            if "$MOONDIAL" test > results; then exit 9; fi
            "$MOONDIAL" test --update > results
            "$MOONDIAL" test
            """, in: try TemporaryFolder())
        #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
        #expect(outcome.output.contains("nothing found."))
        #expect(
            outcome.output.contains(
                "\ndeny number_differs → review ask_for_sms: 9001, 9001 under HTTP 500 at mobile or h5"))
        #expect(outcome.output.hasSuffix("6 passed\n"), "\(outcome.output)")
    }

    @Test func initKeepsExistingFiles() async throws {
        let folder = try TemporaryFolder(["rules/rules.lua": "-- mine\n", ".luarc.json": "{}\n"])
        let outcome = try await Executable.run(["init"], in: folder)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("kept     rules/rules.lua\n"))
        #expect(outcome.errors == "warning: files that were there are kept as they are\n")
        #expect(try folder.read("rules/rules.lua") == "-- mine\n")
        #expect(try folder.read(".luarc.json") == "{}\n")
        let again = try await Executable.run(["init"], in: folder)
        #expect(again.output.contains("unchanged  rules/rules_test.lua\n"))
    }

    @Test func initDoesNotFollowALink() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await Executable.shell(
            "ln -s /nonexistent/elsewhere .luacheckrc && \"$MOONDIAL\" init", in: folder)
        #expect(outcome.output.contains("kept     .luacheckrc\n"))
        let file = try await Executable.shell("mkdir -p a && : > a/b && \"$MOONDIAL\" init a/b", in: folder)
        #expect(file.status == 74)
        #expect(file.errors.hasPrefix("error[io]: cannot write 'a/b"))
    }

    @Test func typesCommandRenewsDefinitionsAndKeepsOtherFiles() async throws {
        let folder = try TemporaryFolder([
            "p/types/moondial.lua": "---@meta moondial\n-- old\n", "p/.luacheckrc": "std = 'lua54'\n",
        ])
        let outcome = try await Executable.run(["types", "p"], in: folder)
        #expect(
            outcome.output == "written  p/types/moondial.lua\nwritten  p/.luarc.json\nkept     p/.luacheckrc\n")
        #expect(try folder.read("p/types/moondial.lua").contains("function verify(phone, token, exid, options) end"))
        #expect(try folder.read("p/.luacheckrc") == "std = 'lua54'\n")
        let again = try await Executable.run(["types", "p"], in: folder)
        #expect(again.output.hasPrefix("unchanged  p/types/moondial.lua\n"))
    }

    /// Debian's lua-check, which scripts/test installs.
    @Test(.enabled(if: ProjectTests.hasLuacheck, "luacheck is not installed: apt-get install lua-check"))
    func luacheckKnowsTheRuleLanguage() async throws {
        let folder = try TemporaryFolder([
            "bad.lua":
                "rule 'r' { route = function(req) io.write(denny, moondial.atempt, moondial.config.x) return os.exit() end }"
        ])
        #expect(try await Executable.run(["types"], in: folder).status == 0)
        let examples = Document.repository.appending(path: "examples").path(percentEncoded: false)
        let good = try await Executable.shell(
            "luacheck --no-color --no-cache --config .luacheckrc '\(examples)'", in: folder)
        #expect(good.status == 0, "\(good.output)\(good.errors)")
        let bad = try await Executable.shell("luacheck --no-color --no-cache --codes bad.lua", in: folder)
        for text in [
            "accessing undefined variable 'io'", "accessing undefined variable 'denny'",
            "accessing undefined field 'atempt' of global 'moondial'",
            "accessing undefined field 'exit' of global 'os'",
        ] {
            #expect(bad.output.contains(text), "\(bad.output)")
        }
        #expect(bad.output.contains("4 warnings"))
    }

    private static let hasLuacheck =
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/luacheck")
        }

    @Test func referenceIsPrintedAsMarkdown() async throws {
        let outcome = try await Executable.run(["reference"])
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix("# Reference of the rule language\n"))
        #expect(outcome.output.contains("### `verify(phone, token [, exid [, options]])`"))
    }

    @Test func doctorFindsNoProblemInANewFolder() async throws {
        let folder = try TemporaryFolder()
        #expect(try await Executable.run(["init"], in: folder).status == 0)
        let outcome = try await Executable.run(
            ["doctor"], environment: ["HOME": folder.path("")], in: folder)
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.errors == "")
        for line in [
            "ok    configuration  moondial.yaml, found in the working folder\n",
            "ok    timeout        5s (moondial.yaml:4)\n",
            "ok    rules          3 in force, revision ", "ok    simulator      a request was answered in ",
            "ok    credentials    none are configured",
        ] {
            #expect(outcome.output.contains(line), "\(outcome.output)")
        }
        #expect(!outcome.output.contains("warn ") && !outcome.output.contains("fail "))
    }

    @Test func doctorReportsEachProblemWithAFix() async throws {
        let folder = try TemporaryFolder(["secret": "abc", "rules.lua": "limit = 5"])
        _ = try await Executable.shell("chmod 644 secret", in: folder)
        let outcome = try await Executable.run(
            ["doctor", "--json"],
            environment: [
                "MOONDIAL_RULES": "rules.lua", "MOONDIAL_MASTER_SECRET_FILE": "secret",
                "MOONDIAL_APP_KEY": "key-of-mine",
                "MOONDIAL_TIMEUOT": "5s", "HTTPS_PROXY": "http://proxy",
            ], in: folder)
        #expect(outcome.status == 1)
        let root = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        #expect(root["status"] as? String == "fail")
        let checks = try #require(root["checks"] as? [[String: String]])
        let found = checks.filter { $0["status"] != "ok" }.compactMap { check in
            check["check"].map { "\($0) \(check["status"] ?? "")" }
        }
        #expect(
            found == ["environment warn", "master_secret_file warn", "rules fail", "proxy warn", "state warn"])
        #expect(checks.filter { $0["status"] != "ok" }.allSatisfy { $0["fix"] != nil })
        #expect(!outcome.output.contains("abc") && !outcome.output.contains("key-of-mine"))
    }

    @Test(arguments: [
        (
            ["doctor"], ["MOONDIAL_APP_KEY": "x"],
            "fail  credentials    the credentials are incomplete: the master secret is"
        ),
        (
            ["doctor"], ["MOONDIAL_MASTER_SECRET": "x"],
            "fail  credentials    the credentials are incomplete: the app key is"
        ),
        (
            ["doctor", "--live"], ["MOONDIAL_BASE_URL": "http://127.0.0.1:1"],
            "fail  credentials    --live needs the app key"
        ),
        (["doctor"], ["MOONDIAL_TIMEOUT": "abc"], "fail  configuration  MOONDIAL_TIMEOUT: expected a time"),
    ])
    func doctorRefusesWhatOtherCommandsRefuse(
        arguments: [String], environment: [String: String], line: String
    ) async throws {
        let outcome = try await Executable.run(arguments, environment: environment)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains(line), "\(outcome.output)")
        #expect(!outcome.output.contains("ok    credentials") || environment["MOONDIAL_TIMEOUT"] != nil)
        #expect(!outcome.output.contains("ok    timeout"))
    }

    @Test func doctorReportsWhetherTheProviderIsReachable() async throws {
        let simulator = try await RunningSimulator()
        let reached = try await Executable.run(
            ["doctor", "--live"], environment: ["MOONDIAL_BASE_URL": simulator.baseURL])
        #expect(reached.output.contains("ok    provider"), "\(reached.output)")
        let refused = try await Executable.run(
            ["doctor", "--live"], environment: ["MOONDIAL_BASE_URL": "https://127.0.0.1:1"])
        #expect(refused.status == 1)
        #expect(refused.output.contains("fail  provider"), "\(refused.output)")
        #expect(refused.output.contains("fix: see 'moondial explain connect_refused'"))
        let noTLS = try await Executable.run(
            ["doctor", "--live"],
            environment: ["MOONDIAL_BASE_URL": simulator.baseURL.replacingOccurrences(of: "http:", with: "https:")])
        #expect(noTLS.output.contains("moondial explain tls"), "\(noTLS.output)")
    }
}
