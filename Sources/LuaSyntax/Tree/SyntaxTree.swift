// SPDX-License-Identifier: MIT

/// A Lua program that has been parsed, with its names resolved.
///
/// Expressions, variables and functions lie in arrays and refer to each other by index, so that code which visits
/// them needs no recursion, however deep the nesting. An expression comes after its parts.
package struct SyntaxTree: Sendable {
    package let source: SourceText
    package internal(set) var expressions: [Expression] = []
    package internal(set) var variables: [Variable] = []
    /// The first is the program itself.
    package internal(set) var functions: [Function] = []
    /// The functions of `local function` statements, by the variables that these declare.
    package internal(set) var localFunctions: [VariableID: FunctionID] = [:]
    /// The comments in the order of the text.
    package internal(set) var comments: [Comment] = []

    /// Parses a whole file: the program begins at ``SourceText/programStart``.
    ///
    /// - Throws: The first error that Lua's own compiler would report.
    package init(file bytes: [UInt8], nesting: Int = Self.nesting) throws(SyntaxProblem) {
        let source = SourceText(bytes)
        try self.init(source, from: source.programStart, nesting: nesting)
    }

    /// Parses a chunk, which is the text from its first byte on.
    package init(chunk bytes: [UInt8], nesting: Int = Self.nesting) throws(SyntaxProblem) {
        try self.init(SourceText(bytes), from: 0, nesting: nesting)
    }

    private init(_ source: SourceText, from start: Int, nesting: Int) throws(SyntaxProblem) {
        var parser = Parser(source, from: start, nesting: nesting)
        try parser.parseProgram()
        self = parser.tree
    }

    /// An empty tree for the parser to fill.
    init(empty source: SourceText) { self.source = source }

    /// How deep statements and expressions may nest when a file is loaded by a host (LUAI_MAXCCALLS, of which the host's
    /// own calls take some).
    package static let nesting = 199

    package subscript(id: ExpressionID) -> Expression { expressions[id.index] }
    package subscript(id: VariableID) -> Variable { variables[id.index] }
    package subscript(id: FunctionID) -> Function { functions[id.index] }

    /// All expressions, each after its parts.
    package var expressionIDs: some Sequence<ExpressionID> { expressions.indices.lazy.map(ExpressionID.init) }
    package var variableIDs: some Sequence<VariableID> { variables.indices.lazy.map(VariableID.init) }
    package var functionIDs: some Sequence<FunctionID> { functions.indices.lazy.map(FunctionID.init) }
}

/// Names an expression of one tree.
package struct ExpressionID: Sendable, Hashable {
    package let index: Int

    package init(_ index: Int) { self.index = index }
}

/// Names a variable of one tree.
package struct VariableID: Sendable, Hashable {
    package let index: Int

    package init(_ index: Int) { self.index = index }
}

/// Names a function of one tree.
package struct FunctionID: Sendable, Hashable {
    package let index: Int

    package init(_ index: Int) { self.index = index }

    /// The program itself.
    package static let program = FunctionID(0)
}

/// A local variable or parameter. The `self` of a method is one, too.
package struct Variable: Sendable {
    package enum Kind: Sendable {
        case local, function, parameter, loop
        /// The `self` of `function a:b()`, which is not written in the text.
        case selfParameter
    }

    package enum Attribute: String, Sendable {
        case const, close
    }

    package let name: String
    package let kind: Kind
    package let attribute: Attribute?
    /// The range of the variable's name in its declaration.
    package let range: Range<Int>
    /// The function that declares the variable.
    package let function: FunctionID
    /// The expression that gives its first value, if that expression is for this variable alone.
    package internal(set) var initializer: ExpressionID?
    package internal(set) var reads = 0
    /// How often it is assigned, without its declaration.
    package internal(set) var assignments = 0
}

/// A function with its body.
package struct Function: Sendable {
    /// The function around it; nil for the program.
    package let parent: FunctionID?
    package internal(set) var parameters: [VariableID] = []
    package internal(set) var isVariadic = false
    package internal(set) var body = Block(statements: [])
    package internal(set) var range: Range<Int>
}
