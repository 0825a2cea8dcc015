// SPDX-License-Identifier: MIT

package struct Expression: Sendable {
    package enum Kind: Sendable {
        case `nil`
        case boolean(Bool)
        case number(Number)
        case string([UInt8])
        case varargs
        case function(FunctionID)
        case name(String, Binding)
        /// `object.key`; the key is a string expression with the range of the name.
        case field(ExpressionID, key: ExpressionID)
        /// `object[key]`.
        case element(ExpressionID, key: ExpressionID)
        case call(ExpressionID, arguments: [ExpressionID])
        /// `object:name(…)`; the name is a string expression.
        case method(ExpressionID, name: ExpressionID, arguments: [ExpressionID])
        case table([TableField])
        case unary(Symbol, ExpressionID)
        case binary(Symbol, ExpressionID, ExpressionID)
        case parentheses(ExpressionID)
    }

    /// What a name stands for.
    package enum Binding: Sendable, Hashable {
        case variable(VariableID)
        /// A field of the program's own environment.
        case global
        /// A field of a local variable `_ENV`.
        case environment(VariableID)
    }

    package let kind: Kind
    package let range: Range<Int>
    /// The function that the expression is a part of.
    package let function: FunctionID
    /// Whether the expression is assigned to, and not read.
    package internal(set) var isTarget = false

    /// The expressions that this one consists of, without those in bodies of functions.
    package var parts: [ExpressionID] {
        switch kind {
        case .nil, .boolean, .number, .string, .varargs, .function, .name: []
        case .field(let object, let key), .element(let object, let key): [object, key]
        case .call(let callee, let arguments): [callee] + arguments
        case .method(let object, let name, let arguments): [object, name] + arguments
        case .table(let fields): fields.flatMap(\.parts)
        case .unary(_, let operand), .parentheses(let operand): [operand]
        case .binary(_, let left, let right): [left, right]
        }
    }

    /// Whether the expression can have several values, or none.
    package var isMultiple: Bool {
        switch kind {
        case .call, .method, .varargs: true
        default: false
        }
    }
}

/// An entry of a table constructor.
package enum TableField: Sendable {
    case positional(ExpressionID)
    /// `name = value`; the name is a string expression.
    case named(ExpressionID, value: ExpressionID)
    /// `[key] = value`.
    case keyed(ExpressionID, value: ExpressionID)

    var parts: [ExpressionID] {
        switch self {
        case .positional(let value): [value]
        case .named(let key, let value), .keyed(let key, let value): [key, value]
        }
    }

    package var value: ExpressionID {
        switch self {
        case .positional(let value), .named(_, let value), .keyed(_, let value): value
        }
    }
}
