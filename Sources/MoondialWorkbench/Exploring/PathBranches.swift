// SPDX-License-Identifier: MIT

/// The branches of a path, and which way it goes at each.
struct PathBranches {
    struct Branch {
        var way: UInt8
        let ways: UInt8
    }

    private var branches: [Branch]
    private var position = 0

    /// A path goes the first way where it was not decided otherwise.
    init(_ branches: [Branch] = []) { self.branches = branches }

    /// Those that the path has met.
    var taken: [Branch] { Array(branches[..<position]) }

    /// Begins at the first branch, with the same ways.
    mutating func restart() { position = 0 }

    /// The way that the path goes at its next branch.
    mutating func next(of ways: Int) -> Int {
        if position == branches.count { branches.append(Branch(way: 0, ways: UInt8(ways))) }
        defer { position += 1 }
        // A run whose result is not steady may meet other branches than it did before.
        return min(Int(branches[position].way), ways - 1)
    }

    /// Another way at the last branch that has one left; false when there is none.
    mutating func moveOn() -> Bool {
        // Nor does such a run meet as many.
        branches.removeLast(branches.count - position)
        while let last = branches.last {
            if last.way + 1 < last.ways {
                branches[branches.count - 1].way += 1
                return true
            }
            branches.removeLast()
        }
        position = 0
        return false
    }
}
