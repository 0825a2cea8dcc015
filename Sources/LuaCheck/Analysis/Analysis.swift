// SPDX-License-Identifier: MIT

import LuaSyntax

/// What is known of a parsed file: which functions are hooks, and the values and types of its expressions.
struct Analysis {
    let file: CheckedFile
    let tree: SyntaxTree
    let vocabulary: Vocabulary
    private(set) var kind: CheckedFile.Kind
    /// For each expression, the one that it is a part of.
    let parents: [ExpressionID?]
    /// The value that an expression has in the vocabulary, directly or through a variable; else nil.
    private(set) var values: [Vocabulary.Value?]
    /// The type of an expression, if it is known.
    private(set) var types: [ValueType?]
    /// The rules that the file defines.
    let rules: [RuleTable]
    /// The functions that are only used as hooks, each with the name of its hook.
    private(set) var hooks: [FunctionID: String] = [:]
    /// For the second variable of a loop over `ipairs(list)`, the list.
    private var listElements: [VariableID: ExpressionID] = [:]

    /// A table of hooks.
    struct RuleTable {
        let fields: [TableField]
    }

    init(_ file: CheckedFile, _ tree: SyntaxTree, _ vocabulary: Vocabulary) {
        self.file = file
        self.tree = tree
        self.vocabulary = vocabulary
        kind = file.kind
        var parents = [ExpressionID?](repeating: nil, count: tree.expressions.count)
        for id in tree.expressionIDs {
            for part in tree[id].parts { parents[part.index] = id }
        }
        self.parents = parents
        values = Array(repeating: nil, count: tree.expressions.count)
        types = Array(repeating: nil, count: tree.expressions.count)
        rules = Self.rules(in: tree, word: vocabulary.ruleWord)
        noteHooks()
        noteLoops()
        for id in tree.expressionIDs {
            values[id.index] = value(of: id)
            types[id.index] = type(of: id)
        }
        kind = actualKind
    }

    // MARK: - Rules

    /// `rule "name" { … }`
    private static func rules(in tree: SyntaxTree, word: String) -> [RuleTable] {
        tree.expressions.compactMap { expression in
            guard case .call(let named, let arguments) = expression.kind, arguments.count == 1,
                case .table(let fields) = tree[arguments[0]].kind,
                case .call(let callee, _) = tree[named].kind, tree.isGlobal(callee, word)
            else { return nil }
            return RuleTable(fields: fields)
        }
    }

    private mutating func noteHooks() {
        for rule in rules {
            for case .named(let key, let value) in rule.fields {
                guard let name = tree.string(key), vocabulary.hooks[name] != nil else { continue }
                if let function = soleFunction(value) { hooks[function] = name }
            }
        }
    }

    /// The function that an expression is, if nothing else can call it.
    private func soleFunction(_ id: ExpressionID) -> FunctionID? {
        if case .name(_, .variable(let variable)) = tree[id].kind, tree[variable].reads != 1 { return nil }
        return function(id)
    }

    /// The function that an expression is: a literal, or a variable that is never assigned.
    func function(_ id: ExpressionID) -> FunctionID? {
        switch tree[id].kind {
        case .function(let function): return function
        case .name(_, .variable(let variable)) where tree[variable].assignments == 0:
            if let function = tree.localFunctions[variable] { return function }
            guard let value = tree[variable].initializer, case .function(let function) = tree[value].kind else {
                return nil
            }
            return function
        default: return nil
        }
    }

    /// The name of the hook that a function is or is defined in.
    func enclosingHook(of id: FunctionID) -> String? {
        var function: FunctionID? = id
        while let current = function {
            if let hook = hooks[current] { return hook }
            function = tree[current].parent
        }
        return nil
    }

    // MARK: - Kind

    /// A file that waits for the network while it loads, calls `verify` outside of hooks, or reads its arguments without
    /// defining a rule, is a script; a module that defines rules is a rule file.
    private var actualKind: CheckedFile.Kind {
        switch file.kind {
        case .script: return .script
        case .module: return rules.isEmpty ? .module : .rules
        case .rules:
            let isScript = tree.expressionIDs.contains { id in
                if case .name(let name, .global) = tree[id].kind, vocabulary.globalsOfScripts.contains(name) {
                    return rules.isEmpty
                }
                guard let callee = callee(of: id)?.function, callee.waits else { return false }
                let function = tree[id].function
                return function == .program || callee.isForbiddenInHooks && enclosingHook(of: function) == nil
            }
            return isScript ? .script : .rules
        }
    }

    // MARK: - Values

    private func value(of id: ExpressionID) -> Vocabulary.Value? {
        switch tree[id].kind {
        case .name(let name, .global): return vocabulary.globals[name]
        case .name(_, .variable(let variable)):
            guard tree[variable].assignments == 0, let value = tree[variable].initializer else { return nil }
            return values[value.index]
        case .parentheses(let inner): return values[inner.index]
        case .field(let object, let key), .element(let object, let key):
            guard case .table(let fields)? = values[object.index], let name = tree.string(key) else { return nil }
            return fields[name]
        default: return nil
        }
    }

    /// The function that a call calls, how many parameters come before the first argument (a method's object), and the
    /// arguments.
    func callee(of id: ExpressionID) -> (function: Vocabulary.Function, offset: Int, arguments: [ExpressionID])? {
        switch tree[id].kind {
        case .call(let callee, let arguments):
            guard case .function(let function)? = values[callee.index] else { return nil }
            return (function, 0, arguments)
        case .method(let object, let name, let arguments):
            guard types[object.index]?.kinds == .string, let name = tree.string(name),
                case .table(let strings)? = vocabulary.globals["string"], case .function(let function)? = strings[name]
            else { return nil }
            return (function, 1, arguments)
        default: return nil
        }
    }

    // MARK: - Types

    private mutating func noteLoops() {
        for function in tree.functions {
            function.body.forEach { statement in
                guard case .genericFor(let variables, let values, _) = statement.kind, variables.count == 2,
                    values.count == 1, case .call(let callee, let arguments) = tree[values[0]].kind,
                    arguments.count == 1, tree.isGlobal(callee, "ipairs")
                else { return }
                listElements[variables[1]] = arguments[0]
            }
        }
    }

    private func type(of id: ExpressionID) -> ValueType? {
        switch tree[id].kind {
        case .nil: return ValueType(.nil)
        case .boolean: return ValueType(.boolean)
        case .number(.integer): return ValueType(.integer)
        case .number(.float): return ValueType(.float)
        case .string(let bytes): return ValueType(.string, strings: [String(decoding: bytes, as: UTF8.self)])
        case .function: return ValueType(.function)
        case .table: return ValueType(.table)
        case .varargs: return nil
        case .parentheses(let inner): return types[inner.index]
        case .name(_, .variable(let variable)): return type(of: variable)
        case .name: return typeOfValue(id)
        case .field(let object, let key), .element(let object, let key): return field(id, object, key)
        case .call, .method: return callee(of: id)?.function.result
        case .unary(let symbol, let operand): return unary(symbol, types[operand.index])
        case .binary(let symbol, let left, let right):
            return binary(symbol, types[left.index], types[right.index])
        }
    }

    private func type(of id: VariableID) -> ValueType? {
        let variable = tree[id]
        guard variable.assignments == 0 else { return nil }
        switch variable.kind {
        case .local: return variable.initializer.flatMap { types[$0.index] }
        case .function: return ValueType(.function)
        case .selfParameter: return nil
        case .loop:
            return listElements[id].flatMap { types[$0.index]?.elements }.map { ValueType(.table, record: $0) }
        case .parameter:
            guard let hook = hooks[variable.function].flatMap({ vocabulary.hooks[$0] }),
                let index = tree[variable.function].parameters.firstIndex(of: id), index < hook.parameters.count
            else { return nil }
            return ValueType(.table, record: hook.parameters[index])
        }
    }

    private func typeOfValue(_ id: ExpressionID) -> ValueType? {
        switch values[id.index] {
        case .value(let type)?: type
        default: nil
        }
    }

    private func field(_ id: ExpressionID, _ object: ExpressionID, _ key: ExpressionID) -> ValueType? {
        if let record = types[object.index]?.record {
            return tree.string(key).flatMap { vocabulary.records[record]?.fields[$0] }
        }
        if let elements = types[object.index]?.elements, types[key.index]?.kinds.isSubset(of: .number) == true {
            return ValueType([.table, .nil], record: elements)
        }
        return typeOfValue(id)
    }

    private func unary(_ symbol: Symbol, _ operand: ValueType?) -> ValueType? {
        switch symbol {
        case .not: ValueType(.boolean)
        case .minus where operand?.kinds == .integer || operand?.kinds == .float: operand
        default: nil
        }
    }

    private func binary(_ symbol: Symbol, _ left: ValueType?, _ right: ValueType?) -> ValueType? {
        switch symbol {
        case .and:
            guard let left, let right else { return nil }
            let falsy = left.kinds.intersection([.nil, .boolean])
            return falsy.isEmpty ? right : ValueType(falsy).union(right)
        case .or:
            guard var left, let right else { return nil }
            left.kinds.remove(.nil)
            return left.kinds.isEmpty ? right : left.union(right)
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: return ValueType(.boolean)
        case .plus, .minus, .times:
            guard let left, let right, left.kinds == .integer, right.kinds == .integer else { return nil }
            return ValueType(.integer)
        default: return nil
        }
    }
}
