// SPDX-License-Identifier: MIT

package struct Block: Sendable {
    package internal(set) var statements: [Statement]
}

package struct Statement: Sendable {
    package enum Kind: Sendable {
        case local([VariableID], values: [ExpressionID])
        case localFunction(VariableID, FunctionID)
        case assignment([ExpressionID], values: [ExpressionID])
        /// `function a.b.c() … end`.
        case function(ExpressionID, FunctionID)
        case call(ExpressionID)
        case `do`(Block)
        case `while`(ExpressionID, Block)
        case `repeat`(Block, until: ExpressionID)
        case `if`([Branch], else: Block?)
        /// The bounds are start, limit and, if it is given, step.
        case numericFor(VariableID, [ExpressionID], Block)
        case genericFor([VariableID], [ExpressionID], Block)
        case `return`([ExpressionID])
        case `break`
        case goto(String)
        case label(String)
    }

    package struct Branch: Sendable {
        /// From `if` or `elseif` to `then`.
        package let header: Range<Int>
        package let condition: ExpressionID
        package let block: Block
    }

    package let kind: Kind
    package let range: Range<Int>

    /// The blocks of the statement, in order, without bodies of functions.
    package var blocks: [Block] {
        switch kind {
        case .do(let block), .while(_, let block), .repeat(let block, _), .numericFor(_, _, let block),
            .genericFor(_, _, let block):
            [block]
        case .if(let branches, let otherwise): branches.map(\.block) + (otherwise.map { [$0] } ?? [])
        default: []
        }
    }
}

extension Block {
    /// Calls the body for each statement, and for those in its blocks, in the order of the text. The depth of blocks is
    /// bounded by the parser.
    package func forEach(_ body: (Statement) -> Void) {
        for statement in statements {
            body(statement)
            for block in statement.blocks { block.forEach(body) }
        }
    }
}
