// SPDX-License-Identifier: MIT

import Foundation

/// What the process has of the machine's memory.
enum ProcessMemory {
    /// Bytes in memory; nil where the system does not say.
    static var resident: Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4096 }
    }
}
