// SPDX-License-Identifier: MIT

import Foundation
import TemporaryFolders
import Testing

@Suite("Targets", .timeLimit(.minutes(10)))
struct TargetTests {
    /// Requests for the simulator in the process and over a socket.
    static let requests = [
        Requests.documented,
        Requests.json(phone: "13800009001"), Requests.json(phone: "13800009002"), Requests.json(phone: "13800009003"),
        Requests.json(phone: "13800009011"), Requests.json(phone: "123"), Requests.json(",\"channel\":\"web\""),
        Requests.json(token: "sim:endpoint=h5"), Requests.json(token: "sim:phone=13800138001"),
        Requests.json(token: "sim:id=117270465679982593"), Requests.json(token: "sim:id=null,exid=empty"),
        Requests.json(token: "sim:body=html,http=502"), Requests.json(token: "sim:body=empty"),
        Requests.json(token: "sim:body=truncated"), Requests.json(token: "sim:body=error-object"),
        Requests.json(token: "sim:body=huge"), Requests.json(token: "sim:http=500"),
        Requests.json(token: "sim:drip=20ms"),
        Requests.json(token: "sim:reset=after"), Requests.json(token: "sim:reset=before"),
        Requests.json(token: "sim:delay=30s", ",\"timeout_ms\":1500"),
    ]

    @Test("the same request comes to the same decision over HTTP as in process", arguments: requests)
    func parityOverHTTP(request: String) async throws {
        let simulator = try await RunningSimulator()
        try await expectParity(request, ["--base-url", simulator.baseURL])
    }

    @Test("the same request comes to the same decision over TLS as in process", arguments: requests)
    func parityOverTLS(request: String) async throws {
        let folder = try TestCertificate.folder()
        let simulator = try await RunningSimulator(
            ["--tls-cert", folder.path("cert.pem"), "--tls-key", folder.path("key.pem")])
        #expect(simulator.baseURL.hasPrefix("https://127.0.0.1:"))
        try await expectParity(request, ["--base-url", simulator.baseURL, "--ca-file", folder.path("cert.pem")])
    }

    private func expectParity(_ request: String, _ target: [String]) async throws {
        let folder = try TemporaryFolder(["rules.lua": Rules.typical])
        let rules = ["verify", "--json", "--rules", "rules.lua"]
        let inProcess = try await Executable.run(rules, input: request, in: folder)
        let remote = try await Executable.run(rules + target, input: request, in: folder)
        #expect(remote.status == inProcess.status)
        #expect(try decided(remote) == decided(inProcess))
        #expect(try remote.json["target"] as? String == target[1])
    }

    /// The line without what differs by nature: times, ids of runs, the target and messages that name it.
    private func decided(_ outcome: Outcome) throws -> NSDictionary {
        var object = try outcome.json
        for key in ["elapsed_ms", "trace_id", "target"] { object[key] = nil }
        object["attempts"] = (object["attempts"] as? [[String: Any]])?.map { attempt in
            var attempt = attempt
            attempt["elapsed_ms"] = nil
            attempt["error"] = (attempt["error"] as? [String: Any])?["kind"]
            return attempt
        }
        return object as NSDictionary
    }

    // MARK: - Trust

    @Test func unknownAuthorityIsRefused() async throws {
        let folder = try TestCertificate.folder()
        let simulator = try await RunningSimulator(
            ["--tls-cert", folder.path("cert.pem"), "--tls-key", folder.path("key.pem")])
        let outcome = try await Executable.run(
            ["verify", "--json", "--base-url", simulator.baseURL], input: Requests.json())
        #expect(outcome.status == 69)
        #expect(try outcome.json["reason"] as? String == "tls")
        #expect(outcome.output.contains("certificate verify failed"))
    }

    @Test func insecureAcceptsAnUnknownAuthorityWithAWarning() async throws {
        let folder = try TestCertificate.folder()
        let simulator = try await RunningSimulator(
            ["--tls-cert", folder.path("cert.pem"), "--tls-key", folder.path("key.pem")])
        let outcome = try await Executable.run(
            ["verify", "--json", "--insecure", "--base-url", simulator.baseURL], input: Requests.json())
        #expect(outcome.status == 0)
        #expect(
            outcome.errors == """
                warning: --insecure: certificates are not checked; anyone on the way can read the master secret and forge a \
                match

                """)
    }

    @Test func liveWithInsecureIsSentIfYesInsecureIsGiven() async throws {
        let credentials = ["MOONDIAL_APP_KEY": "an-app", "MOONDIAL_MASTER_SECRET": "a-secret"]
        let folder = try TestCertificate.folder()
        let simulator = try await RunningSimulator(
            ["--tls-cert", folder.path("cert.pem"), "--tls-key", folder.path("key.pem")], environment: credentials)
        let outcome = try await Executable.run(
            ["verify", "--live", "--insecure", "--yes-insecure", "--base-url", simulator.baseURL],
            input: Requests.json(), environment: credentials)
        #expect(outcome.status == 0)
        #expect(outcome.errors.hasPrefix("warning: --insecure: "))
    }

    @Test func requestByArgumentsMayGoToASimulatorOnThisMachine() async throws {
        let simulator = try await RunningSimulator()
        let outcome = try await Executable.run(
            ["verify", "--base-url", simulator.baseURL, "--phone", "13800138000", "--token", "t"])
        #expect(outcome.status == 0)
    }

    // MARK: - Credentials

    @Test func configuredCredentialsAreUsed() async throws {
        let credentials = ["MOONDIAL_APP_KEY": "an-app", "MOONDIAL_MASTER_SECRET": "a-secret"]
        let simulator = try await RunningSimulator(environment: credentials)
        let arguments = ["verify", "--base-url", simulator.baseURL]
        let right = try await Executable.run(arguments, input: Requests.json(), environment: credentials)
        #expect(right.status == 0)
        #expect(right.output.hasSuffix("target    \(simulator.baseURL)\n"))
        let example = try await Executable.run(arguments, input: Requests.json())
        #expect(example.status == 77)
        #expect(example.output.hasSuffix("target    \(simulator.baseURL) (with the documented example credentials)\n"))
    }

    @Test func secretIsReadFromAFile() async throws {
        let folder = try TemporaryFolder([
            "secret": "a-secret\n", "moondial.yaml": "app_key: an-app\nmaster_secret_file: secret\n",
        ])
        let simulator = try await RunningSimulator(
            environment: ["MOONDIAL_APP_KEY": "an-app", "MOONDIAL_MASTER_SECRET_FILE": folder.path("secret")])
        let outcome = try await Executable.run(
            ["verify", "--base-url", simulator.baseURL], input: Requests.json(), in: folder)
        #expect(outcome.status == 0)
    }

    @Test func secretGivenByVariableAndFileIsRefused() async throws {
        let outcome = try await Executable.run(
            ["verify", "--live"], input: Requests.json(),
            environment: [
                "MOONDIAL_APP_KEY": "an-app", "MOONDIAL_MASTER_SECRET": "a-secret",
                "MOONDIAL_MASTER_SECRET_FILE": "secret",
            ])
        #expect(outcome.status == 78)
        #expect(
            outcome.errors.hasPrefix("error[configuration]: MOONDIAL_MASTER_SECRET and MOONDIAL_MASTER_SECRET_FILE"))
    }

    @Test func liveThroughAnotherAddressIsReportedAsLive() async throws {
        let credentials = ["MOONDIAL_APP_KEY": "an-app", "MOONDIAL_MASTER_SECRET": "a-secret"]
        let simulator = try await RunningSimulator(environment: credentials)
        let outcome = try await Executable.run(
            ["verify", "--live", "--base-url", simulator.baseURL], input: Requests.json(), environment: credentials)
        #expect(outcome.output.hasSuffix("target    \(simulator.baseURL) (live)\n"))
        let byArguments = try await Executable.run(
            ["verify", "--live", "--base-url", simulator.baseURL, "--phone", "13800138000", "--token", "t"],
            environment: credentials)
        #expect(byArguments.status == 64)
    }

    @Test func scriptReportsTheTargetOfItsRequests() async throws {
        let simulator = try await RunningSimulator()
        let outcome = try await Executable.run(
            ["run", "--base-url", simulator.baseURL, "-e", "print(verify('13800138000', 't').decision)"])
        #expect(outcome.output == "allow\n")
        #expect(outcome.errors == "target: \(simulator.baseURL) (with the documented example credentials)\n")
    }
}
