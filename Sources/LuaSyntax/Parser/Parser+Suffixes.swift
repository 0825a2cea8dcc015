// SPDX-License-Identifier: MIT

/// Names, fields, calls, tables and functions.
extension Parser {
    mutating func nameOperand(_ name: String, _ range: Range<Int>) throws(SyntaxProblem) -> Operand {
        let (binding, place) = try resolve(name)
        return Operand(id: add(.name(name, binding), range), place: place)
    }

    private mutating func primaryExpression() throws(SyntaxProblem) -> Operand {
        let start = token.range.lowerBound
        switch token.kind {
        case .name(let text):
            let range = token.range
            try advance()
            return try nameOperand(text, range)
        case .symbol(.openParenthesis):
            try advance()
            var operand = try expression()
            try expect(.closeParenthesis, closing: .openParenthesis, at: start)
            discharge(&operand)
            let id = add(.parentheses(operand.id), from: start)
            return Operand(id: id, place: operand.place)
        default: throw problem("unexpected symbol")
        }
    }

    mutating func suffixedExpression() throws(SyntaxProblem) -> Operand {
        let start = token.range.lowerBound
        var operand = try primaryExpression()
        while true {
            switch token.kind {
            case .symbol(.dot): operand = try fieldSelector(operand, from: start)
            case .symbol(.openBracket): operand = try element(operand, from: start)
            case .symbol(.colon): operand = try method(operand, from: start)
            case .symbol(.openParenthesis), .symbol(.openBrace), .string:
                try toNextRegister(&operand)
                let arguments = try arguments()
                operand = Operand(id: add(.call(operand.id, arguments: arguments), from: start), place: .call)
            default: return operand
            }
        }
    }

    /// `.name`, or `:name` where a method is defined.
    mutating func fieldSelector(_ object: Operand, from start: Int) throws(SyntaxProblem) -> Operand {
        let held = try holdObject(object)
        try advance()
        let key = try nameAsString()
        return Operand(id: add(.field(object.id, key: key), from: start), place: .indexed(held))
    }

    private mutating func element(_ object: Operand, from start: Int) throws(SyntaxProblem) -> Operand {
        let held = try holdObject(object)
        try advance()
        var key = try expression()
        try expect(.closeBracket)
        if !key.isConstant { try toAnyRegister(&key) }
        return Operand(id: add(.element(object.id, key: key.id), from: start), place: .indexed(held + key.held))
    }

    /// - Returns: How many registers an object holds while it is indexed.
    private mutating func holdObject(_ object: Operand) throws(SyntaxProblem) -> Int {
        var object = object
        // Upvalues are indexed without being copied to a register.
        if case .relocatable = object.place, case .name = tree[object.id].kind { return 0 }
        try toAnyRegister(&object)
        return object.held
    }

    private mutating func nameAsString() throws(SyntaxProblem) -> ExpressionID {
        let (text, range) = try name()
        return add(.string(Array(text.utf8)), range)
    }

    private mutating func method(_ object: Operand, from start: Int) throws(SyntaxProblem) -> Operand {
        try advance()
        let name = try nameAsString()
        var receiver = object
        try toAnyRegister(&receiver)
        release(receiver.held)
        try reserve(2)
        let arguments = try arguments()
        release(1)
        return Operand(
            id: add(.method(object.id, name: name, arguments: arguments), from: start), place: .call)
    }

    /// The arguments of a call. Releases their registers.
    private mutating func arguments() throws(SyntaxProblem) -> [ExpressionID] {
        let before = function.temporaries
        defer { function.temporaries = before }
        switch token.kind {
        case .string(let bytes):
            let id = add(.string(bytes), token.range)
            try advance()
            try reserve(1)
            return [id]
        case .symbol(.openBrace): return [try table().id]
        case .symbol(.openParenthesis):
            let start = token.range.lowerBound
            try advance()
            if try take(.closeParenthesis) { return [] }
            var list = try expressionList()
            try expect(.closeParenthesis, closing: .openParenthesis, at: start)
            if case .varargs = list.last.place {
                try reserve(1)
            } else if !list.last.isMultiple {
                try toNextRegister(&list.last)
            }
            return list.ids
        default: throw problem("function arguments expected")
        }
    }

    // MARK: - Tables

    /// Lua stores that many positional entries at a time.
    private static let entriesPerFlush = 50

    mutating func table() throws(SyntaxProblem) -> Operand {
        let start = token.range.lowerBound
        try advance()
        try reserve(1)
        let base = function.temporaries
        var fields: [TableField] = []
        var pending = 0
        var positional: Operand?
        while !token.is(.closeBrace) {
            if var last = positional {
                try toNextRegister(&last)
                pending += 1
                if pending == Self.entriesPerFlush {
                    function.temporaries = base
                    pending = 0
                }
                positional = nil
            }
            let (field, operand) = try tableField()
            fields.append(field)
            positional = operand
            guard token.is(.comma) || token.is(.semicolon) else { break }
            try advance()
        }
        try expect(.closeBrace, closing: .openBrace, at: start)
        if var last = positional, !last.isMultiple { try toNextRegister(&last) }
        function.temporaries = base
        return Operand(id: add(.table(fields), from: start), place: .register)
    }

    /// - Returns: The field, and its operand if it has no key.
    private mutating func tableField() throws(SyntaxProblem) -> (TableField, Operand?) {
        let before = function.temporaries
        if case .name = token.kind, try peek().is(.assign) {
            let key = try nameAsString()
            return (.named(key, value: try keyedValue(before)), nil)
        }
        if try take(.openBracket) {
            var key = try expression()
            try expect(.closeBracket)
            if !key.isConstant { try toAnyRegister(&key) }
            return (.keyed(key.id, value: try keyedValue(before)), nil)
        }
        let value = try expression()
        return (.positional(value.id), value)
    }

    private mutating func keyedValue(_ registers: Int) throws(SyntaxProblem) -> ExpressionID {
        try expect(.assign)
        var value = try expression()
        if !value.isConstant { try toAnyRegister(&value) }
        function.temporaries = registers
        return value.id
    }

    // MARK: - Functions

    /// Parameters and body; the word `function` has been taken.
    mutating func functionBody(isMethod: Bool, from start: Int) throws(SyntaxProblem) -> FunctionID {
        let id = FunctionID(tree.functions.count)
        tree.functions.append(Function(parent: function.id, range: start..<start))
        functions.append(FunctionState(id: id, firstActive: active.count))
        enterBlock()
        let opening = token.range.lowerBound
        try expect(.openParenthesis)
        if isMethod { try addParameter("self", .selfParameter, opening..<opening + 1) }
        try parameters()
        try expect(.closeParenthesis)
        let body = try statementList()
        tree.functions[id.index].body = body
        tree.functions[id.index].range = start..<token.range.upperBound
        try expect(.end, closing: .function, at: start)
        try leaveBlock()
        functions.removeLast()
        return id
    }

    private mutating func parameters() throws(SyntaxProblem) {
        if token.is(.closeParenthesis) { return }
        repeat {
            if try take(.varargs) {
                tree.functions[function.id.index].isVariadic = true
                return
            }
            guard case .name(let text) = token.kind else { throw problem("<name> or '...' expected") }
            let range = token.range
            try advance()
            try addParameter(text, .parameter, range)
        } while try take(.comma)
    }

    private mutating func addParameter(
        _ name: String, _ kind: Variable.Kind, _ range: Range<Int>
    ) throws(SyntaxProblem) {
        let variable = try declare(name, kind, range)
        activate(variable)
        try reserve(0)
        tree.functions[function.id.index].parameters.append(variable)
    }
}
