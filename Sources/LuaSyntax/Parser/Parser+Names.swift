// SPDX-License-Identifier: MIT

extension Parser {
    private static let mostVariables = 200
    private static let mostUpvalues = 255

    // MARK: - Declaring

    mutating func declare(
        _ name: String, _ kind: Variable.Kind, _ range: Range<Int>, _ attribute: Variable.Attribute? = nil
    ) throws(SyntaxProblem) -> VariableID {
        try declareHidden(1)
        tree.variables.append(
            Variable(name: name, kind: kind, attribute: attribute, range: range, function: function.id))
        return VariableID(tree.variables.count - 1)
    }

    /// Declares variables that have no name in the program.
    mutating func declareHidden(_ count: Int) throws(SyntaxProblem) {
        guard function.declaredCount + count <= Self.mostVariables else {
            throw tooMany("local variables", limit: Self.mostVariables)
        }
        function.declaredCount += count
    }

    /// Brings a variable into scope.
    mutating func activate(_ id: VariableID) {
        let name = tree[id].name
        let isConstant = compileTimeConstants.contains(id)
        active.append(ActiveVariable(name: name, id: id, isCompileTimeConstant: isConstant))
        visible[name, default: []].append(id)
        if !isConstant { function.registers += 1 }
    }

    mutating func activateHidden(_ count: Int) {
        for _ in 0..<count {
            active.append(ActiveVariable(name: "(for state)", id: nil, isCompileTimeConstant: false))
        }
        function.registers += count
    }

    /// The variables of the innermost function that are in scope.
    var activeCount: Int { active.count - function.firstActive }

    /// Takes variables out of scope until that many of the innermost function are left.
    mutating func deactivate(to count: Int) {
        while activeCount > count {
            let variable = active.removeLast()
            if variable.id != nil { visible[variable.name]?.removeLast() }
            if !variable.isCompileTimeConstant { function.registers -= 1 }
        }
        function.declaredCount = activeCount
    }

    // MARK: - Using

    mutating func resolve(_ name: String) throws(SyntaxProblem) -> (Expression.Binding, Operand.Place) {
        if let id = visible[name]?.last {
            tree.variables[id.index].reads += 1
            return (.variable(id), try place(of: id))
        }
        if let environment = visible["_ENV"]?.last {
            tree.variables[environment.index].reads += 1
            _ = try place(of: environment)
            return (.environment(environment), .indexed(0))
        }
        try capture(.environment, downTo: 0)
        return (.global, .indexed(0))
    }

    private mutating func place(of id: VariableID) throws(SyntaxProblem) -> Operand.Place {
        if compileTimeConstants.contains(id) { return .constant }
        if tree[id].function == function.id { return .local }
        guard let owner = functions.firstIndex(where: { $0.id == tree[id].function }) else { return .relocatable }
        try capture(.variable(id), downTo: owner + 1)
        return .relocatable
    }

    /// Notes an upvalue in the innermost function and in those around it, up to the one in which it is found.
    private mutating func capture(_ upvalue: FunctionState.Upvalue, downTo first: Int) throws(SyntaxProblem) {
        var index = functions.count - 1
        while index >= first, functions[index].upvalues.insert(upvalue).inserted {
            if functions[index].upvalues.count > Self.mostUpvalues {
                throw tooMany("upvalues", limit: Self.mostUpvalues)
            }
            index -= 1
        }
    }

    /// Turns an expression into the target of an assignment.
    mutating func markTarget(_ id: ExpressionID) throws(SyntaxProblem) {
        tree.expressions[id.index].isTarget = true
        guard case .name(let name, .variable(let variable)) = tree[id].kind else { return }
        tree.variables[variable.index].reads -= 1
        tree.variables[variable.index].assignments += 1
        if tree[variable].attribute != nil {
            throw SyntaxProblem(message: "attempt to assign to const variable '\(name)'", range: tree[id].range)
        }
    }

    private func tooMany(_ what: String, limit: Int) -> SyntaxProblem {
        let place =
            function.id == .program
            ? "main function" : "function at line \(tree.source.line(at: tree[function.id].range.lowerBound))"
        return problem("too many \(what) (limit is \(limit)) in \(place)")
    }
}
