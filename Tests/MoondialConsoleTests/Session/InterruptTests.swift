// SPDX-License-Identifier: MIT

import Foundation
import MoondialLua
import MoondialRules
import NIOConcurrencyHelpers
import NIOCore
import ProcessorClocks
import TemporaryFolders
import Testing

@testable import MoondialConsole

@Suite("Interrupts", .timeLimit(.minutes(10)))
struct InterruptTests {
    /// Interrupts the block after the block has begun to wait.
    private func interrupting(_ block: String, then next: String) async throws -> SessionFixture.Record {
        var fixture = SessionFixture()
        fixture.beforeBlock = { text, session in
            guard text == block else { return }
            // Three turns of the event loop later, the block has started and sent its request.
            session.eventLoop.assumeIsolated().execute {
                session.eventLoop.assumeIsolated().execute {
                    session.eventLoop.assumeIsolated().execute { session.interrupt() }
                }
            }
        }
        return try await fixture.type(block, next)
    }

    @Test func interruptedCallIsCancelledAndReported() async throws {
        let record = try await interrupting("verify(\"13800138000\", \"sim:delay=60s\")", then: "1")
        #expect(
            record.notes.contains("interrupted: the attempt at mobile may have been delivered, the token may be spent"))
        #expect(record.notes.contains("error[cancelled]: interrupted\n"))
        #expect(record.results == "1\n")
    }

    @Test func interruptedCallsOfOneBlockAreReportedTogether() async throws {
        let folder = try TemporaryFolder()
        let line = "{\"phone\":\"13800138000\",\"token\":\"sim:delay=60s\"}\n"
        try folder.write(String(repeating: line, count: 20), to: "requests.jsonl")
        let record = try await interrupting(":try \(folder.path)/requests.jsonl", then: "1")
        let report = "interrupted: the attempt at mobile may have been delivered, the token may be spent: 16 runs\n"
        #expect(record.notes.contains(report))
        #expect(record.notes.ranges(of: "interrupted: ").count == 1)
        #expect(record.notes.contains("0 of 20 requests in "))
        #expect(record.results == "1\n")
    }

    @Test func interruptedAttemptIsCancelledAndReported() async throws {
        let record = try await interrupting("moondial.attempt(\"h5\", \"13800138000\", \"sim:delay=60s\")", then: "1")
        #expect(record.notes.contains("interrupted: the attempt at h5 may have been delivered, the token may be spent"))
        #expect(record.results == "1\n")
    }

    #if os(Linux) && (arch(x86_64) || arch(arm64))
        /// A step of Lua that takes minutes and cannot be stopped in any other way.
        @Test func interruptedStallReplacesTheLuaStateAndReportsIt() async throws {
            var fixture = SessionFixture()
            fixture.rules = #"rule "kept" { route = function() return "h5" end }"#
            let folder = try TemporaryFolder([
                "later.lua": #"rule "loaded later" { pre_check = function() return deny "asked" end }"#
            ])
            // The interrupter of the first state must also stop the state that replaces it.
            let first = NIOLockedValueBox<LuaInterrupter?>(nil)
            fixture.onResult = { text, session in
                guard text == "stalls\n" else { return }
                let interrupter = first.withLockedValue { first in
                    first = first ?? session.engine.interrupter
                    return first
                }
                let clock = ProcessorClock()
                Thread.detachNewThread {
                    clock.wait(for: .milliseconds(100))  // processor time, which only the stall can use
                    interrupter?.interrupt()
                }
            }
            let record = try await fixture.type(
                ":load \(folder.path)/later.lua", "x, t = 1, {}",
                "for i = 1, 1 << 16 do t[i * ((1 << 17) - 1)] = true end",
                "print 'stalls' t[-1] = true", "x",
                "verify('13800138000', 'sim:').reason", "print 'stalls' while true do end", "1")
            #expect(record.notes.contains("error[cancelled]: interrupted\n"))
            #expect(record.notes.contains("this is a fresh Lua state: variables and typed rules are gone\n"))
            #expect(record.notes.contains("undefined global 'x'"))
            #expect(record.results == "stalls\n\"asked\"\nstalls\n1\n")
        }
    #endif
}
