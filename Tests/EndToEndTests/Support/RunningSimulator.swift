// SPDX-License-Identifier: MIT

import Foundation

/// A simulator in another process.
struct RunningSimulator {
    let process: BackgroundProcess
    let baseURL: String

    /// Returns when it listens.
    init(_ arguments: [String] = [], environment: [String: String] = [:]) async throws {
        process = try await BackgroundProcess(["simulate"] + arguments, environment: environment)
        let line = await process.outputLine()
        guard line.hasPrefix("listening on ") else { throw NoSimulator(line: line) }
        baseURL = String(line.dropFirst("listening on ".count))
    }

    struct NoSimulator: Error {
        let line: String
    }
}
