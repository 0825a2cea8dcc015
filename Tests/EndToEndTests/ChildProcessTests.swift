// SPDX-License-Identifier: MIT

import ChildProcesses
import Foundation
import Testing

/// Properties of `ChildProcess` that the other tests rely on.
@Suite("Child processes", .timeLimit(.minutes(10)))
struct ChildProcessTests {
    private static func shell(_ line: String) async throws -> (status: Int32, output: String) {
        let pipe = Pipe()
        let process = try ChildProcess(
            "/bin/sh", ["-c", line], output: pipe.fileHandleForWriting, errors: pipe.fileHandleForWriting)
        try pipe.fileHandleForWriting.close()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        return (await process.status(), String(decoding: output, as: UTF8.self))
    }

    @Test(
        "exit status or signal is reported",
        arguments: ["exit 0": 0, "exit 255": 255, "kill -KILL $$": -9, "kill -TERM $$": -15])
    func exitStatusOrSignalIsReported(line: String, status: Int32) async throws {
        #expect(try await Self.shell(line).status == status)
    }

    @Test func childHasOnlyTheThreeStandardDescriptors() async throws {
        #if os(Linux)
            let file = try FileHandle(forReadingFrom: URL(filePath: #filePath))
            // Descriptor 3 is the folder that ls reads.
            #expect(try await Self.shell("ls /proc/self/fd").output == "0\n1\n2\n3\n")
            try file.close()
        #endif
    }

    @Test func childInputIsEmptyByDefault() async throws {
        #expect(try await Self.shell("cat; echo end").output == "end\n")
    }

    @Test func childIgnoresAndBlocksNoSignal() async throws {
        #if os(Linux)
            let masks = try await Self.shell("grep -E '^Sig(Blk|Ign)' /proc/self/status").output
            // The last digits stand for signals 1 to 28. Two higher ones belong to the C library.
            #expect(masks.split(separator: "\n").count { $0.hasSuffix("0000000") } == 2, "\(masks)")
        #endif
    }

    @Test func childIsKilledWhenItsHandleIsReleased() async throws {
        let input = Pipe()
        let output = Pipe()
        do {
            let process = try ChildProcess(
                "/bin/cat", [], input: input.fileHandleForReading, output: output.fileHandleForWriting,
                errors: output.fileHandleForWriting)
            withExtendedLifetime(process) {}
        }
        try output.fileHandleForWriting.close()
        // Otherwise cat would wait for input for ever.
        #expect(try output.fileHandleForReading.readToEnd() ?? Data() == Data())
        withExtendedLifetime(input) {}
    }

    @Test func missingProgramIsAnError() {
        #expect {
            try ChildProcess("/nowhere/at/all", [], output: .standardOutput, errors: .standardError)
        } throws: { error in
            "\(error)" == "cannot start /nowhere/at/all: No such file or directory"
        }
    }
}
