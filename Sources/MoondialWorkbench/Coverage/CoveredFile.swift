// SPDX-License-Identifier: MIT

import LuaSyntax
import MoondialLua
import MoondialRules

/// How often tests have run the lines and branches of one file of rules.
package struct CoveredFile: Sendable {
    /// A line where code begins.
    package struct Line: Sendable, Hashable {
        /// From 1.
        package let number: Int
        /// How often Lua has visited it.
        package let count: Int
    }

    /// A place where a program can continue in several ways.
    package struct Branch: Sendable, Hashable {
        package let line: Int
        package let arms: [Arm]
    }

    package struct Arm: Sendable, Hashable {
        /// `then`, `else`, `end of the loop`.
        package let name: String
        package let count: Int
    }

    /// The name of the file, printable.
    package let name: String
    package let text: [UInt8]
    /// In order. Empty for a file that does not compile.
    package let lines: [Line]
    /// The branches whose counts are known, in the order of their lines.
    package let branches: [Branch]

    init(name: String, text: [UInt8], counts: LuaLineCounts) {
        self.name = name
        self.text = text
        guard let tree = try? SyntaxTree(file: text) else {
            (lines, branches) = ([], [])
            return
        }
        let reader = BranchReader(tree, CodeUnits(tree), counts)
        var visits: [Int: Int] = [:]
        for unit in reader.units.units { visits[unit.line] = max(visits[unit.line] ?? 0, reader.visits(of: unit)) }
        lines = visits.sorted { $0.key < $1.key }.map { Line(number: $0.key, count: $0.value) }
        branches = reader.branches()
    }

    package var coveredLines: Int { lines.count { $0.count > 0 } }
    package var arms: [Arm] { branches.flatMap(\.arms) }
    package var coveredArms: Int { arms.count { $0.count > 0 } }

    /// The lines that were not visited, as ranges: lines without code between two of them do not end a range.
    package var missedLines: [ClosedRange<Int>] {
        var ranges: [ClosedRange<Int>] = []
        var isOpen = false
        for line in lines {
            if line.count > 0 {
                isOpen = false
            } else if isOpen, let last = ranges.last {
                ranges[ranges.count - 1] = last.lowerBound...line.number
            } else {
                ranges.append(line.number...line.number)
                isOpen = true
            }
        }
        return ranges
    }
}

/// The counts of lines of the rules, by file.
package struct LineCoverage: Sendable {
    private struct File: Sendable {
        let text: [UInt8]
        var counts: LuaLineCounts
    }

    private var files: [String: File] = [:]

    package init() {}

    mutating func add(_ source: CountedSource) {
        let name = source.source.name.description
        files[name, default: File(text: source.source.text, counts: LuaLineCounts())].counts.add(source.counts)
    }

    package mutating func add(_ other: LineCoverage) {
        for (name, file) in other.files {
            files[name, default: File(text: file.text, counts: LuaLineCounts())].counts.add(file.counts)
        }
    }

    /// Sorted by name.
    package var coveredFiles: [CoveredFile] {
        files.sorted { $0.key < $1.key }.map { CoveredFile(name: $0.key, text: $0.value.text, counts: $0.value.counts) }
    }
}
