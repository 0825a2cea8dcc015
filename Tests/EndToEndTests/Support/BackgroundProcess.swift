// SPDX-License-Identifier: MIT

import ChildProcesses
import Foundation
import TemporaryFolders

/// A `moondial`, or another program, that runs while the test does something else.
final class BackgroundProcess {
    private let process: ChildProcess
    private let slot: Slots.Slot
    private let output = Pipe()
    private let errors = Pipe()
    private let folder: TemporaryFolder

    /// Runs `moondial`; another program that was built with it; or a tool of the system, found through PATH.
    init(
        program: String? = nil, tool: String? = nil, _ arguments: [String], input: String = "",
        environment: [String: String] = [:]
    ) async throws {
        folder = try TemporaryFolder()
        let file = try FileHandle(forReadingFrom: folder.write(input, to: "input"))
        let slot = await Slots.background.acquire()
        self.slot = slot
        do {
            process = try ChildProcess(
                tool == nil ? program.map(Executable.path(of:)) ?? Executable.path : "/usr/bin/env",
                (tool.map { [$0] } ?? []) + arguments,
                environment: Executable.environment(environment), in: folder.url,
                input: file, output: output.fileHandleForWriting, errors: errors.fileHandleForWriting)
        } catch {
            await Slots.background.release(slot)
            throw error
        }
        try output.fileHandleForWriting.close()
        try errors.fileHandleForWriting.close()
    }

    deinit { Task { [slot] in await Slots.background.release(slot) } }

    func outputLine() async -> String { await Self.line(of: output.fileHandleForReading) }

    func errorLine() async -> String { await Self.line(of: errors.fileHandleForReading) }

    func send(_ signal: Int32) { process.send(signal) }

    /// Waits for the end, with what has been written since the lines that were read.
    func finish() async -> Outcome {
        let (outputHandle, errorHandle) = (output.fileHandleForReading, errors.fileHandleForReading)
        async let rest = Self.rest(of: outputHandle)
        async let errorRest = Self.rest(of: errorHandle)
        let (output, errors) = await (rest, errorRest)
        return Outcome(status: await process.status(), output: output, errors: errors)
    }

    /// Reads on a thread of Dispatch, because reading blocks.
    private static func line(of handle: FileHandle) async -> String {
        await blocking {
            var line = Data()
            while let byte = try? handle.read(upToCount: 1), let first = byte.first, first != UInt8(ascii: "\n") {
                line.append(byte)
            }
            return String(decoding: line, as: UTF8.self)
        }
    }

    private static func rest(of handle: FileHandle) async -> String {
        await blocking { String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self) }
    }

    private static func blocking(_ body: @escaping @Sendable () -> String) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: body()) }
        }
    }
}
