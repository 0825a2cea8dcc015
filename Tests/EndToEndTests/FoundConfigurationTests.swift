// SPDX-License-Identifier: MIT

import Foundation
import TemporaryFolders
import Testing

/// A `moondial.yaml` in the working folder does not decide where the user's secrets go.
@Suite("Configuration that was found", .timeLimit(.minutes(10)))
struct FoundConfigurationTests {
    private static let credentials = ["MOONDIAL_APP_KEY": "an-app", "MOONDIAL_MASTER_SECRET": "MASTER-SECRET-abcdef"]

    private func verify(
        _ options: [String] = [], file: String, environment: [String: String] = credentials,
        also: [String: String] = [:]
    ) async throws -> Outcome {
        let folder = try TemporaryFolder(also.merging(["moondial.yaml": file]) { $1 })
        return try await Executable.run(
            ["verify"] + options, input: Requests.json(), environment: environment, in: folder)
    }

    @Test func byteOrderMarkIsIgnored() async throws {
        let outcome = try await Executable.run(
            ["verify", "--config", "moondial.yaml"], input: Requests.json(),
            in: TemporaryFolder(["moondial.yaml": "\u{FEFF}timeout: 5s\nseed: 5\n"]))
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test(arguments: [
        "base_url: http://127.0.0.1:1", "base_url: https://evil.example", "ca_file: ca.pem",
    ])
    func addressOrCAFileIsRefusedBesideCredentialsOfTheEnvironment(line: String) async throws {
        let outcome = try await verify(file: "seed: 1\n\(line)\n")
        #expect(outcome.status == 78)
        #expect(outcome.errors.contains("refused together with credentials from the environment"))
        #expect(outcome.errors.contains("moondial.yaml:2"))
        #expect(outcome.errors.contains("--config moondial.yaml"))
        #expect(!outcome.errors.contains("MASTER-SECRET"))
    }

    @Test func liveIsRefusedWithABaseURLOfAFoundFile() async throws {
        let outcome = try await verify(
            ["--live"], file: "base_url: http://127.0.0.1:1\napp_key: x\nmaster_secret_file: s\n", environment: [:],
            also: ["s": "secret\n"])
        #expect(outcome.status == 78)
        #expect(outcome.errors.contains("refused together with --live"))
    }

    @Test func secretFileOutsideOfTheFolderIsRefused() async throws {
        let secrets = try TemporaryFolder(["secret": "MASTER-SECRET-abcdef\n"])
        let outcome = try await verify(
            file: "base_url: http://127.0.0.1:1\napp_key: x\nmaster_secret_file: \(secrets.path("secret"))\n",
            environment: [:])
        #expect(outcome.status == 78)
        #expect(outcome.errors.contains("may only name a secret in this folder"))
    }

    @Test func fileNamedByOptionMaySetTheBaseURL() async throws {
        let outcome = try await verify(["--config", "moondial.yaml"], file: "base_url: http://127.0.0.1:1\n")
        #expect(outcome.status != 78)
        #expect(!outcome.errors.contains("refused together"))
    }

    @Test func liveIsRefusedWithABaseURLOfAnyFile() async throws {
        for arguments in [["--config", "moondial.yaml"], []] {
            let outcome = try await verify(arguments + ["--live"], file: "base_url: http://127.0.0.1:1\n")
            #expect(outcome.status == 78)
            #expect(outcome.errors.contains("moondial.yaml:1"))
        }
        let home = try TemporaryFolder(["moondial/moondial.yaml": "base_url: http://127.0.0.1:1\n"])
        let environment = Self.credentials.merging(["XDG_CONFIG_HOME": home.path("")]) { $1 }
        let outcome = try await Executable.run(
            ["verify", "--live"], input: Requests.json(), environment: environment)
        #expect(outcome.status == 78)
        #expect(
            outcome.errors.contains("--live goes to the provider, or to a URL that is given by flag or environment"))
    }

    @Test func fileInTheUsersConfigurationFolderMaySetTheBaseURL() async throws {
        let home = try TemporaryFolder(["moondial/moondial.yaml": "base_url: http://127.0.0.1:1\n"])
        let environment = Self.credentials.merging(["XDG_CONFIG_HOME": home.path("")]) { $1 }
        let outcome = try await Executable.run(["verify"], input: Requests.json(), environment: environment)
        #expect(outcome.status != 78)
        #expect(outcome.status != 0)
    }

    @Test func secretFileReadableByOthersIsWarnedAbout() async throws {
        let folder = try TemporaryFolder(["secret": "MASTER-SECRET-abcdef\n"])
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.path("secret"))
        let simulator = try await RunningSimulator(environment: Self.credentials)
        let outcome = try await Executable.run(
            ["verify", "--base-url", simulator.baseURL], input: Requests.json(),
            environment: ["MOONDIAL_APP_KEY": "an-app", "MOONDIAL_MASTER_SECRET_FILE": "secret"], in: folder)
        #expect(outcome.errors.contains("warning: 'secret' holds the master secret and is open to other users"))
        #expect(outcome.status == 0)
        simulator.process.send(SIGTERM)
        _ = await simulator.process.finish()
    }

    @Test func danglingLinkAsConfigurationIsAnError() async throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("moondial.yaml"), withDestinationPath: "not-mounted/moondial.yaml")
        let outcome = try await Executable.run(["verify"], input: Requests.json(), in: folder)
        #expect(outcome.status == 78)
        #expect(outcome.errors.contains("cannot read 'moondial.yaml': No such file or directory"))
    }

    @Test func pipeAsConfigurationIsAnError() async throws {
        let outcome = try await Executable.shell(
            "mkfifo moondial.yaml && exec $MOONDIAL verify", input: Requests.json(), in: TemporaryFolder())
        #expect(outcome.status == 78)
        #expect(outcome.errors.contains("it is a pipe, not a file"))
    }
}
