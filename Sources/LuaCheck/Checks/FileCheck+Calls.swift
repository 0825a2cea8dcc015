// SPDX-License-Identifier: MIT

import LuaSyntax

/// Checks the arguments and the places of calls.
extension FileCheck {
    mutating func checkCalls() {
        for id in tree.expressionIDs {
            guard let (function, offset, arguments) = analysis.callee(of: id) else { continue }
            checkCount(id, function, offset, arguments)
            for (index, argument) in arguments.enumerated() {
                // A call or `...` as the last argument may give no value.
                if index == arguments.count - 1, tree[argument].isMultiple { break }
                guard index + offset < function.parameters.count else { break }
                check(argument, function.parameters[index + offset], number: index + offset + 1, of: function)
            }
            if function.isForbiddenInHooks, let hook = analysis.hooks[tree[id].function] {
                report(.callInHook, "\(function.name) cannot be called in the hook \(hook)", at: id)
            }
        }
    }

    private mutating func checkCount(
        _ id: ExpressionID, _ function: Vocabulary.Function, _ offset: Int, _ arguments: [ExpressionID]
    ) {
        let isOpen = arguments.last.map { tree[$0].isMultiple } ?? false
        let count = offset + arguments.count - (isOpen ? 1 : 0)
        if !isOpen, count < function.requiredCount {
            let missing = function.parameters.filter { !$0.isOptional }[count].name
            report(
                .missingArgument, "\(function.name) needs the argument '\(missing)'", at: id,
                hint: "call \(function.signature)")
        }
        guard !function.isVariadic, count > function.parameters.count else { return }
        report(
            .extraArgument, "\(function.name) takes \(Self.count(function.parameters.count))",
            at: arguments[function.parameters.count - offset], hint: "call \(function.signature)")
    }

    private static func count(_ number: Int) -> String {
        switch number {
        case 0: "no arguments"
        case 1: "one argument"
        default: "at most \(number) arguments"
        }
    }

    private mutating func check(
        _ argument: ExpressionID, _ parameter: Vocabulary.Parameter, number: Int, of function: Vocabulary.Function
    ) {
        if case .table(let fields) = tree[argument].kind {
            if let options = parameter.options { checkKeys(of: fields, options, "the options of \(function.name)") }
            checkReserved(fields, parameter, function)
        }
        checkType(
            of: argument, parameter.type, isOptional: parameter.isOptional,
            "argument \(number) of \(function.name), '\(parameter.name)',")
    }

    private mutating func checkReserved(
        _ fields: [TableField], _ parameter: Vocabulary.Parameter, _ function: Vocabulary.Function
    ) {
        for case .named(let key, _) in fields {
            guard let name = tree.string(key), parameter.reserved.contains(name) else { continue }
            report(.reservedField, "\(function.name) cannot add '\(name)': every decision has it anyway", at: key)
        }
    }

    // MARK: - Where Lua cannot wait

    mutating func checkWaiting() {
        var places: [FunctionID: String] = [:]
        for id in tree.expressionIDs {
            guard let (function, offset, arguments) = analysis.callee(of: id), let callback = function.callback,
                callback - offset < arguments.count, callback >= offset,
                let body = analysis.function(arguments[callback - offset])
            else { continue }
            places[body] = function.name
        }
        guard !places.isEmpty else { return }
        for id in tree.expressionIDs {
            guard let place = places[tree[id].function], let callee = analysis.callee(of: id)?.function, callee.waits
            else { continue }
            report(
                .waitingCall, "\(callee.name) waits for the network, which a function called by \(place) cannot do",
                at: id)
        }
    }

    // MARK: - Comparisons

    mutating func checkComparisons() {
        for id in tree.expressionIDs {
            guard case .binary(let symbol, let left, let right) = tree[id].kind, symbol.isComparison,
                let leftType = analysis.types[left.index], let rightType = analysis.types[right.index],
                // A comparison with nil is never wrong.
                leftType.kinds != .nil, rightType.kinds != .nil
            else { continue }
            check(symbol, (left, leftType), (right, rightType), at: id)
        }
    }

    private mutating func check(
        _ symbol: Symbol, _ left: (id: ExpressionID, type: ValueType), _ right: (id: ExpressionID, type: ValueType),
        at id: ExpressionID
    ) {
        let isEquality = symbol == .equal || symbol == .notEqual
        for (value, literal) in [(left, right), (right, left)] {
            guard isLiteral(literal.id), !isLiteral(value.id) else { continue }
            if isEquality, !value.type.overlaps(literal.type) {
                let clause = meant(literal.type, value.type)
                report(
                    .impossibleComparison,
                    "\(tree.shown(value.id)) is never \(tree.shown(literal.id)): it is \(value.type.words)\(clause)",
                    at: id, hint: hint(value, literal))
            } else if !isEquality, cannotBeOrdered(value.type, literal.type) {
                report(
                    .impossibleComparison,
                    "\(tree.shown(value.id)) cannot be compared with \(tree.shown(literal.id)): it is "
                        + value.type.words,
                    at: id, hint: hint(value, literal))
            } else if value.type.kinds.contains(.integer), !value.type.kinds.contains(.float),
                case .number(.float(let number)) = tree[literal.id].kind
            {
                checkFloat(number, value, literal, isEquality, at: id)
            }
        }
    }

    private mutating func checkFloat(
        _ number: Double, _ value: (id: ExpressionID, type: ValueType), _ literal: (id: ExpressionID, type: ValueType),
        _ isEquality: Bool, at id: ExpressionID
    ) {
        let isWhole = number.rounded() == number
        guard isEquality, !isWhole || value.type.isIdentifier else { return }
        let (shown, other) = (tree.shown(value.id), tree.shown(literal.id))
        report(
            isWhole ? .floatComparison : .impossibleComparison,
            isWhole ? "\(shown) is an integer, and \(other) a float" : "\(shown) is never \(other): it is an integer",
            at: id, hint: isWhole && abs(number) < 1e15 ? "write \(Int64(number))" : nil)
    }

    private func isLiteral(_ id: ExpressionID) -> Bool {
        switch tree[id].kind {
        case .number, .string, .boolean, .table: true
        case .unary(.minus, let operand): isLiteral(operand)
        default: false
        }
    }

    /// A number and a string; other values are rarely compared by order.
    private func cannotBeOrdered(_ value: ValueType, _ literal: ValueType) -> Bool {
        let ordered: ValueType.Kinds = [.integer, .float, .string]
        return literal.kinds.isSubset(of: ordered) && value.kinds.subtracting(.nil).isSubset(of: ordered)
            && !ValueType(value.kinds.subtracting(.nil)).overlaps(ValueType(literal.kinds))
    }

    private func hint(
        _ value: (id: ExpressionID, type: ValueType), _ literal: (id: ExpressionID, type: ValueType)
    ) -> String? {
        if let text = tree.string(literal.id), !value.type.kinds.isDisjoint(with: .integer), let number = Int64(text) {
            return "write \(number) without quotation marks"
        }
        if case .number = tree[literal.id].kind, value.type.kinds.contains(.string) {
            return "write \"\(tree.shown(literal.id))\""
        }
        return nil
    }
}
