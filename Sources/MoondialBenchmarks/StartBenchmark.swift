// SPDX-License-Identifier: MIT

import Platform

/// Whole processes, from spawn to exit: median wall time and largest resident set.
enum StartBenchmark {
    private static let rounds = 40

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func measure(_ command: [String]) throws {
        var times: [Double] = []
        var largest = 0
        for _ in 0..<rounds {
            let start = CPU.wall()
            let resident = try run(command)
            times.append(CPU.wall() - start)
            largest = max(largest, resident)
        }
        Benchmarks.report("start-ms", times.sorted()[rounds / 2] / 1e6)
        Benchmarks.report("start-mib", Double(largest) / 1024)
    }

    /// Runs a command and discards its output. Returns the peak resident set in KiB.
    private static func run(_ command: [String]) throws -> Int {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        var arguments = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        guard posix_spawn(&process, command[0], &actions, nil, &arguments, environ) == 0 else {
            throw Failure(description: "cannot start \(command[0])")
        }
        var status: Int32 = 0
        var usage = rusage()
        guard wait4(process, &status, 0, &usage) == process, status == 0 else {
            throw Failure(description: "\(command.joined(separator: " ")) ended with status \(status)")
        }
        return usage.ru_maxrss
    }
}
