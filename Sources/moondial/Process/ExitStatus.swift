// SPDX-License-Identifier: MIT

import MoondialPresentation
import Platform

/// How the process ends. The numbers from 64 to 78 are those of sysexits.h.
enum ExitStatus: Int32, CaseIterable {
    case done = 0
    case denied = 1
    case review = 2
    case usage = 64
    case badData = 65
    case noInput = 66
    case providerUnavailable = 69
    case internalError = 70
    case inputOutput = 74
    case tryAgain = 75
    case credentialsRefused = 77
    case configuration = 78
    case deadline = 124
    case interrupted = 130
    case brokenPipe = 141
    case terminated = 143

    /// The status of a process that a signal has ended.
    init(signal: Int32) {
        self = signal == SIGINT ? .interrupted : .terminated
    }

    /// Whether it is that of a process that a signal has ended.
    var isSignal: Bool { self == .interrupted || self == .terminated }

    var meaning: String {
        switch self {
        case .done: "done; allow"
        case .denied: "deny; something was found"
        case .review: "review"
        case .usage: "the command line is wrong"
        case .badData: "a rule, script or request is wrong"
        case .noInput: "a file or the input is missing"
        case .providerUnavailable: "the provider cannot be reached, or does not answer as it should"
        case .internalError: "a bug in moondial"
        case .inputOutput: "reading or writing failed"
        case .tryAgain: "too busy, nothing was sent: try again"
        case .credentialsRefused: "the provider refused the credentials"
        case .configuration: "the configuration is wrong or incomplete"
        case .deadline: "no reply within the time allowed"
        case .interrupted: "interrupted (Ctrl-C)"
        case .brokenPipe: "the reader of the output stopped reading"
        case .terminated: "terminated (SIGTERM)"
        }
    }

    /// The table for `--help`, one status a line.
    static var table: String {
        // Numbers are right-aligned.
        let rows = allCases.map { status in
            let number = String(status.rawValue)
            return [String(repeating: " ", count: 3 - number.count) + number, status.meaning]
        }
        return TextTable(rows, indent: 2).lines().joined(separator: "\n")
    }
}
