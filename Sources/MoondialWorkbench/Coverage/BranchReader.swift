// SPDX-License-Identifier: MIT

import LuaSyntax
import MoondialLua

/// Finds out from the counts of lines which branches a program has taken.
///
/// Lua reports lines, not instructions. So the count of an arm is known when its code begins on a line of its own, or
/// when the count of the other arm is known. Arms whose count is not known are left out.
struct BranchReader {
    let units: CodeUnits
    let tree: SyntaxTree
    let counts: LuaLineCounts

    init(_ tree: SyntaxTree, _ units: CodeUnits, _ counts: LuaLineCounts) {
        self.tree = tree
        self.units = units
        self.counts = counts
    }

    /// How often Lua has visited a unit: its first line or, if that has no instruction, another one.
    func visits(of unit: CodeUnit) -> Int {
        let first = counts.visits(of: unit.line)
        return first > 0 ? first : unit.lines.lazy.map(counts.visits(of:)).max() ?? 0
    }

    func branches() -> [CoveredFile.Branch] {
        var branches: [CoveredFile.Branch] = []
        for id in tree.functionIDs { read(tree[id].body, of: id, isBody: true, &branches) }
        return branches.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
            .map(\.element)
    }

    private func read(
        _ block: Block, of function: FunctionID, isBody: Bool, _ branches: inout [CoveredFile.Branch]
    ) {
        for (index, statement) in block.statements.enumerated() {
            let next = { visitsAfter(index, of: block, function, isBody: isBody) }
            switch statement.kind {
            case .if(let arms, let otherwise): readIf(statement, arms, otherwise, next(), &branches)
            case .while(let condition, let body):
                readWhile(statement, condition, body, &branches)
            case .repeat(let body, let condition): readRepeat(condition, body, next(), &branches)
            default: break
            }
            for inner in statement.blocks { read(inner, of: function, isBody: false, &branches) }
        }
    }

    // MARK: - Statements

    private func readIf(
        _ statement: Statement, _ arms: [Statement.Branch], _ otherwise: Block?, _ next: Int?,
        _ branches: inout [CoveredFile.Branch]
    ) {
        for (index, arm) in arms.enumerated() {
            let isLast = index == arms.count - 1
            let evaluated = evaluations(of: arm.header, arm.condition, in: statement)
            var taken = entries(of: arm.block)
            if taken == nil, arms.count == 1, otherwise == nil, leaves(arm.block), let evaluated, let next {
                taken = Entries(count: max(0, evaluated - next), isExact: true)
            }
            var found: [CoveredFile.Arm] = []
            if let taken { found.append(CoveredFile.Arm(name: "then", count: taken.count)) }
            if isLast, let otherwise {
                if let entries = entries(of: otherwise) { found.append(.init(name: "else", count: entries.count)) }
            } else if let evaluated, let taken, taken.isExact {
                let name = isLast ? "no arm" : "next condition"
                found.append(CoveredFile.Arm(name: name, count: max(0, evaluated - taken.count)))
            }
            note(found, arm.header, &branches)
            readOperands(of: arm.condition, arm.header, in: statement, &branches)
        }
    }

    private func readWhile(
        _ statement: Statement, _ condition: ExpressionID, _ body: Block, _ branches: inout [CoveredFile.Branch]
    ) {
        let header = statement.range.lowerBound..<tree[condition].range.upperBound
        guard units.unit(at: header.lowerBound) != nil else { return }
        var arms: [CoveredFile.Arm] = []
        if let taken = entries(of: body) {
            arms.append(CoveredFile.Arm(name: "body", count: taken.count))
            if taken.isExact, let evaluated = evaluations(of: header, condition, in: statement) {
                arms.append(CoveredFile.Arm(name: "end of the loop", count: max(0, evaluated - taken.count)))
            }
        }
        note(arms, header, &branches)
        readOperands(of: condition, header, in: statement, &branches)
    }

    private func readRepeat(
        _ condition: ExpressionID, _ body: Block, _ next: Int?, _ branches: inout [CoveredFile.Branch]
    ) {
        let range = tree[condition].range
        guard let next, !jumpsOut(body), let unit = units.unit(at: range.lowerBound), isAlone(unit) else { return }
        let evaluated = counts.visits(of: unit.line)
        note(
            [
                CoveredFile.Arm(name: "again", count: max(0, evaluated - next)),
                CoveredFile.Arm(name: "end of the loop", count: next),
            ], range, &branches)
    }

    private func note(_ arms: [CoveredFile.Arm], _ range: Range<Int>, _ branches: inout [CoveredFile.Branch]) {
        guard !arms.isEmpty else { return }
        branches.append(CoveredFile.Branch(line: tree.source.line(at: range.lowerBound), arms: arms))
    }

    // MARK: - Counts

    private struct Entries {
        let count: Int
        /// If false, a count above 0 only means that the block was entered.
        let isExact: Bool
    }

    /// How often a block was entered; nil when its first line also has other code.
    private func entries(of block: Block) -> Entries? {
        guard let first = firstUnit(of: block), let range = range(of: block),
            units.units(on: first.line).allSatisfy({ range.contains($0.range.lowerBound) })
        else { return nil }
        return Entries(count: visits(of: first), isExact: !first.isLoop && isAlone(first))
    }

    private func firstUnit(of block: Block) -> CodeUnit? {
        for statement in block.statements {
            if let unit = units.unit(at: statement.range.lowerBound) { return unit }
            switch statement.kind {
            case .do(let inner): if let unit = firstUnit(of: inner) { return unit }
            case .local, .assignment: continue
            default: return nil
            }
        }
        return nil
    }

    /// Whether the line of a unit is visited exactly once each time that the unit runs: all of the unit is on it, and
    /// no other.
    private func isAlone(_ unit: CodeUnit) -> Bool {
        unit.isOnOneLine && units.units(on: unit.line).allSatisfy { $0.range == unit.range }
            && !holdsFunction(unit.range)
    }

    /// How often a condition was evaluated; nil when the counts of lines do not show it.
    private func evaluations(of header: Range<Int>, _ condition: ExpressionID, in statement: Statement) -> Int? {
        guard let unit = units.unit(at: header.lowerBound), !holdsFunction(header) else { return nil }
        if !unit.isOnOneLine {
            // A call over several lines would make Lua visit some lines twice.
            let operands = operands(of: condition)
            guard operands.allSatisfy(isOnOneLine), let first = operands.first, hasCodeOfItsOwn(first),
                tree.source.line(at: tree[first].range.lowerBound) == unit.line
            else { return nil }
        }
        let isSure = units.units(on: unit.line).allSatisfy { other in
            other.range == unit.range
                || statement.range.contains(other.range.lowerBound) && other.function == unit.function
                    && other.isOnOneLine && !other.isLoop
        }
        return isSure ? counts.visits(of: unit.line) : nil
    }

    /// How often the code after a statement was reached, if only the statement leads to it; nil when the counts do not
    /// show it.
    private func visitsAfter(_ index: Int, of block: Block, _ function: FunctionID, isBody: Bool) -> Int? {
        for statement in block.statements[(index + 1)...] {
            if case .if(let branches, _) = statement.kind, let first = branches.first,
                units.unit(at: first.header.lowerBound) != nil
            {
                return evaluations(of: first.header, first.condition, in: statement)
            }
            if let unit = units.unit(at: statement.range.lowerBound) {
                return isAlone(unit) && !unit.isLoop ? counts.visits(of: unit.line) : nil
            }
            guard case .local = statement.kind else { return nil }
        }
        guard isBody, function != .program else { return nil }
        return returnsAtEnd(of: function)
    }

    /// How often a function has reached its `end`.
    private func returnsAtEnd(of id: FunctionID) -> Int? {
        let range = tree[id].range
        let line = tree.source.line(at: range.upperBound - 1)
        let isOnlyEnd = !tree.functionIDs.contains { other in
            other != id && other != .program && tree.source.line(at: tree[other].range.upperBound - 1) == line
        }
        let isAround = units.units(on: line).allSatisfy {
            $0.range.lowerBound <= range.lowerBound && range.upperBound <= $0.range.upperBound
        }
        return isOnlyEnd && isAround ? counts.returns(from: line) : nil
    }

    // MARK: - The text

    private func range(of block: Block) -> Range<Int>? {
        guard let first = block.statements.first, let last = block.statements.last else { return nil }
        return first.range.lowerBound..<last.range.upperBound
    }

    func holdsFunction(_ range: Range<Int>) -> Bool {
        tree.functions.contains { $0.parent != nil && range.contains($0.range.lowerBound) }
    }

    /// Whether a block never continues with the code after its statement.
    private func leaves(_ block: Block) -> Bool {
        switch block.statements.last?.kind {
        case .return, .break, .goto: true
        default: false
        }
    }

    /// Whether a jump may end the loop, or lead into it.
    private func jumpsOut(_ body: Block) -> Bool {
        var jumps = false
        body.forEach { statement in
            switch statement.kind {
            case .break, .goto, .label: jumps = true
            default: break
            }
        }
        return jumps
    }
}
