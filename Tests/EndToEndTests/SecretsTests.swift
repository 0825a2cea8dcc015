// SPDX-License-Identifier: MIT

import Foundation
import TemporaryFolders
import Testing

/// No output contains tokens, phones or the master secret.
@Suite("Secrets", .timeLimit(.minutes(10)))
struct SecretsTests {
    private static let token = "STsid-SECRET-TOKEN-0123456789"
    private static let phone = "13912345678"
    private static let secret = "MASTER-SECRET-abcdef"
    private static let input = Requests.json(phone: phone, token: token, ",\"exID\":\"order-42\"")
    private static let environment = ["MOONDIAL_APP_KEY": "an-app", "MOONDIAL_MASTER_SECRET": secret]

    /// Rules that write secrets to standard output and error by every way except `print`.
    private static let leaking = """
        rule "leaking" {
          pre_check = function(req)
            moondial.log("token " .. req.token, { token = req.token, phone = req.phone, [req.token] = req.phone })
            if req.channel == "web" then error("cannot check " .. req.phone .. " with " .. req.token) end
            if req.ip then return req.token end
          end,
          fallback = function(req) return "h5" end,
          map_result = function(req)
            return review("token " .. req.token .. " of " .. req.phone, { token = req.token })
          end,
        }

        """

    static let inputs = [
        input, Requests.json(phone: "13912345678", token: token, ",\"channel\":\"web\""),
        Requests.json(phone: phone, token: token, ",\"ip\":\"192.0.2.1\""),
        Requests.json(phone: phone, token: token, ",\"context\":{\"t\":\"\(token)\",\"p\":13912345678}"),
        // Invalid requests.
        Requests.json(phone: phone, token: token + " "), Requests.json(phone: phone + "\\u0007", token: token),
        Requests.json(phone: phone, token: token, ",\"exid\":1"), Requests.json(phone: phone, token: token, ","),
        "{\"phone\":[\"\(phone)\"],\"token\":\"\(token)\"}", "{\"phone\":\"\(phone)\",\"token\":{\"\(token)\":1}}",
        "token=\(token)&phone=\(phone)",
    ]

    @Test("verify prints no secrets", arguments: inputs, [["--json"], ["--trace"], ["--json", "--trace"]])
    func verifyPrintsNoSecrets(input: String, options: [String]) async throws {
        let folder = try TemporaryFolder(["rules.lua": Self.leaking])
        let simulator = try await RunningSimulator(environment: Self.environment)
        let outcome = try await Executable.run(
            ["verify", "--rules", "rules.lua", "--base-url", simulator.baseURL] + options, input: input,
            environment: Self.environment, in: folder)
        expectNoSecretsIn(outcome)
        simulator.process.send(SIGTERM)
        expectNoSecretsIn(await simulator.process.finish())
    }

    @Test(
        "mistakes on the command line print no secrets",
        arguments: [
            ["verify", phone, token], ["verify", "--phone", phone, token], ["verify", "--bogus", "--token", token],
            ["verify", "--phone", phone, "--token", token, "--live"], ["verify", "--phone=\(phone)"],
            ["verify", "--phone", "", "--token", token], ["verify", "--phone", phone, "--token", "\(token) "],
            ["verify", "--base-url", "http://user:\(secret)@127.0.0.1:1"],
            ["verify", "--base-url", "http://127.0.0.1:1/?token=\(token)"],
        ])
    func mistakes(arguments: [String]) async throws {
        expectNoSecretsIn(try await Executable.run(arguments, environment: Self.environment))
    }

    @Test(
        "mistakes in the configuration print no secrets",
        arguments: [
            "master_secret: \(secret)", "master_secrt: \(secret)", "{timeout: 1, master_secret: \(secret)}",
            "timeout: 1s\n\(secret): [", "config: {a: \(secret)", "app_key: k\nmaster_secret_file: secret",
        ])
    func configuration(file: String) async throws {
        let folder = try TemporaryFolder(["moondial.yaml": file, "secret": "\(Self.secret)\nand more"])
        let outcome = try await Executable.run(["verify", "--live"], input: Self.input, in: folder)
        #expect(outcome.status != 0)
        expectNoSecretsIn(outcome)
    }

    @Test func malformedSecretInTheEnvironmentIsNotPrinted() async throws {
        expectNoSecretsIn(
            try await Executable.run(
                ["verify", "--live"], input: Self.input,
                environment: ["MOONDIAL_APP_KEY": "k", "MOONDIAL_MASTER_SECRET": "two words \(Self.secret)"]))
    }

    @Test func showPhonesOptionShowsPhonesButNoTokens() async throws {
        let folder = try TemporaryFolder(["rules.lua": Self.leaking])
        let outcome = try await Executable.run(
            ["verify", "--rules", "rules.lua", "--show-phones", "--trace"], input: Self.input, in: folder)
        #expect(outcome.output.contains(Self.phone))
        #expect(!(outcome.output + outcome.errors).contains(Self.token))
    }

    private func expectNoSecretsIn(_ outcome: Outcome) {
        let text = outcome.output + outcome.errors
        for secret in [Self.token, Self.phone, Self.secret] {
            #expect(!text.contains(secret))
        }
        // The secret travels as Basic authorization.
        let authorization = Data("an-app:\(Self.secret)".utf8).base64EncodedString()
        #expect(!text.contains(authorization))
    }
}
