// SPDX-License-Identifier: MIT

import Foundation
import TemporaryFolders
import Testing

@Suite("Exit statuses", .timeLimit(.minutes(10)))
struct ExitStatusTests {
    struct Row: CustomTestStringConvertible {
        let what: String
        let status: Int32
        var arguments = ["verify"]
        var input = Requests.json()
        var environment: [String: String] = [:]
        var files: [String: String] = [:]

        var testDescription: String { "\(status): \(what)" }
    }

    static let rows: [Row] = [
        Row(what: "match", status: 0),
        Row(what: "mismatch", status: 1, input: Requests.json(phone: "13800009001")),
        Row(what: "no verdict", status: 2, input: Requests.json(phone: "13800009002")),
        Row(what: "a code in no table", status: 2, input: Requests.json(token: "sim:code=9019")),
        Row(
            what: "a failing hook", status: 2, arguments: ["verify", "--rules", "r.lua"],
            files: ["r.lua": "rule 'r' { pre_check = function() error 'x' end }"]),
        Row(
            what: "a failing hook with deny", status: 1,
            arguments: ["verify", "--rules", "r.lua", "--on-error", "deny"],
            files: ["r.lua": "rule 'r' { pre_check = function() error 'x' end }"]),
        Row(
            what: "a rule that chose review on trouble", status: 2, arguments: ["verify", "--rules", "r.lua"],
            input: Requests.json(phone: "13800009011"),
            files: ["r.lua": "rule 'r' { map_result = { default = review 'look' } }"]),
        Row(what: "a script that returns nothing", status: 0, arguments: ["run", "-e", "print(1)"]),
        Row(
            what: "a script that returns a denied run", status: 1,
            arguments: ["run", "-e", "return verify('13800009001', 't')"]),
        Row(what: "a script that returns something else", status: 0, arguments: ["run", "-e", "return 'deny', 1"]),
        Row(what: "an unknown command", status: 64, arguments: ["verfy"]),
        Row(what: "an unknown option", status: 64, arguments: ["verify", "--rulez", "x"]),
        Row(what: "an argument", status: 64, arguments: ["verify", "x"]),
        Row(what: "a value that cannot be parsed", status: 64, arguments: ["verify", "--timeout", "soon"]),
        Row(what: "a missing value", status: 64, arguments: ["verify", "--timeout"]),
        Row(what: "run without a script", status: 64, arguments: ["run"]),
        Row(
            what: "the provider without --live", status: 64,
            arguments: ["verify", "--base-url", "https://API.verification.jpush.cn./"]),
        Row(what: "an unknown code", status: 64, arguments: ["explain", "gibberish"]),
        Row(what: "a port that is none", status: 64, arguments: ["simulate", "--port", "70000"]),
        Row(
            what: "rules that are not Lua", status: 65, arguments: ["verify", "--rules", "r.lua"],
            files: ["r.lua": "rule {"]),
        Row(what: "input that is not JSON", status: 65, input: "phone=13800138000"),
        Row(what: "a request with an unknown key", status: 65, input: Requests.json("\", \"fone\":\"1")),
        Row(what: "an empty phone", status: 65, input: Requests.json(phone: "")),
        Row(what: "a script that raises", status: 65, arguments: ["run", "-e", "error 'x'"]),
        Row(what: "a script that is not Lua", status: 65, arguments: ["run", "-"], input: "print("),
        Row(what: "empty input", status: 66, input: ""),
        Row(what: "a script that is not there", status: 66, arguments: ["run", "none.lua"]),
        Row(what: "rules that are not there", status: 66, arguments: ["verify", "--rules", "none.lua"]),
        Row(
            what: "a certificate that is not there", status: 66,
            arguments: ["simulate", "--tls-cert", "none.pem", "--tls-key", "none.pem"]),
        Row(what: "a connection that ends", status: 69, input: Requests.json(token: "sim:reset=after")),
        Row(what: "a web page", status: 69, input: Requests.json(token: "sim:body=html,http=502")),
        Row(what: "half a reply", status: 69, input: Requests.json(token: "sim:body=truncated")),
        Row(what: "a host that is no address", status: 64, arguments: ["simulate", "--host", "192.0.2.1"]),
        Row(what: "a reply without authorization", status: 77, input: Requests.json(phone: "13800009010")),
        Row(what: "refused credentials", status: 77, input: Requests.json(phone: "13800009011")),
        Row(what: "--live without credentials", status: 78, arguments: ["verify", "--live"]),
        Row(
            what: "--live with half the credentials", status: 78, arguments: ["verify", "--live"],
            environment: ["MOONDIAL_APP_KEY": "k"]),
        Row(what: "a variable that cannot be parsed", status: 78, environment: ["MOONDIAL_MAX_ATTEMPTS": "none"]),
        Row(what: "a configuration file that cannot be parsed", status: 78, files: ["moondial.yaml": "timeout: [1s"]),
        Row(
            what: "a configuration file that is not there", status: 78, arguments: ["verify", "--config", "none.yaml"]),
        Row(
            what: "a CA file that is not there", status: 78,
            arguments: ["verify", "--base-url", "https://127.0.0.1:1", "--ca-file", "none.pem"]),
        Row(
            what: "no reply in time", status: 124, arguments: ["verify", "--timeout", "50ms"],
            input: Requests.json(token: "sim:delay=30s")),
        Row(
            what: "hooks that used the time up", status: 124,
            arguments: ["verify", "--rules", "r.lua", "--timeout", "1ms"],
            files: [
                "r.lua":
                    "rule 'r' { pre_check = function() local t = os.clock() while os.clock() < t + 0.02 do end end }"
            ]),
    ]

    @Test("exit status is the documented one", arguments: rows)
    func exitStatusIsTheDocumentedOne(row: Row) async throws {
        let outcome = try await Executable.run(
            row.arguments, input: row.input, environment: row.environment, in: TemporaryFolder(row.files))
        #expect(outcome.status == row.status, "\(outcome.output)\(outcome.errors)")
        #expect(!outcome.errors.contains("Fatal error"))
        #expect((outcome.status >= 64) <= (outcome.errors.hasPrefix("error[") || outcome.output.hasPrefix("decision")))
    }

    @Test func connectionRefusedExitsWith69() async throws {
        let outcome = try await Executable.run(
            ["verify", "--base-url", "http://127.0.0.1:1", "--json"], input: Requests.json())
        #expect(outcome.status == 69)
        #expect(try outcome.json["reason"] as? String == "connect_refused")
    }

    @Test func runRefusedByAFullPoolExitsWith75() async throws {
        let simulator = try await RunningSimulator()
        let script = """
            local runs = {}
            for i = 1, 1200 do
              runs[i] = function() return verify("13800138000", "sim:delay=30s") end
            end
            for _, d in ipairs { moondial.all(runs) } do
              if d.reason == "pool_full" then return d end
            end
            """
        let outcome = try await Executable.run(
            ["run", "--base-url", simulator.baseURL, "--timeout", "2s", "-"], input: script)
        #expect(outcome.status == 75, "\(outcome.errors)")
    }
}

/// Implication, for expectations.
private func <= (condition: Bool, consequence: Bool) -> Bool { !condition || consequence }
