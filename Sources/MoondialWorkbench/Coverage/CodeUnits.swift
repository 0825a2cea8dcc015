// SPDX-License-Identifier: MIT

import LuaSyntax

/// A piece of code that Lua reports by its lines: a statement without its blocks, or the condition of one.
struct CodeUnit {
    let range: Range<Int>
    let function: FunctionID
    /// Where it begins.
    let line: Int
    /// All lines at which Lua may report it, without those inside of functions that it creates.
    let lines: [Int]
    /// Whether it is the head of a loop, which Lua visits more often than it enters the loop.
    let isLoop: Bool

    var isOnOneLine: Bool { lines.count == 1 }
}

/// The code of a program for which Lua's compiler makes instructions (lparser.c, lcode.c of Lua 5.4). A declaration
/// without a value, `do`, `else`, `end`, a label and `while true do` are no code. Nor are `break` and `goto` where Lua
/// may jump to them, since it then jumps to their target directly.
struct CodeUnits {
    private(set) var units: [CodeUnit] = []
    private let tree: SyntaxTree
    private var byStart: [Int: Int] = [:]
    /// The units of each line.
    private var byLine: [Int: [Int]] = [:]

    init(_ tree: SyntaxTree) {
        self.tree = tree
        for id in tree.functionIDs { add(tree[id].body, of: id) }
    }

    /// The unit that begins at a byte of the text.
    func unit(at start: Int) -> CodeUnit? { byStart[start].map { units[$0] } }

    func units(on line: Int) -> [CodeUnit] { (byLine[line] ?? []).map { units[$0] } }

    private mutating func add(_ block: Block, of function: FunctionID) {
        for (index, statement) in block.statements.enumerated() {
            if isJump(statement), index == 0 || !fallsThrough(block.statements[index - 1]) { continue }
            for head in heads(of: statement) { add(head.range, of: function, isLoop: head.isLoop) }
            for inner in statement.blocks { add(inner, of: function) }
        }
    }

    private func isJump(_ statement: Statement) -> Bool {
        switch statement.kind {
        case .break, .goto: true
        default: false
        }
    }

    /// Whether the next statement is reached without a jump.
    private func fallsThrough(_ statement: Statement) -> Bool {
        switch statement.kind {
        case .call, .assignment, .localFunction, .function: true
        case .local(_, let values): !values.isEmpty
        default: false
        }
    }

    private mutating func add(_ range: Range<Int>, of function: FunctionID, isLoop: Bool) {
        let source = tree.source
        let last = source.line(at: range.upperBound - 1)
        var lines = Array(source.line(at: range.lowerBound)...last)
        if lines.count > 1 {
            for inner in tree.functions where inner.parent != nil && range.contains(inner.range.lowerBound) {
                let first = source.line(at: inner.range.lowerBound)
                let last = source.line(at: inner.range.upperBound - 1)
                lines.removeAll { first < $0 && $0 < last }
            }
        }
        for line in lines { byLine[line, default: []].append(units.count) }
        byStart[range.lowerBound] = units.count
        units.append(CodeUnit(range: range, function: function, line: lines[0], lines: lines, isLoop: isLoop))
    }

    private func heads(of statement: Statement) -> [(range: Range<Int>, isLoop: Bool)] {
        let start = statement.range.lowerBound
        switch statement.kind {
        case .do, .label: return []
        case .local(let variables, let values):
            let isConstant = variables.count == 1 && tree[variables[0]].attribute == .const && isConstant(values)
            return values.allSatisfy(isNil) || isConstant ? [] : [(statement.range, false)]
        case .assignment(let targets, let values):
            // Lua sets several variables to nil with one instruction.
            return values.allSatisfy(isNil) && targets.allSatisfy(isVariable) ? [] : [(statement.range, false)]
        case .localFunction, .function, .call, .return, .break, .goto: return [(statement.range, false)]
        case .while(let condition, _):
            return isTrue(condition) ? [] : [(start..<tree[condition].range.upperBound, true)]
        case .repeat(_, let condition): return isTrue(condition) ? [] : [(tree[condition].range, true)]
        case .if(let branches, _): return branches.filter { !isTrue($0.condition) }.map { ($0.header, false) }
        case .numericFor(_, let values, _), .genericFor(_, let values, _):
            return [(start..<(values.last.map { tree[$0].range.upperBound } ?? start + 1), true)]
        }
    }

    private func isNil(_ id: ExpressionID) -> Bool { if case .nil = tree[id].kind { true } else { false } }

    private func isVariable(_ id: ExpressionID) -> Bool {
        if case .name(_, .variable) = tree[id].kind { true } else { false }
    }

    private func isTrue(_ id: ExpressionID) -> Bool {
        switch tree[id].kind {
        case .boolean(true), .number, .string: true
        case .parentheses(let inner): isTrue(inner)
        default: false
        }
    }

    /// Whether the values are known when the text is compiled.
    private func isConstant(_ values: [ExpressionID]) -> Bool {
        values.allSatisfy { id in
            switch tree[id].kind {
            case .nil, .boolean, .number, .string: true
            case .unary, .binary, .parentheses: isConstant(tree[id].parts)
            default: false
            }
        }
    }
}
