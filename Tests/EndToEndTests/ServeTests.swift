// SPDX-License-Identifier: MIT

import Foundation
import Platform
import TemporaryFolders
import Testing

/// `moondial serve` as a process.
@Suite("serve", .timeLimit(.minutes(10)))
struct ServeTests {
    private static let rules = """
        rule "r" { pre_check = function(req)
          if req.exid == "print" then print(req.phone, req.token) moondial.log("seen", { token = req.token }) end
        end }
        """
    private static let credentials = "7d431e42dfa6a6d693ac2d04:5e987ac6d2e04d95a9d8f0d1"

    /// A gateway that listens, and what curl needs to reach it.
    private func start(
        _ arguments: [String] = [], in folder: TemporaryFolder
    ) async throws -> (process: BackgroundProcess, url: String, admin: String) {
        let process = try await BackgroundProcess(
            ["serve", "--rules", folder.path("r.lua"), "--port", "0", "--overload-delay", "1h", "--store", "memory"]
                + arguments)
        let url = await process.outputLine()
        let admin = await process.outputLine()
        #expect(url.hasPrefix("listening on http://127.0.0.1:"))
        #expect(admin.hasPrefix("admin on http://127.0.0.1:"))
        return (process, url.replacing("listening on ", with: ""), admin.replacing("admin on ", with: ""))
    }

    private func verify(_ url: String, _ body: String) async throws -> String {
        try await Executable.shell(
            "curl -s -u \(Self.credentials) -H 'Content-Type: application/json' -d '\(body)' \(url)/v1/web/verify"
        ).output
    }

    @Test func clientOfTheProviderGetsAnswersAndDecisionsAreLogged() async throws {
        let folder = try TemporaryFolder(["r.lua": Self.rules])
        let log = folder.path("decisions.log")
        let (process, url, _) = try await start(["--decision-log", log], in: folder)
        let match = try await verify(url, #"{"token":"STsid-0123456789abcdef","phone":"13800138000","exID":"o-1"}"#)
        #expect(match.contains(#""code":9000"#) && match.contains(#""exID":"o-1""#))
        let mismatch = try await verify(url, #"{"token":"STsid-2","phone":"13800009001"}"#)
        #expect(mismatch.contains(#""code":9001"#))
        let failure = try await verify(url, #"{"token":"STsid-3","phone":"13800009003"}"#)
        #expect(failure.contains(#""code":9003"#))
        // A caller may put anything where an address belongs.
        _ = try await Executable.shell(
            """
            curl -s -u \(Self.credentials) --json \
              '{"token":"STsid-4-0123456789abcdef","phone":"13800138000","ip":"STsid-4-0123456789abcdef 13912345678"}' \
              \(url)/v1/decide
            """)
        process.send(SIGTERM)
        let outcome = await process.finish()
        #expect(outcome.status == 0)
        let lines = try folder.read("decisions.log").split(separator: "\n")
        #expect(lines.count == 4)
        for line in lines {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(object?["version"] as? Int == 1)
            #expect((object?["request"] as? [String: Any])?["phone"] as? String != "13800138000")
            #expect(!line.contains("STsid") && !line.contains("13800138000") && !line.contains("13912345678"))
        }
    }

    @Test func decisionLogSaysWhatIsMasked() async throws {
        for (flags, masked) in [([], #""masked":["phone","token"]"#), (["--show-phones"], #""masked":["token"]"#)] {
            let folder = try TemporaryFolder(["r.lua": Self.rules])
            let (process, url, _) = try await start(flags + ["--decision-log", folder.path("d.log")], in: folder)
            _ = try await verify(url, #"{"token":"STsid-1","phone":"13800138000"}"#)
            process.send(SIGTERM)
            #expect(await process.finish().status == 0)
            let line = try folder.read("d.log")
            #expect(line.contains(masked) && line.contains("13800138000") == !flags.isEmpty)
        }
    }

    @Test func decisionLogNamesMembersInWhichSecretsWereReplaced() async throws {
        let folder = try TemporaryFolder(["r.lua": Self.rules])
        let (process, url, _) = try await start(["--decision-log", folder.path("d.log")], in: folder)
        for request in [
            #"{"token":"STsid-1","phone":"13800138000","exID":"of-13912345678"}"#,
            #"{"token":"STsid-2","phone":"13800138000","exID":"order-1","context":{"also":"+8613912345678"}}"#,
        ] {
            _ = try await Executable.shell(
                "curl -s -u \(Self.credentials) --json '\(request)' \(url)/v1/decide")
        }
        process.send(SIGTERM)
        #expect(await process.finish().status == 0)
        let lines = try folder.read("d.log").split(separator: "\n")
        #expect(lines.first?.contains(#""masked":["phone","token","exID"]"#) == true)
        #expect(lines.last?.contains(#""masked":["phone","token","context"]"#) == true)
    }

    @Test func reloadOverHTTPReopensTheDecisionLog() async throws {
        let folder = try TemporaryFolder(["r.lua": Self.rules])
        let (process, url, admin) = try await start(["--decision-log", folder.path("d.log")], in: folder)
        _ = try await verify(url, #"{"token":"STsid-1","phone":"13800138000"}"#)
        let moved = try await Executable.shell("mv d.log d.log.moved && curl -s -X POST \(admin)/-/reload", in: folder)
        #expect(moved.output.contains("reloaded"))
        _ = try await verify(url, #"{"token":"STsid-2","phone":"13800138000"}"#)
        process.send(SIGTERM)
        #expect(await process.finish().status == 0)
        #expect(try folder.read("d.log.moved").split(separator: "\n").count == 1)
        #expect(try folder.read("d.log").split(separator: "\n").count == 1)
    }

    @Test func reloadSaysThatTheConfigurationHasChanged() async throws {
        let folder = try TemporaryFolder(["r.lua": Self.rules, "m.yaml": "config:\n  word: one\n"])
        let (process, url, admin) = try await start(
            ["--config", folder.path("m.yaml"), "--decision-log", folder.path("d.log")], in: folder)
        let reload = "curl -s -X POST \(admin)/-/reload"
        #expect(try await !Executable.shell(reload).output.contains("configuration"))
        _ = try folder.write("config:\n  word: two\n", to: "m.yaml")
        let changed = try await Executable.shell("\(reload); curl -s \(admin)/readyz")
        #expect(changed.output.split(separator: "has changed since the start, and is not reloaded: restart").count == 3)
        let revision = try await Executable.shell("curl -s \(admin)/-/rules")
        _ = try await verify(url, #"{"token":"STsid-1","phone":"13800138000"}"#)
        process.send(SIGTERM)
        let outcome = await process.finish()
        #expect(outcome.errors.contains("configuration has changed and is not reloaded"))
        let field = try #require(try folder.read("d.log").firstMatch(of: /"config_revision":"[0-9a-f]{12}"/)).output
        #expect(revision.output.contains(field))
    }

    @Test func simulatorKnowsAllApplicationsOfTheGateway() async throws {
        let folder = try TemporaryFolder([
            "r.lua": Self.rules, "secret": "other-secret\n",
            "moondial.yaml": "serve:\n  applications:\n    other-app: secret\n",
        ])
        let (process, url, _) = try await start(["--config", folder.path("moondial.yaml")], in: folder)
        let reply = try await Executable.shell(
            "curl -s -u other-app:other-secret --json '{\"token\":\"STsid-1\",\"phone\":\"13800138000\"}' "
                + "\(url)/v1/web/verify")
        #expect(reply.output.contains(#""code":9000"#))
        process.send(SIGTERM)
        #expect(await process.finish().status == 0)
    }

    @Test func callersNeedTheConfiguredCredentials() async throws {
        let folder = try TemporaryFolder([
            "r.lua": Self.rules, "moondial.yaml": "app_key: an-app\nmaster_secret_file: secret\n",
            "secret": "a-secret\n",
        ])
        let (process, url, _) = try await start(["--config", folder.path("moondial.yaml")], in: folder)
        let own = try await Executable.shell(
            "curl -s -u an-app:a-secret -H 'Content-Type: application/json' "
                + "-d '{\"token\":\"STsid-1\",\"phone\":\"13800138000\"}' \(url)/v1/web/verify")
        #expect(own.output.contains(#""code":9000"#))
        let documented = try await verify(url, #"{"token":"STsid-2","phone":"13800138000"}"#)
        #expect(documented.contains(#""code":9011"#))
        process.send(SIGTERM)
        #expect(await process.finish().status == 0)
    }

    @Test func printsAndLogsOfRulesHoldNoSecrets() async throws {
        let folder = try TemporaryFolder(["r.lua": Self.rules])
        let (process, url, _) = try await start(in: folder)
        _ = try await verify(url, #"{"token":"STsid-0123456789abcdef","phone":"13812345678","exID":"print"}"#)
        process.send(SIGTERM)
        let outcome = await process.finish()
        #expect(outcome.errors.contains("rule printed") && outcome.errors.contains("rule logged"))
        #expect(!outcome.errors.contains("STsid-0123456789abcdef") && !outcome.errors.contains("13812345678"))
        for line in outcome.errors.split(separator: "\n") {
            #expect((try? JSONSerialization.jsonObject(with: Data(line.utf8))) != nil)
        }
    }

    @Test func hangUpSignalReloadsRulesAndBrokenRulesAreRefused() async throws {
        let folder = try TemporaryFolder(["r.lua": Self.rules])
        let (process, url, admin) = try await start(in: folder)
        _ = try folder.write(#"rule "new" { pre_check = function() return deny "new" end }"#, to: "r.lua")
        process.send(SIGHUP)
        #expect(await process.errorLine().contains("rules reloaded"))
        let reply = try await Executable.shell(
            "curl -s -D - -u \(Self.credentials) -H 'Content-Type: application/json' "
                + "-d '{\"token\":\"STsid-1\",\"phone\":\"13800138000\"}' \(url)/v1/web/verify")
        #expect(reply.output.contains("X-Moondial-Reason: new"))
        _ = try folder.write("rule 'new' {", to: "r.lua")
        let refused = try await Executable.shell("curl -s -X POST \(admin)/-/reload")
        #expect(refused.output.contains(#""status":"unchanged""#))
        #expect(refused.output.contains("r.lua:1: unexpected symbol"))
        let logged = await process.errorLine()
        #expect(logged.contains("reload changed nothing") && logged.contains("r.lua:1"))
        #expect(logged.contains("| rule 'new' {") && logged.contains("^"))
        let drained = try await Executable.shell("curl -s -X POST \(admin)/-/drain")
        #expect(drained.output.contains("draining"))
        #expect(await process.finish().status == 0)
    }

    @Test(
        arguments: [
            (["--port", "x"], 64, "--port: expected a whole number from 0 to 65535, got 'x'"),
            (["--host", "0.0.0.0", "--no-auth"], 64, "anyone who reaches 0.0.0.0:8080"),
            (["--host", "127.example.com", "--no-auth"], 64, "anyone who reaches"),
            (["--auth", "--token-guard", "false"], 64, "a token works once"),
            (["--auth", "--token-guard", "0ms"], 64, "a token works once"),
            (["--trusted-proxies", "proxy"], 64, "expected a list of IP addresses"),
            (["--passthrough", "yes"], 64, "each beginning with /"),
            (["--passthrough", "true", "--passthrough", "false"], 64, "got 'true' and more"),
            (["--tls-cert", "c.pem"], 64, "the private key is missing"),
            (["--allow-code", "8000"], 64, "expected a code from 9000 to 9099"),
            (["--admin", "x"], 64, "expected HOST:PORT or unix:PATH"), (["--workers", "0"], 64, "from 1 to 256"),
            (["--callers-file", "missing"], 78, "missing"),
            (["--decision-log-overflow", "wait"], 64, "block, spill or drop"),
            (["--decision-log", "missing/d.log"], 74, "missing/d.log: No such file or directory"),
            (["--decision-log", "."], 74, "cannot write the decision log: .: Is a directory"),
            (["--tls-cert", "c.pem", "--tls-key", "k.pem"], 66, "c.pem"),
            (["--tls-cert", "r.lua", "--tls-key", "r.lua"], 66, "r.lua"), (["--host", "bad host"], 64, "bad host"),
        ] as [([String], Int32, String)])
    func invalidOptionIsRefusedWithAMessage(arguments: [String], status: Int32, message: String) async throws {
        let folder = try TemporaryFolder(["r.lua": Self.rules])
        let outcome = try await Executable.run(
            ["serve", "--rules", "r.lua", "--check-config"] + arguments, in: folder)
        #expect(outcome.status == status)
        #expect(outcome.errors.contains(message))
    }

    @Test func invalidSettingIsReportedWithItsLine() async throws {
        let folder = try TemporaryFolder([
            "r.lua": Self.rules, "moondial.yaml": "rules: r.lua\nserve:\n  port: 1\n  drain_dely: 1s\n",
        ])
        let unknown = try await Executable.run(["serve", "--check-config"], in: folder)
        #expect(unknown.status == 78)
        #expect(unknown.errors.contains("moondial.yaml:4"))
        #expect(unknown.errors.contains("did you mean 'drain_delay'?"))
        _ = try folder.write("rules: r.lua\nserve:\n  codes:\n    too_often: 9000\n", to: "moondial.yaml")
        let wrong = try await Executable.run(["serve", "--check-config"], in: folder)
        #expect(wrong.status == 78)
        #expect(wrong.errors.contains("stands for an allow with a match alone"))
        _ = try folder.write(
            "rules: r.lua\nserve:\n  codes:\n    too_often: 9006\n    deny: 9003\n", to: "moondial.yaml")
        let right = try await Executable.run(["serve", "--check-config"], in: folder)
        #expect(right.status == 0)
        _ = try folder.write("rules: r.lua\nserve:\n  # port: 1\nguards:\nconfig:\n", to: "moondial.yaml")
        let empty = try await Executable.run(["serve", "--check-config"], in: folder)
        #expect(empty.status == 0, "\(empty.errors)")
    }

    @Test(arguments: ["''", "'k:2'", "'a b'"])
    func appKeyThatBasicAuthenticationCannotSendIsRefused(key: String) async throws {
        let folder = try TemporaryFolder([
            "r.lua": Self.rules, "secret": "a-secret\n", "m.yaml": "serve:\n  applications:\n    \(key): secret\n",
        ])
        let outcome = try await Executable.run(
            ["serve", "--rules", "r.lua", "--config", "m.yaml", "--check-config"], in: folder)
        #expect(outcome.status == 78)
        #expect(
            outcome.errors.contains("serve.applications: expected an app key, a text without spaces and colons"))
        let ofTarget = try await Executable.run(
            ["serve", "--rules", "r.lua", "--check-config"],
            environment: ["MOONDIAL_APP_KEY": "k:2", "MOONDIAL_MASTER_SECRET": "s"], in: folder)
        #expect(ofTarget.errors.contains("MOONDIAL_APP_KEY: expected a text without spaces and colons, got 'k:2'"))
    }

    @Test func endDoesNotWaitForReaderOfTheLogThatIsGone() async throws {
        let folder = try TemporaryFolder(["r.lua": Self.rules])
        let outcome = try await Executable.shell(
            """
            { "$MOONDIAL" serve --rules r.lua --port 0 --store memory --decision-log - --drain-timeout 1h
              echo "status $?" >&2
            } | {
              read -r _ _ url; read -r _ _ admin; exec < /dev/null
              curl -s -u \(Self.credentials) --json '{"token":"STsid-1","phone":"13800138000"}' $url/v1/web/verify
              curl -s -X POST $admin/-/drain
            }
            """, in: folder)
        #expect(outcome.output.contains(#""code":9000"#))
        #expect(
            outcome.errors.contains(#""message":"decision log is incomplete","missing":"1","reason":"Broken pipe""#))
        #expect(outcome.errors.hasSuffix("status 74\n"))
    }

    @Test(
        arguments: [
            ("missing/admin", "No such file or directory"), ("r.lua", "File exists"),
            (String(repeating: "x", count: 200), "File name too long"),
        ])
    func administrationThatCannotListenIsNamed(path: String, reason: String) async throws {
        let folder = try TemporaryFolder(["r.lua": Self.rules])
        let outcome = try await Executable.run(
            ["serve", "--rules", "r.lua", "--port", "0", "--store", "memory", "--admin", "unix:\(path)"], in: folder)
        #expect(outcome.status == 74)
        #expect(
            outcome.errors == """
                error[io]: cannot listen on unix:\(path): \(reason)
                  = fix: check the disk, the pipe or the address that the message names

                """)
    }

    @Test func administrationOfAnotherGatewayIsLeftAlone() async throws {
        let folder = try TemporaryFolder(["r.lua": Self.rules])
        let outcome = try await Executable.shell(
            """
            serve() { "$MOONDIAL" serve --rules r.lua --port 0 --store memory --admin unix:admin "$@"; }
            mkfifo lines; serve > lines & read -r line < lines
            serve; echo "status $?" >&2
            curl -s --unix-socket admin http://admin/healthz
            kill $!; wait $!
            """, in: folder)
        #expect(outcome.output.contains(#"{"status":"alive"}"#))
        #expect(outcome.errors.contains("cannot listen on unix:admin: Address already in use"))
        #expect(outcome.errors.contains("status 74"))
    }

    @Test func portInUseIsReportedForServiceAndAdmin() async throws {
        let folder = try TemporaryFolder(["r.lua": Self.rules])
        let (process, url, admin) = try await start(["--workers", "2"], in: folder)
        func port(_ url: String) -> String { String(url.split(separator: ":").last ?? "") }
        // Several event loops share a port: another process must not join them.
        let same = try await Executable.run(
            ["serve", "--rules", "r.lua", "--workers", "2", "--port", port(url)], in: folder)
        #expect(same.status == 74)
        #expect(same.errors.contains("127.0.0.1:\(port(url)) is in use"))
        let other = try await Executable.run(
            ["serve", "--rules", "r.lua", "--port", "0", "--admin", "127.0.0.1:\(port(admin))"], in: folder)
        #expect(other.status == 74)
        #expect(other.errors.contains("127.0.0.1:\(port(admin)) is in use"))
        process.send(SIGTERM)
        #expect(await process.finish().status == 0)
    }
}
