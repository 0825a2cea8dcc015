// SPDX-License-Identifier: MIT

import NIOCore
import Testing

@testable import MoondialConsole

@Suite("Interrupts", .timeLimit(.minutes(1)))
struct InterruptTests {
    /// Interrupts the block after it has begun to wait.
    private func interrupting(_ block: String, then next: String) async throws -> SessionDesk.Record {
        var desk = SessionDesk()
        desk.beforeBlock = { text, session in
            guard text == block else { return }
            // After the block's own start, and what that leads to.
            session.eventLoop.assumeIsolated().execute {
                session.eventLoop.assumeIsolated().execute {
                    session.eventLoop.assumeIsolated().execute { session.interrupt() }
                }
            }
        }
        return try await desk.type(block, next)
    }

    @Test func aCallInFlightIsGivenUpAndTold() async throws {
        let record = try await interrupting("verify(\"13800138000\", \"sim:delay=60s\")", then: "1")
        #expect(
            record.notes.contains("interrupted: the attempt at mobile may have been delivered, the token may be spent"))
        #expect(record.notes.contains("error[cancelled]: interrupted\n"))
        #expect(record.results == "1\n")
    }

    @Test func aRawAttemptIsGivenUpAndTold() async throws {
        let record = try await interrupting("moondial.attempt(\"h5\", \"13800138000\", \"sim:delay=60s\")", then: "1")
        #expect(record.notes.contains("interrupted: the attempt at h5: delivered maybe"))
        #expect(record.results == "1\n")
    }
}
