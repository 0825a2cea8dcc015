// SPDX-License-Identifier: MIT

import Foundation
import TemporaryFolders
import Testing

@Suite("Signals", .timeLimit(.minutes(10)))
struct SignalTests {
    private func verify(token: String) async throws -> (BackgroundProcess, TemporaryFolder) {
        let folder = try TemporaryFolder(["rules.lua": Rules.announcing])
        let process = try await BackgroundProcess(
            ["verify", "--rules", folder.path("rules.lua"), "--timeout", "1h"], input: Requests.json(token: token))
        // The line is written just before the request is sent, and signals are handled after that.
        let line = await process.errorLine()
        #expect(line.hasPrefix("log: sending"))
        return (process, folder)
    }

    @Test(
        "a signal cancels the run and reports that the token may be spent",
        arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func signalCancelsTheRun(signal: Int32, status: Int32) async throws {
        let (process, folder) = try await verify(token: "sim:delay=3600s")
        process.send(signal)
        let outcome = await process.finish()
        withExtendedLifetime(folder) {}
        #expect(outcome.status == status)
        #expect(
            outcome.errors == "interrupted: the attempt at mobile may have been delivered, the token may be spent\n")
        #expect(outcome.output.hasPrefix("decision  review\nreason    cancelled\n"))
    }

    @Test func signalCancelsAScriptWithItsRuns() async throws {
        let folder = try TemporaryFolder(["rules.lua": Rules.announcing])
        let process = try await BackgroundProcess([
            "run", "--rules", folder.path("rules.lua"), "--timeout", "1h", "-e",
            "verify('13800138000', 'sim:delay=3600s') print 'not reached'",
        ])
        _ = await process.errorLine()
        process.send(SIGINT)
        let outcome = await process.finish()
        #expect(outcome.status == 130)
        #expect(outcome.output == "")
        #expect(
            outcome.errors == "interrupted: the attempt at mobile may have been delivered, the token may be spent\n")
    }

    @Test func secondSignalEndsABusyScript() async throws {
        let process = try await BackgroundProcess(["run", "-e", "moondial.log 'busy' while true do end"])
        _ = await process.errorLine()
        process.send(SIGINT)
        process.send(SIGTERM)
        let outcome = await process.finish()
        #expect([130, 143].contains(outcome.status))
    }
}
