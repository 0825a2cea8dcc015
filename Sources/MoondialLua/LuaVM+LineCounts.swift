// SPDX-License-Identifier: MIT

internal import CMoondialLua

/// How often the lines of a text were run, by their numbers from 1.
package struct LuaLineCounts: Sendable, Hashable {
    /// How often the code of each line was entered, from another line or by a jump back.
    private var visits: [Int] = []
    /// How often a function has returned from each line. Tail calls do not count.
    private var returns: [Int] = []

    package init() {}

    package func visits(of line: Int) -> Int { visits.indices.contains(line) ? visits[line] : 0 }

    package func returns(from line: Int) -> Int { returns.indices.contains(line) ? returns[line] : 0 }

    /// Adds the counts of the same text in another VM.
    package mutating func add(_ other: LuaLineCounts) {
        let missing = other.visits.count - visits.count
        if missing > 0 {
            visits += Array(repeating: 0, count: missing)
            returns += Array(repeating: 0, count: missing)
        }
        for line in other.visits.indices {
            visits[line] += other.visits[line]
            returns[line] += other.returns[line]
        }
    }

    fileprivate init(_ lines: UnsafeBufferPointer<moondial_line_count>) {
        visits = lines.map { Int(clamping: $0.visits) }
        returns = lines.map { Int(clamping: $0.returns) }
    }
}

extension LuaVM {
    /// The counts of all files that have run, when the configuration asks for them.
    package func lineCounts() -> [LuaSourceName: LuaLineCounts] {
        var counts: [LuaSourceName: LuaLineCounts] = [:]
        var name: UnsafePointer<CChar>?
        var lines: UnsafePointer<moondial_line_count>?
        var (nameCount, lineCount, index) = (0, 0, 0)
        while moondial_vm_line_counts(handle, index, &name, &nameCount, &lines, &lineCount) {
            index += 1
            let bytes = UnsafeRawBufferPointer(start: name, count: nameCount)
            counts[LuaSourceName(chunkName: String(decoding: bytes, as: UTF8.self))] = LuaLineCounts(
                UnsafeBufferPointer(start: lines, count: lines == nil ? 0 : lineCount))
        }
        return counts
    }
}
