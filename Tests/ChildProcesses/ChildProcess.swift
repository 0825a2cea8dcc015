// SPDX-License-Identifier: MIT

import CChildProcesses
package import Foundation
import NIOConcurrencyHelpers

/// A child process of the tests. It replaces Foundation's `Process`, which copies each `dirent` of `/proc/self/fd` as a
/// whole, and so reads past the end of the buffer when many files are open.
///
/// The child gets the three standard streams and no other descriptor, and no blocked or ignored signals. It is killed
/// when this handle is released.
package final class ChildProcess: Sendable {
    private let running: Running

    /// Starts the program at a path.
    ///
    /// The caller may close the handles as soon as this returns. It must close the writing end of a pipe: otherwise the
    /// reader never sees the end.
    ///
    /// - Parameters:
    ///   - program: The path of the program; PATH is not searched.
    ///   - arguments: Those after the name of the program.
    ///   - environment: All variables. The default is those of the tests.
    ///   - directory: Its working directory. The default is that of the tests.
    ///   - input: Its standard input. The default is empty.
    ///   - output: Its standard output.
    ///   - errors: Its standard error; may be the same handle as the output.
    /// - Throws: `NotStarted`, when the program cannot be run.
    package init(
        _ program: String, _ arguments: [String], environment: [String: String]? = nil, in directory: URL? = nil,
        input: FileHandle? = nil, output: FileHandle, errors: FileHandle
    ) throws {
        running = try Self.start(
            program, arguments, environment, directory,
            streams: [input?.fileDescriptor ?? -1, output.fileDescriptor, errors.fileDescriptor], terminal: nil)
    }

    /// Starts the program with the terminal at a path as its three streams and its controlling terminal, in a session of
    /// its own.
    ///
    /// - Throws: `NotStarted`, when the program cannot be run.
    package init(
        _ program: String, _ arguments: [String], environment: [String: String]? = nil, in directory: URL? = nil,
        terminal: String
    ) throws {
        running = try Self.start(
            program, arguments, environment, directory, streams: [-1, -1, -1], terminal: terminal)
    }

    private static func start(
        _ program: String, _ arguments: [String], _ environment: [String: String]?, _ directory: URL?,
        streams: [Int32], terminal: String?
    ) throws -> Running {
        let environment = environment ?? ProcessInfo.processInfo.environment
        let argumentPointers = ([program] + arguments).map { strdup($0) }
        let variablePointers = environment.map { strdup("\($0)=\($1)") }
        defer { for pointer in argumentPointers + variablePointers { free(pointer) } }
        var id: pid_t = 0
        let number = moondial_tests_spawn(
            &id, program, argumentPointers + [nil], variablePointers + [nil], directory?.path(percentEncoded: false),
            streams, terminal)
        guard number == 0 else { throw NotStarted(program: program, number: number) }
        let running = Running(id)
        running.watch()
        return running
    }

    deinit { running.send(SIGKILL) }

    package var id: Int32 { running.id }

    /// Does nothing when the child has ended.
    package func send(_ signal: Int32) { running.send(signal) }

    package var hasEnded: Bool { running.hasEnded }

    /// Waits for the end.
    ///
    /// - Returns: The exit status, or the number of the signal that ended the child, negative.
    package func status() async -> Int32 {
        defer { withExtendedLifetime(self) {} }
        return await running.status()
    }

    /// Like `status`, but blocks the calling thread.
    package func waitForStatus() -> Int32 { withExtendedLifetime(self) { running.waitForStatus() } }

    package struct NotStarted: Error, CustomStringConvertible {
        package let program: String
        /// An `errno`.
        package let number: Int32

        package var description: String { "cannot start \(program): \(String(cString: strerror(number)))" }
    }
}

/// A child between its start and its end, shared with the thread that waits for it.
private final class Running: Sendable {
    let id: pid_t
    /// Nil until the child has been reaped.
    private let ended = NIOLockedValueBox<Int32?>(nil)
    private let end = DispatchGroup()

    init(_ id: pid_t) { self.id = id }

    /// Reaps the child at its end, on a thread of its own.
    func watch() {
        end.enter()
        Thread.detachNewThread { [self] in
            var information = siginfo_t()
            while waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            // The number belongs to the child until it is reaped, and is not used after that.
            ended.withLockedValue { status in
                var word: Int32 = 0
                precondition(waitpid(id, &word, 0) == id, "only this thread reaps the child")
                let signal = word & 0x7F
                status = signal == 0 ? word >> 8 & 0xFF : -signal
            }
            end.leave()
        }
    }

    func send(_ signal: Int32) {
        ended.withLockedValue { status in
            if status == nil { kill(id, signal) }
        }
    }

    var hasEnded: Bool { ended.withLockedValue { $0 != nil } }

    func status() async -> Int32 {
        await withCheckedContinuation { continuation in
            end.notify(queue: .global()) { [self] in continuation.resume(returning: waitForStatus()) }
        }
    }

    func waitForStatus() -> Int32 {
        end.wait()
        return ended.withLockedValue { $0 } ?? 0
    }
}
