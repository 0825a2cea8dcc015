// SPDX-License-Identifier: MIT

/// The branches of a path, and the way that it takes at each.
struct PathBranches {
    struct Branch {
        var way: UInt8
        let ways: UInt8
    }

    private var branches: [Branch]
    private var position = 0

    /// At branches beyond these, a path takes the first way.
    init(_ branches: [Branch] = []) { self.branches = branches }

    /// The branches that the path has reached.
    var taken: [Branch] { Array(branches[..<position]) }

    /// Begins at the first branch, with the same ways.
    mutating func restart() { position = 0 }

    /// The way that the path takes at its next branch.
    mutating func next(of ways: Int) -> Int {
        if position == branches.count { branches.append(Branch(way: 0, ways: UInt8(ways))) }
        defer { position += 1 }
        // A run that depends on something unrecorded may reach other branches than before.
        return min(Int(branches[position].way), ways - 1)
    }

    /// Takes the next way at the last branch that has one left; false when there is none.
    mutating func moveOn() -> Bool {
        // Such a run may also reach fewer branches than before.
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
