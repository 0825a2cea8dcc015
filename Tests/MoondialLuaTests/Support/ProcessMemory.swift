// SPDX-License-Identifier: MIT

import Foundation

/// The memory of this process.
enum ProcessMemory {
    /// Resident bytes; nil if the system does not report them.
    static var resident: Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4096 }
    }
}
