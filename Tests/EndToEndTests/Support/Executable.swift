// SPDX-License-Identifier: MIT

import ChildProcesses
import Foundation
import TemporaryFolders

/// The built `moondial`, run as a process of its own.
enum Executable {
    private final class Anchor {}

    static let path = path(of: "moondial")

    /// Where a built program is: beside the test bundle.
    static func path(of program: String) -> String {
        #if os(macOS)
            let folder = Bundle(for: Anchor.self).bundleURL.deletingLastPathComponent()
        #else
            let folder = Bundle.main.bundleURL
        #endif
        return folder.appending(path: program).path(percentEncoded: false)
    }

    /// Runs `moondial` to its end, with the text as standard input and the variables in addition to those that every run
    /// gets. The default folder has no files of moondial.
    static func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:],
        in folder: TemporaryFolder? = nil
    ) async throws -> Outcome {
        try await run(path, arguments, input: input, environment: environment, in: folder)
    }

    /// Runs a line of the shell in which `$MOONDIAL` is the executable.
    static func shell(
        _ line: String, input: String = "", environment: [String: String] = [:], in folder: TemporaryFolder? = nil
    ) async throws -> Outcome {
        try await run("/bin/sh", ["-c", line], input: input, environment: environment, in: folder)
    }

    private static func run(
        _ program: String, _ arguments: [String], input: String, environment: [String: String],
        in folder: TemporaryFolder?
    ) async throws -> Outcome {
        let own = try TemporaryFolder()
        let streams = try (
            input: FileHandle(forReadingFrom: own.write(input, to: "input")),
            output: FileHandle(forWritingTo: own.write("", to: "output")),
            errors: FileHandle(forWritingTo: own.write("", to: "errors"))
        )
        let slot = await Slots.foreground.acquire()
        defer { Task { await Slots.foreground.release(slot) } }
        let status = try await ChildProcess(
            program, arguments, environment: self.environment(environment), in: (folder ?? own).url,
            input: streams.input, output: streams.output, errors: streams.errors
        ).status()
        withExtendedLifetime(folder) {}
        return Outcome(status: status, output: try own.read("output"), errors: try own.read("errors"))
    }

    static func environment(_ changes: [String: String]) -> [String: String] {
        let inherited = ProcessInfo.processInfo.environment
        var environment = ["PATH": inherited["PATH"] ?? "/usr/bin:/bin", "LANG": "C.UTF-8", "MOONDIAL": path]
        // Sanitizers and a toolchain's libraries are set up by variables.
        for name in ["ASAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "SWIFT_BACKTRACE", "LD_LIBRARY_PATH"] {
            environment[name] = inherited[name]
        }
        // moondial exits without freeing what its run still holds. LeakSanitizer would report that memory as leaked,
        // since it does not recognize pointers with tag bits in enumerations.
        environment["ASAN_OPTIONS", default: ""] += ":detect_leaks=0"
        return environment.merging(changes) { $1 }
    }
}

/// The result of a process.
struct Outcome {
    /// The exit status, or the number of the signal that ended it, negative.
    let status: Int32
    let output: String
    let errors: String

    /// The one line of JSON on standard output.
    var json: [String: Any] {
        get throws {
            let object = try JSONSerialization.jsonObject(with: Data(output.utf8))
            return object as? [String: Any] ?? [:]
        }
    }

    /// The output with placeholders for what differs from run to run: trace ids and times.
    var stableOutput: String {
        output.replacing(/[0-9a-f]{16}/, with: "<trace>").replacing(/\d+\.\d{3}/, with: "<ms>")
    }
}
