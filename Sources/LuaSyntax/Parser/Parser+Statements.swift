// SPDX-License-Identifier: MIT

extension Parser {
    mutating func statementList() throws(SyntaxProblem) -> Block {
        var statements: [Statement] = []
        while !isAtEndOfBlock() {
            if token.is(.return) {
                statements.append(try nested { parser throws(SyntaxProblem) in try parser.returnStatement() })
                break
            }
            try statement(into: &statements)
        }
        return Block(statements: statements)
    }

    /// A block of its own scope.
    private mutating func block() throws(SyntaxProblem) -> Block {
        enterBlock()
        let block = try statementList()
        try leaveBlock()
        return block
    }

    private mutating func statement(into statements: inout [Statement]) throws(SyntaxProblem) {
        var parsed: [Statement] = []
        try nested { parser throws(SyntaxProblem) in
            let start = parser.token.range.lowerBound
            if let kind = try parser.statementKind(&parsed) {
                parsed.insert(Statement(kind: kind, range: start..<parser.lastEnd), at: 0)
            }
            parser.function.temporaries = 0
        }
        statements += parsed
    }

    /// - Returns: Nil for an empty statement.
    private mutating func statementKind(_ following: inout [Statement]) throws(SyntaxProblem) -> Statement.Kind? {
        guard case .symbol(let symbol) = token.kind else { return try expressionStatement() }
        let start = token.range
        switch symbol {
        case .semicolon:
            try advance()
            return nil
        case .if: return try ifStatement()
        case .while: return try whileStatement()
        case .do:
            try advance()
            let block = try block()
            try expect(.end, closing: .do, at: start.lowerBound)
            return .do(block)
        case .for: return try forStatement()
        case .repeat: return try repeatStatement()
        case .function: return try functionStatement()
        case .local:
            try advance()
            return try take(.function) ? try localFunction(from: start.lowerBound) : try localStatement()
        case .doubleColon:
            try advance()
            return try label(&following)
        case .break:
            try advance()
            addJump(to: nil, start)
            return .break
        case .goto:
            try advance()
            let (name, range) = try name()
            if function.labels[name] == nil { addJump(to: name, start.lowerBound..<range.upperBound) }
            return .goto(name)
        default: return try expressionStatement()
        }
    }

    private mutating func label(_ following: inout [Statement]) throws(SyntaxProblem) -> Statement.Kind {
        let (name, range) = try name()
        try expect(.doubleColon)
        // Empty statements and labels are parsed first, so that a label before the end of its block is recognised as
        // such.
        while token.is(.semicolon) || token.is(.doubleColon) { try statement(into: &following) }
        try addLabel(name, range)
        return .label(name)
    }

    private mutating func returnStatement() throws(SyntaxProblem) -> Statement {
        let start = token.range.lowerBound
        try advance()
        var values: [ExpressionID] = []
        if !isAtEndOfBlock(), !token.is(.semicolon) {
            var list = try expressionList()
            values = list.ids
            if values.count == 1 {
                if !list.last.isMultiple { try toAnyRegister(&list.last) }
            } else if !list.last.isMultiple {
                try toNextRegister(&list.last)
            }
        }
        let end = lastEnd
        _ = try take(.semicolon)
        function.temporaries = 0
        return Statement(kind: .return(values), range: start..<end)
    }

    // MARK: - Control

    private mutating func condition() throws(SyntaxProblem) -> ExpressionID {
        var operand = try expression()
        if !operand.isConstant { try toAnyRegister(&operand) }
        release(operand.held)
        return operand.id
    }

    private mutating func ifStatement() throws(SyntaxProblem) -> Statement.Kind {
        let start = token.range.lowerBound
        var branches: [Statement.Branch] = []
        repeat {
            let start = token.range.lowerBound
            try advance()
            let condition = try condition()
            try expect(.then)
            let header = start..<lastEnd
            branches.append(Statement.Branch(header: header, condition: condition, block: try thenBlock()))
        } while token.is(.elseif)
        var otherwise: Block?
        if try take(.else) { otherwise = try block() }
        try expect(.end, closing: .if, at: start)
        return .if(branches, else: otherwise)
    }

    private mutating func thenBlock() throws(SyntaxProblem) -> Block {
        enterBlock()
        var statements: [Statement] = []
        if token.is(.break) {
            let range = token.range
            try advance()
            addJump(to: nil, range)
            statements.append(Statement(kind: .break, range: range))
        }
        statements += try statementList().statements
        try leaveBlock()
        return Block(statements: statements)
    }

    private mutating func whileStatement() throws(SyntaxProblem) -> Statement.Kind {
        let start = token.range.lowerBound
        try advance()
        let condition = try condition()
        enterBlock(isLoop: true)
        try expect(.do)
        let body = try block()
        try expect(.end, closing: .while, at: start)
        try leaveBlock()
        return .while(condition, body)
    }

    private mutating func repeatStatement() throws(SyntaxProblem) -> Statement.Kind {
        let start = token.range.lowerBound
        enterBlock(isLoop: true)
        enterBlock()
        try advance()
        let body = try statementList()
        try expect(.until, closing: .repeat, at: start)
        let condition = try condition()
        try leaveBlock()
        try leaveBlock()
        return .repeat(body, until: condition)
    }

    private mutating func forStatement() throws(SyntaxProblem) -> Statement.Kind {
        let start = token.range.lowerBound
        enterBlock(isLoop: true)
        try advance()
        let first = try name()
        let kind: Statement.Kind
        switch token.kind {
        case .symbol(.assign): kind = try numericFor(first, from: start)
        case .symbol(.comma), .symbol(.in): kind = try genericFor(first, from: start)
        default: throw problem("'=' or 'in' expected")
        }
        try leaveBlock()
        return kind
    }

    private mutating func numericFor(
        _ name: (text: String, range: Range<Int>), from start: Int
    ) throws(SyntaxProblem) -> Statement.Kind {
        try declareHidden(3)
        let variable = try declare(name.text, .loop, name.range)
        try advance()
        var bounds: [ExpressionID] = []
        for index in 0..<3 {
            if index == 1 { try expect(.comma) }
            if index == 2, !(try take(.comma)) {
                try reserve(1)
                break
            }
            var bound = try expression()
            try toNextRegister(&bound)
            bounds.append(bound.id)
        }
        function.temporaries = 0
        activateHidden(3)
        let body = try loopBody([variable], from: start)
        return .numericFor(variable, bounds, body)
    }

    private mutating func genericFor(
        _ name: (text: String, range: Range<Int>), from start: Int
    ) throws(SyntaxProblem) -> Statement.Kind {
        try declareHidden(4)
        var variables = [try declare(name.text, .loop, name.range)]
        while try take(.comma) {
            let (text, range) = try self.name()
            variables.append(try declare(text, .loop, range))
        }
        try expect(.in)
        var list = try expressionList()
        if !list.last.isMultiple { try toNextRegister(&list.last) }
        if list.ids.count < 4 { try reserve(4 - list.ids.count) }
        function.temporaries = 0
        activateHidden(4)
        try reserve(3)
        release(3)
        let body = try loopBody(variables, from: start)
        return .genericFor(variables, list.ids, body)
    }

    private mutating func loopBody(_ variables: [VariableID], from start: Int) throws(SyntaxProblem) -> Block {
        try expect(.do)
        enterBlock()
        for variable in variables { activate(variable) }
        try reserve(0)
        let body = try block()
        try leaveBlock()
        try expect(.end, closing: .for, at: start)
        return body
    }
}
