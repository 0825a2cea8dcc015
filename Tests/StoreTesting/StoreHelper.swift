// SPDX-License-Identifier: MIT

import ChildProcesses
import Foundation

/// A process of the program `StoreProcess`, which is in the folder of the tests.
package final class StoreHelper: Sendable {
    private final class Anchor {}

    private let process: ChildProcess
    private let output = Pipe()

    package init(_ arguments: String...) throws {
        #if canImport(Darwin)
            let folder = Bundle(for: Anchor.self).bundleURL.deletingLastPathComponent()
        #else
            let folder = Bundle.main.bundleURL
        #endif
        process = try ChildProcess(
            folder.appendingPathComponent("StoreProcess").path, arguments, output: output.fileHandleForWriting,
            errors: .standardError)
        try output.fileHandleForWriting.close()
    }

    /// All numbers that the process prints until its end.
    package func numbers() async -> [Int] {
        let reading = output.fileHandleForReading
        let data = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: (try? reading.readToEnd()) ?? Data()) }
        }
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    }

    package func kill() { process.send(SIGKILL) }
}
