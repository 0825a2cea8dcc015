// SPDX-License-Identifier: MIT

/// Expressions, all of which except the last have been put into registers.
struct ExpressionList {
    var ids: [ExpressionID]
    var last: Operand
}

extension Parser {
    mutating func expressionList() throws(SyntaxProblem) -> ExpressionList {
        let first = try expression()
        var list = ExpressionList(ids: [first.id], last: first)
        while try take(.comma) {
            try toNextRegister(&list.last)
            list.last = try expression()
            list.ids.append(list.last.id)
        }
        return list
    }

    mutating func expression() throws(SyntaxProblem) -> Operand { try expression(above: 0) }

    /// An expression of operators that bind more strongly than `limit`.
    private mutating func expression(above limit: Int) throws(SyntaxProblem) -> Operand {
        try nested { parser throws(SyntaxProblem) in
            let start = parser.token.range.lowerBound
            var left = try parser.unaryOrSimple()
            while case .symbol(let symbol) = parser.token.kind, let priority = symbol.priority, priority.left > limit {
                try parser.advance()
                try parser.prepareLeft(&left, of: symbol)
                let right = try parser.expression(above: priority.right)
                let place = try parser.place(of: symbol, left, right)
                left = Operand(id: parser.add(.binary(symbol, left.id, right.id), from: start), place: place)
            }
            return left
        }
    }

    private mutating func unaryOrSimple() throws(SyntaxProblem) -> Operand {
        let start = token.range.lowerBound
        guard case .symbol(let symbol) = token.kind, symbol.isUnaryOperator else { return try simpleExpression() }
        try advance()
        var operand = try expression(above: Symbol.unaryPriority)
        let place: Operand.Place
        switch operand.place {
        case .numeral where symbol == .minus || symbol == .bitNot: place = .numeral
        case .numeral where symbol == .not, .constant where symbol == .not: place = .constant
        case .jump where symbol == .not: place = .jump
        default:
            try toAnyRegister(&operand)
            release(operand.held)
            place = .relocatable
        }
        return Operand(id: add(.unary(symbol, operand.id), from: start), place: place)
    }

    private mutating func simpleExpression() throws(SyntaxProblem) -> Operand {
        let range = token.range
        switch token.kind {
        case .number(let number): return try literal(.number(number), .numeral)
        case .string(let bytes): return try literal(.string(bytes), .constant)
        case .symbol(.nil): return try literal(.nil, .constant)
        case .symbol(.true): return try literal(.boolean(true), .constant)
        case .symbol(.false): return try literal(.boolean(false), .constant)
        case .symbol(.varargs):
            guard tree[function.id].isVariadic else {
                throw problem("cannot use '...' outside a vararg function")
            }
            return try literal(.varargs, .varargs)
        case .symbol(.openBrace): return try table()
        case .symbol(.function):
            try advance()
            let body = try functionBody(isMethod: false, from: range.lowerBound)
            try reserve(1)
            return Operand(id: add(.function(body), from: range.lowerBound), place: .register)
        default: return try suffixedExpression()
        }
    }

    private mutating func literal(_ kind: Expression.Kind, _ place: Operand.Place) throws(SyntaxProblem) -> Operand {
        let range = token.range
        try advance()
        return Operand(id: add(kind, range), place: place)
    }

    // MARK: - Registers of operators

    private mutating func prepareLeft(_ left: inout Operand, of symbol: Symbol) throws(SyntaxProblem) {
        switch symbol {
        case .and, .or:
            discharge(&left)
            switch left.place {
            case .numeral, .constant, .jump: break
            default: try toAnyRegister(&left)
            }
            release(left.held)
            left.place = .jump
        case .concatenate: try toNextRegister(&left)
        case .equal, .notEqual:
            if !left.isConstant { try toAnyRegister(&left) }
        default:
            if case .numeral = left.place { return }
            try toAnyRegister(&left)
        }
    }

    /// The place of an operator's result. Releases the registers of the operands.
    private mutating func place(
        of symbol: Symbol, _ left: Operand, _ operand: Operand
    ) throws(SyntaxProblem) -> Operand.Place {
        var right = operand
        switch symbol {
        case .and, .or:
            discharge(&right)
            return right.held > 0 ? .register : .relocatable
        case .concatenate:
            try toNextRegister(&right)
            release(1)
            return .register
        default: break
        }
        if case .numeral = left.place, case .numeral = right.place, !symbol.isComparison { return .numeral }
        if case .numeral = right.place {
        } else if !(right.isConstant && (symbol == .equal || symbol == .notEqual)) {
            try toAnyRegister(&right)
        }
        release(left.held + right.held)
        return symbol.isComparison ? .jump : .relocatable
    }
}

extension Symbol {
    static let unaryPriority = 12

    var isUnaryOperator: Bool {
        switch self {
        case .not, .minus, .bitNot, .length: true
        default: false
        }
    }

    package var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
        default: false
        }
    }

    /// How strongly a binary operator binds to its left and to its right (reference manual, section 3.4.8).
    var priority: (left: Int, right: Int)? {
        switch self {
        case .or: (1, 1)
        case .and: (2, 2)
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: (3, 3)
        case .bitOr: (4, 4)
        case .bitNot: (5, 5)
        case .bitAnd: (6, 6)
        case .shiftLeft, .shiftRight: (7, 7)
        case .concatenate: (9, 8)
        case .plus, .minus: (10, 10)
        case .times, .over, .floorOver, .modulo: (11, 11)
        case .power: (14, 13)
        default: nil
        }
    }
}
