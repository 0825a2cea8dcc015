// SPDX-License-Identifier: MIT

import TemporaryFolders

#if os(Linux)
    import Foundation
    import Testing

    /// Runs that were stopped leave nothing behind in their process.
    @Suite("Killed runs", .timeLimit(.minutes(10)))
    struct KilledRunsTests {
        /// Memory, threads and descriptors of a process.
        private struct ProcessResources {
            /// KiB of memory.
            let resident: Int
            let threads: Int
            let descriptors: Int

            init(of process: pid_t) throws {
                let status = try String(contentsOf: URL(filePath: "/proc/\(process)/status"), encoding: .utf8)
                func number(_ name: String) throws -> Int {
                    let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
                    return try #require(
                        line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
                }
                resident = try number("VmRSS")
                threads = try number("Threads")
                descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
            }
        }

        @Test(
            "ten thousand stopped runs leave no memory, threads or descriptors behind",
            arguments: [
                ("rule_memory", "while true do t[#t + 1] = {} end"),
                ("rule_limit", "while true do t[#t + 1] = coroutine.create(print) end"),
                ("rule_limit", "for i = 1, 1e6 do t[-i] = i end"),
            ])
        func stoppedRunsLeaveNothingBehind(reason: String, hook: String) async throws {
            let folder = try TemporaryFolder([
                "moondial.yaml": "limits:\n  memory: 64KiB\n  coroutines: 10\n  table_keys: 100\n",
                "rules.lua": "rule \"glutton\" { pre_check = function() local t = {} \(hook) end }\n",
            ])
            // AddressSanitizer would keep freed memory.
            let prompt = try await TerminalProcess(
                ["repl", "--rules", "rules.lua"],
                environment: ["ASAN_OPTIONS": "detect_leaks=0:quarantine_size_mb=1"], in: folder)
            try await prompt.expectPrompt()
            try await prompt.run(":trace off")
            try await prompt.run(
                """
                function kill(n) for i = 1, n do \
                local reason = verify("13800138000", "sim:" .. (i % 2 == 0 and "" or "code=9001")).reason \
                if reason ~= "\(reason)" then error(reason) end \
                end return n end
                """)
            #expect(try await prompt.run("kill(1000)").contains("1000"))
            let before = try ProcessResources(of: prompt.id)
            #expect(try await prompt.run("kill(10000)").contains("10000"))
            let after = try ProcessResources(of: prompt.id)
            #expect(after.resident < before.resident + 16 << 10)
            #expect(after.threads == before.threads)
            #expect(after.descriptors == before.descriptors)
            prompt.type("\u{4}")
            #expect(try await prompt.finish() == 0)
        }
    }
#endif
