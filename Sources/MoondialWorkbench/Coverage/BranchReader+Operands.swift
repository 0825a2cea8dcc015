// SPDX-License-Identifier: MIT

import LuaSyntax
import MoondialLua

extension BranchReader {
    /// Reads `and` and `or` in a condition whose right side is on lines of its own.
    func readOperands(
        of condition: ExpressionID, _ header: Range<Int>, in statement: Statement,
        _ branches: inout [CoveredFile.Branch]
    ) {
        guard !holdsFunction(header), operands(of: condition).allSatisfy(isOnOneLine) else { return }
        var rest = [condition]
        while let id = rest.popLast() {
            switch tree[id].kind {
            case .parentheses(let inner), .unary(.not, let inner): rest.append(inner)
            case .binary(.and, let left, let right), .binary(.or, let left, let right):
                rest += [right, left]
                readOperands(left, right, header, &branches)
            default: break
            }
        }
    }

    private func readOperands(
        _ left: ExpressionID, _ right: ExpressionID, _ header: Range<Int>, _ branches: inout [CoveredFile.Branch]
    ) {
        let source = tree.source
        let line = source.line(at: tree[right].range.lowerBound)
        guard let first = operands(of: left).first, let last = operands(of: left).last,
            let next = operands(of: right).first, hasCodeOfItsOwn(first), hasCodeOfItsOwn(next),
            source.line(at: tree[left].range.upperBound - 1) < line, isDecided(last, before: right),
            units.units(on: line).allSatisfy({ $0.range == header })
        else { return }
        let start = source.line(at: tree[first].range.lowerBound)
        guard units.units(on: start).allSatisfy({ $0.range == header }) else { return }
        let (evaluated, taken) = (counts.visits(of: start), counts.visits(of: line))
        branches.append(
            CoveredFile.Branch(
                line: line,
                arms: [
                    CoveredFile.Arm(name: "right side", count: taken),
                    CoveredFile.Arm(name: "left side alone", count: max(0, evaluated - taken)),
                ]))
    }

    /// The operands of the `and`, `or` and `not` of a condition, in order.
    func operands(of condition: ExpressionID) -> [ExpressionID] {
        var found: [ExpressionID] = []
        var rest = [condition]
        while let id = rest.popLast() {
            switch tree[id].kind {
            case .parentheses(let inner), .unary(.not, let inner): rest.append(inner)
            case .binary(.and, let left, let right), .binary(.or, let left, let right): rest += [right, left]
            default: found.append(id)
            }
        }
        return found
    }

    func isOnOneLine(_ id: ExpressionID) -> Bool {
        let range = tree[id].range
        return tree.source.line(at: range.lowerBound) == tree.source.line(at: range.upperBound - 1)
    }

    /// Whether Lua has an instruction on the line of an operand. Lua loads other operands where they are used, which
    /// may be on the next line.
    func hasCodeOfItsOwn(_ id: ExpressionID) -> Bool {
        switch tree[id].kind {
        case .call, .method: true
        default: isComparison(id)
        }
    }

    private func isComparison(_ id: ExpressionID) -> Bool {
        guard case .binary(let symbol, _, _) = tree[id].kind else { return false }
        return [.equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual].contains(symbol)
    }

    /// Whether the jump over the right side is on an earlier line. It is on the operator's line, or in a comparison
    /// itself.
    private func isDecided(_ last: ExpressionID, before right: ExpressionID) -> Bool {
        if isComparison(last) { return true }
        let source = tree.source
        var offset = tree[last].range.upperBound
        let operators = [UInt8(ascii: "a"), UInt8(ascii: "o")]
        while offset < tree[right].range.lowerBound {
            if let comment = tree.comments.first(where: { $0.range.contains(offset) }) {
                offset = comment.range.upperBound
            } else if operators.contains(source.bytes[offset]) {
                return source.line(at: offset) < source.line(at: tree[right].range.lowerBound)
            } else {
                offset += 1
            }
        }
        return false
    }
}
