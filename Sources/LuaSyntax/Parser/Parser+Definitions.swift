// SPDX-License-Identifier: MIT

/// Statements that define and assign.
extension Parser {
    mutating func functionStatement() throws(SyntaxProblem) -> Statement.Kind {
        let start = token.range.lowerBound
        try advance()
        let (text, range) = try name()
        var target = try nameOperand(text, range)
        var isMethod = false
        while token.is(.dot) || token.is(.colon) {
            isMethod = token.is(.colon)
            target = try fieldSelector(target, from: range.lowerBound)
            if isMethod { break }
        }
        let body = try functionBody(isMethod: isMethod, from: start)
        try reserve(1)
        try markTarget(target.id)
        return .function(target.id, body)
    }

    mutating func localFunction(from start: Int) throws(SyntaxProblem) -> Statement.Kind {
        let (text, range) = try name()
        let variable = try declare(text, .function, range)
        activate(variable)
        let body = try functionBody(isMethod: false, from: start)
        tree.localFunctions[variable] = body
        return .localFunction(variable, body)
    }

    mutating func localStatement() throws(SyntaxProblem) -> Statement.Kind {
        var variables: [VariableID] = []
        var hasClose = false
        repeat {
            let (text, range) = try name()
            let attribute = try attribute()
            variables.append(try declare(text, .local, range, attribute))
            if attribute == .close {
                if hasClose { throw problem("multiple to-be-closed variables in local list") }
                hasClose = true
            }
        } while try take(.comma)
        var values: [ExpressionID] = []
        if try take(.assign) {
            var list = try expressionList()
            values = list.ids
            noteInitializers(of: variables, list)
            if variables.count == values.count, let last = variables.last, compileTimeConstants.contains(last) {
                release(list.last.held)
            } else if !list.last.isMultiple {
                try toNextRegister(&list.last)
            }
        }
        if variables.count > values.count { try reserve(variables.count - values.count) }
        function.temporaries = 0
        for variable in variables { activate(variable) }
        return .local(variables, values: values)
    }

    private mutating func noteInitializers(of variables: [VariableID], _ list: ExpressionList) {
        for (variable, value) in zip(variables, list.ids) {
            let isLastOfFewer = value == list.ids.last && variables.count > list.ids.count
            if isLastOfFewer, tree[value].isMultiple { continue }
            tree.variables[variable.index].initializer = value
        }
        // The last variable gets no register if it has the attribute `const` and a constant as its value.
        if variables.count == list.ids.count, list.last.isConstant, let last = variables.last,
            tree[last].attribute == .const
        {
            compileTimeConstants.insert(last)
        }
    }

    private mutating func attribute() throws(SyntaxProblem) -> Variable.Attribute? {
        guard try take(.less) else { return nil }
        let (text, range) = try name()
        try expect(.greater)
        guard let attribute = Variable.Attribute(rawValue: text) else {
            throw SyntaxProblem(message: "unknown attribute '\(text)'", range: range)
        }
        return attribute
    }

    /// A call or an assignment.
    mutating func expressionStatement() throws(SyntaxProblem) -> Statement.Kind {
        let first = try suffixedExpression()
        guard token.is(.assign) || token.is(.comma) else {
            guard case .call = first.place else { throw problem("syntax error") }
            return .call(first.id)
        }
        var targets: [ExpressionID] = []
        let values = try restOfAssignment(&targets, first)
        return .assignment(targets, values: values)
    }

    private mutating func restOfAssignment(
        _ targets: inout [ExpressionID], _ target: Operand
    ) throws(SyntaxProblem) -> [ExpressionID] {
        switch tree[target.id].kind {
        case .name, .field, .element: try markTarget(target.id)
        default: throw problem("syntax error")
        }
        targets.append(target.id)
        if try take(.comma) {
            let next = try suffixedExpression()
            return try nested { parser throws(SyntaxProblem) in
                try parser.restOfAssignment(&targets, next)
            }
        }
        try expect(.assign)
        var list = try expressionList()
        if list.ids.count != targets.count {
            if !list.last.isMultiple { try toNextRegister(&list.last) }
            if targets.count > list.ids.count { try reserve(targets.count - list.ids.count) }
        }
        return list.ids
    }
}
