// SPDX-License-Identifier: MIT

/// Blocks with their labels, and the jumps to these.
extension Parser {
    mutating func enterBlock(isLoop: Bool = false) {
        function.blocks.append(
            FunctionState.BlockState(isLoop: isLoop, activeCount: activeCount, firstJump: function.jumps.count))
    }

    mutating func leaveBlock() throws(SyntaxProblem) {
        guard let block = function.blocks.popLast() else { return }
        deactivate(to: block.activeCount)
        function.temporaries = 0
        if block.isLoop { try resolveJumps(to: nil, activeCount: block.activeCount, since: block.firstJump) }
        for label in block.labels { function.labels[label] = nil }
        while function.jumps.count > block.firstJump, function.jumps[function.jumps.count - 1].isResolved {
            function.jumps.removeLast()
        }
        guard block.firstJump < function.jumps.count else { return }
        for index in block.firstJump..<function.jumps.count {
            if function.blocks.isEmpty, !function.jumps[index].isResolved { throw unresolved(function.jumps[index]) }
            function.jumps[index].activeCount = block.activeCount
        }
    }

    private func unresolved(_ jump: FunctionState.Jump) -> SyntaxProblem {
        let line = tree.source.line(at: jump.range.lowerBound)
        let message =
            jump.label.map { "no visible label '\($0)' for goto at line \(line)" }
            ?? "break outside a loop at line \(line)"
        return SyntaxProblem(message: message, range: jump.range)
    }

    /// A `break`, or a `goto` whose label may come later.
    mutating func addJump(to label: String?, _ range: Range<Int>) {
        function.jumpsByLabel[label, default: []].append(function.jumps.count)
        function.jumps.append(FunctionState.Jump(label: label, range: range, activeCount: activeCount))
    }

    mutating func addLabel(_ name: String, _ range: Range<Int>) throws(SyntaxProblem) {
        if let other = function.labels[name] {
            let line = tree.source.line(at: other.range.lowerBound)
            throw SyntaxProblem(message: "label '\(name)' already defined on line \(line)", range: range)
        }
        guard let block = function.blocks.last else { return }
        // At the end of a block, its variables are out of scope already.
        let count = isAtEndOfBlock(includingUntil: false) ? block.activeCount : activeCount
        function.labels[name] = FunctionState.Label(activeCount: count, range: range)
        function.blocks[function.blocks.count - 1].labels.append(name)
        try resolveJumps(to: name, activeCount: count, since: block.firstJump)
    }

    private mutating func resolveJumps(
        to label: String?, activeCount: Int, since first: Int
    ) throws(SyntaxProblem) {
        while let index = function.jumpsByLabel[label]?.last, index >= first {
            function.jumpsByLabel[label]?.removeLast()
            let jump = function.jumps[index]
            if jump.activeCount < activeCount {
                let line = tree.source.line(at: jump.range.lowerBound)
                let local = active[function.firstActive + jump.activeCount].name
                throw SyntaxProblem(
                    message: "<goto \(jump.label ?? "break")> at line \(line) jumps into the scope of local '\(local)'",
                    range: jump.range)
            }
            function.jumps[index].isResolved = true
        }
    }

    /// Whether the current token ends a block.
    func isAtEndOfBlock(includingUntil: Bool = true) -> Bool {
        switch token.kind {
        case .end, .symbol(.else), .symbol(.elseif), .symbol(.end): true
        case .symbol(.until): includingUntil
        default: false
        }
    }
}
