// SPDX-License-Identifier: MIT

import Foundation
import Platform
import TemporaryFolders
import Testing

/// What rules remember, across processes.
@Suite("store and fleet", .timeLimit(.minutes(10)))
struct StoreTests {
    private static let rules = """
        rule "blocked" { pre_check = function(req)
          if moondial.store.has("blocklist", req.phone) then return deny "blocked" end
        end }
        rule "often" { pre_check = function(req)
          if not moondial.store.count({ "phone", req.phone }, { limit = 2, window_s = 3600 }).allowed then
            return deny "too_many"
          end
        end }
        """
    private static let credentials = "7d431e42dfa6a6d693ac2d04:5e987ac6d2e04d95a9d8f0d1"

    /// Long limits, since opening a file takes longer on a busy machine.
    private static let patience = "timeout: 1h\nlimits:\n  store_time: 1h\n"

    private func run(_ line: String, in folder: TemporaryFolder, status: Int32 = 0) async throws -> String {
        let outcome = try await Executable.shell(
            line, environment: ["MOONDIAL_STORE": "sqlite:\(folder.path("store"))"], in: folder)
        #expect(outcome.status == status, "\(line): \(outcome.errors)")
        return outcome.output
    }

    @Test func storeCommandsShowAndChangeEntriesOfRules() async throws {
        let folder = try TemporaryFolder([
            "moondial.yaml": Self.patience, "r.lua": Self.rules,
            "list": "# Known.\n13800138009\n 13800138008 \n\n13800138009\n",
        ])
        #expect(try await run("$MOONDIAL store load blocklist list", in: folder) == "blocklist: 2 members\n")
        let verify = "$MOONDIAL verify --json --rules r.lua --token sim: --phone"
        #expect(try await run("\(verify) 13800138008", in: folder, status: 1).contains(#""reason":"blocked""#))
        for _ in 0..<2 { _ = try await run("\(verify) 13800138000", in: folder) }
        #expect(try await run("\(verify) 13800138000", in: folder, status: 1).contains(#""reason":"too_many""#))

        let list = try await run("$MOONDIAL store list", in: folder)
        #expect(list.contains("list blocklist: 2 members"))
        #expect(list.contains("phone #") && list.contains("2 in 3600 s"))
        #expect(!list.contains("13800138000"))
        let json = try await run("$MOONDIAL store list phone 13800138000 --json", in: folder)
        let entry = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        #expect(entry?["used"] as? Int == 2)
        #expect(try await run("$MOONDIAL store delete phone 13800138000", in: folder) == "")
        #expect(try await run("\(verify) 13800138000", in: folder).contains(#""decision":"allow""#))

        #expect(try await run("$MOONDIAL store set --ttl 1h --value '{\"a\": 1}' x 'y:z'", in: folder) == "")
        #expect(try await run("$MOONDIAL store get x y:z", in: folder) == "{\"a\":1}\n")
        #expect(try await run("$MOONDIAL store get x", in: folder, status: 1) == "")
        #expect(try await run("$MOONDIAL store drop blocklist", in: folder) == "")
        #expect(try await run("$MOONDIAL store drop blocklist", in: folder, status: 1) == "")
        // A rule that asks for a missing list fails closed.
        #expect(try await run("\(verify) 13800138001", in: folder, status: 2).contains(#""reason":"rule_error""#))
    }

    @Test func storeCommandsRefuseAnotherMasterSecretUntilRekeyed() async throws {
        let folder = try TemporaryFolder(["list": "13800138009\n"])
        let other = "MOONDIAL_APP_KEY=key MOONDIAL_MASTER_SECRET=other $MOONDIAL store"
        // A process that only reads leaves no entry: it does not decide which key is right.
        _ = try await run("\(other) get x", in: folder, status: 1)
        #expect(try await run("$MOONDIAL store load blocklist list", in: folder) == "blocklist: 1 member\n")
        for command in ["get x", "set --value 1 x", "delete x", "load blocklist list", "list phone 13800138009"] {
            let outcome = try await Executable.shell(
                "\(other) \(command)", environment: ["MOONDIAL_STORE": "sqlite:\(folder.path("store"))"], in: folder)
            #expect(outcome.status == 78, "\(command): \(outcome.errors)")
            #expect(outcome.errors.contains("the store is used with another master secret"))
            #expect(outcome.errors.contains("moondial store rekey"))
        }
        #expect(try await run("\(other) list", in: folder) == "list blocklist: 1 member\n")
        #expect(try await run("\(other) rekey", in: folder) == "")
        #expect(try await run("\(other) load blocklist list", in: folder) == "blocklist: 1 member\n")
        _ = try await run("$MOONDIAL store load blocklist list", in: folder, status: 78)
    }

    @Test(
        "wrong stores are refused with a message",
        arguments: [
            ("$MOONDIAL store list", 64, "the store in memory begins and ends with this process"),
            ("$MOONDIAL run --store redis://:secret@localhost -e ''", 64, "a password on the command line"),
            ("$MOONDIAL run --store mysql://localhost -e ''", 64, "expected memory, sqlite:PATH, or a URL"),
            ("MOONDIAL_STORE=redis://a:secret@h:x $MOONDIAL run -e ''", 78, "MOONDIAL_STORE: the port is not a number"),
            ("$MOONDIAL run --store-namespace 'a b' -e ''", 64, "expected 1 to 48 letters"),
            ("$MOONDIAL store list --store sqlite:/nowhere/s", 74, "could not open the store /nowhere/s"),
            ("$MOONDIAL store set --store sqlite:s --value nope a", 64, "--value: expected JSON, got 'nope'"),
            ("$MOONDIAL store load --store sqlite:s 'a b' long", 64, "expected letters, digits"),
            ("$MOONDIAL store load --store sqlite:s list nothing", 66, "'nothing'"),
            ("$MOONDIAL store load --store sqlite:s list long", 65, "line 2: expected at most 256 bytes"),
        ])
    func wrongStores(line: String, status: Int32, message: String) async throws {
        let folder = try TemporaryFolder(["long": "a\n" + String(repeating: "b", count: 257)])
        let outcome = try await Executable.shell(line, in: folder)
        #expect(outcome.status == status)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(!outcome.errors.contains("secret"))
    }

    @Test func storeOfAFoundConfigurationIsRefusedBesideCredentials() async throws {
        let folder = try TemporaryFolder(["moondial.yaml": "store: redis://:secret@elsewhere\n"])
        let environment = ["MOONDIAL_APP_KEY": "key", "MOONDIAL_MASTER_SECRET": "master"]
        let outcome = try await Executable.run(["run", "-e", ""], environment: environment, in: folder)
        #expect(outcome.status == 78)
        #expect(outcome.errors.contains("found in the working folder"))
        #expect(!outcome.errors.contains("elsewhere"))
    }

    private func start(_ folder: TemporaryFolder, rules: String) async throws -> (
        process: BackgroundProcess, url: String
    ) {
        let process = try await BackgroundProcess([
            "serve", "--config", folder.path("moondial.yaml"), "--rules", folder.path(rules), "--port", "0",
            "--overload-delay", "1h", "--workers", "1",
            "--store",
            "sqlite:\(folder.path("store"))",
        ])
        let url = await process.outputLine().replacing("listening on ", with: "")
        _ = await process.outputLine()
        return (process, url)
    }

    private func verify(_ url: String, _ token: String) async throws -> String {
        try await Executable.shell(
            "curl -s -u \(Self.credentials) -H 'Content-Type: application/json' "
                + "-d '{\"token\":\"\(token)\",\"phone\":\"13800138000\"}' \(url)/v1/web/verify"
        ).output
    }

    @Test func gatewaysOfOneStoreShareDecisionsAndAreListed() async throws {
        let folder = try TemporaryFolder([
            "moondial.yaml": Self.patience, "a.lua": "rule 'a' { route = function() end }",
            "b.lua": "rule 'b' { route = function() end }",
        ])
        let (first, firstURL) = try await start(folder, rules: "a.lua")
        let (second, secondURL) = try await start(folder, rules: "a.lua")
        let decided = try await verify(firstURL, "STsid-1")
        #expect(decided.contains(#""code":9000"#))
        #expect(try await verify(secondURL, "STsid-1") == decided)
        let fleet = try await run("$MOONDIAL fleet", in: folder)
        #expect(fleet.contains(firstURL) && fleet.contains(secondURL))
        #expect(fleet.contains("2 gateways, all with the same rules"))

        // A stored decision survives the end of the gateway that made it, even by SIGKILL.
        first.send(SIGKILL)
        _ = await first.finish()
        #expect(try await verify(secondURL, "STsid-1") == decided)
        let (third, thirdURL) = try await start(folder, rules: "b.lua")
        #expect(try await verify(thirdURL, "STsid-1") == decided)
        let json = try await run("$MOONDIAL fleet --json", in: folder, status: 1).split(separator: "\n")
        #expect(json.contains { $0.contains(thirdURL) })
        for process in [second, third] {
            process.send(SIGTERM)
            let outcome = await process.finish()
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
        }
    }

    @Test func configuredCapsAndBudgetRefuseRequests() async throws {
        let folder = try TemporaryFolder([
            "moondial.yaml": """
            guards:
              caps:
                interval: 30s
              budget:
                price: 0.05
                total: 0.14
            """
        ])
        let script = """
            local reasons = {}
            for n, phone in ipairs { "13800138000", "13800138000", "13800138001", "13800138002" } do
              reasons[n] = verify(phone, "sim:").reason
            end
            print(table.concat(reasons, " "))
            """
        let outcome = try await Executable.run(["run", "-e", script], in: folder)
        #expect(outcome.output == "match number_interval match budget\n")
        #expect(outcome.errors.contains("2 of 2 charged calls of this day are used"))
    }

    @Test(
        "wrong guards are reported with their line",
        arguments: [
            ("guards:\n  tokens: true\n", "there is no guard 'tokens'; did you mean 'token'?"),
            ("guards:\n  token: soon\n", "expected true, false, or a time such as 11m, got 'soon'"),
            ("guards:\n  caps:\n    per_number: 0\n", "expected a whole number from 1"),
            ("guards:\n  caps:\n    pernumber: 1\n", "did you mean 'per_number'?"),
            ("guards:\n  caps: maybe\n", "expected true, false or a map"),
            ("guards:\n  budget:\n    price: 0\n", "expected a price such as 0.05"),
            ("guards:\n  budget:\n    total: 0.5\n", "expected a whole number from 1"),
            ("guards:\n  budget:\n    on_store_error: deny\n", "expected review or skip"),
            ("serve:\n  token_guard: 3s\n", "there is no setting 'serve.token_guard'"),
        ])
    func wrongGuards(text: String, message: String) async throws {
        let folder = try TemporaryFolder(["moondial.yaml": text])
        let outcome = try await Executable.run(["run", "-e", ""], in: folder)
        #expect(outcome.status == 78)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(outcome.errors.contains("moondial.yaml:"))
    }
}
