// SPDX-License-Identifier: MIT

import ArgumentParser
import JSON
import MoondialRules
import MoondialWorkbench
import Platform
import TextFormats

/// The options for what is explored.
struct ExplorationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Explore with these requests, one JSON object a line as verify takes it, in place of the built-in ones.",
            valueName: "file"), completion: .file())
    var requests: String?

    @Option(
        help: ArgumentHelp(
            "When runs begin, as 2026-01-31T23:59:00Z, for hooks that read the time. Can be given several times "
                + "(default: now).", valueName: "time"))
    var at: [String] = []

    @Option(help: ArgumentHelp("Leave out what comes after that many paths (default: 100000).", valueName: "count"))
    var maxPaths: Int?
}

/// Explores rules with the same requests at the same times.
struct ExplorationPlan {
    private let requests: [RequestClass]
    private var settings: Explorer.Settings

    init(_ options: ExplorationOptions) throws {
        let times = try options.at.map { text throws(Failure) in
            guard let time = UTCTime.milliseconds(text) else {
                throw Failure.usage("--at: a time such as 2026-01-31T23:59:00Z expected, got '\(text)'")
            }
            return time
        }
        settings = Explorer.Settings(times: times.isEmpty ? [WallClock.milliseconds()] : times)
        if let count = options.maxPaths {
            guard (1...10_000_000).contains(count) else {
                throw Failure.usage("--max-paths: a number from 1 to 10000000 expected, got \(count)")
            }
            settings.maxPaths = count
        }
        requests = try options.requests.map(Self.read) ?? RequestClass.builtIn
    }

    private static func read(_ path: String) throws -> [RequestClass] {
        let text: [UInt8]
        do throws(FileSystem.Failure) {
            text = try FileSystem.read(path, limit: .fixed(64 << 20), takesStreams: true)
        } catch {
            throw Failure(Diagnostic(unreadable: error, code: .inputOutput), status: .noInput)
        }
        let requests = try JSONLines.map(text, of: path) { value, line throws(Diagnostic) in
            RequestClass(try RunRequest(json: value), line: line)
        }
        // Without a request, nothing is found in any rules.
        guard !requests.isEmpty else {
            throw Failure(
                Diagnostic(
                    .requestInvalid, "\(ByteText.shown(path)): there is no request",
                    fix: "write a request in JSON on each line"), status: .badData)
        }
        return requests
    }

    /// Loads the rules and runs all paths, on an event loop of its own.
    func explore(_ rules: RuleSettings, _ shell: Shell) throws -> Exploration {
        let loaded = try RulebookLoader(rules.ofEngine).load(try rules.readRules())
        for warning in loaded.replacements.compactMap(\.warning) { shell.errors.warn(warning) }
        return Exploration.of(loaded, requests: requests, settings: settings)
    }
}
