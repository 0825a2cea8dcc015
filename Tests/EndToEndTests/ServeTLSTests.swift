// SPDX-License-Identifier: MIT

import Foundation
import TemporaryFolders
import Testing

/// `moondial serve --tls-cert …` and peers that do not finish the handshake.
@Suite("serve with TLS", .timeLimit(.minutes(10)))
struct ServeTLSTests {
    private static let times = ["--idle-time", "1h", "--write-time", "1h", "--drain-timeout", "1h"]

    /// Runs a script of bash while a gateway is running, in which descriptor 3 is a connection that sends nothing. Returns
    /// the exit status of the gateway after the script, which ends it.
    private func statusAfter(_ script: String, _ arguments: [String]) async throws -> Int32 {
        let folder = try TestCertificate.folder()
        _ = try folder.write("rule 'r' { route = function() end }", to: "r.lua")
        let process = try await BackgroundProcess(
            [
                "serve", "--rules", folder.path("r.lua"), "--port", "0", "--store", "memory", "--tls-cert",
                folder.path("cert.pem"), "--tls-key", folder.path("key.pem"),
            ] + Self.times + arguments)
        let url = await process.outputLine().replacing("listening on ", with: "")
        let admin = await process.outputLine().replacing("admin on ", with: "")
        let port = try #require(url.split(separator: ":").last)
        let accepted = "until curl -s \(admin)/metrics | grep -q '^moondial_connections 1'; do :; done"
        let lines = ["exec 3<>/dev/tcp/127.0.0.1/\(port)", accepted, script, "curl -s -X POST \(admin)/-/drain"]
        _ = try folder.write(lines.joined(separator: "\n"), to: "script")
        let outcome = try await Executable.shell("bash \(folder.path("script"))")
        #expect(outcome.output.contains("draining"))
        return await process.finish().status
    }

    @Test func handshakeHasTheTimeOfAHead() async throws {
        #expect(try await statusAfter("cat <&3", ["--head-time", "100ms"]) == 0)
    }

    @Test func drainDoesNotWaitForAHandshake() async throws {
        #expect(try await statusAfter("", ["--head-time", "1h"]) == 0)
    }
}
