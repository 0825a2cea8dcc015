// SPDX-License-Identifier: MIT

/// Parses a program and resolves its names in one pass, with the checks and limits of Lua's own compiler
/// (reference manual, section 9; lparser.c of Lua 5.4).
struct Parser {
    private var lexer: Lexer
    private(set) var token = Token(kind: .end, range: 0..<0)
    private var peeked: Token?
    /// Where the token before the current one ends.
    private(set) var lastEnd = 0
    var tree: SyntaxTree
    /// The functions around the current place, outermost first.
    var functions: [FunctionState] = []
    var active: [ActiveVariable] = []
    /// The variables in scope by name, innermost last.
    var visible: [String: [VariableID]] = [:]
    /// The variables with the attribute `const` whose values are known when the program is compiled.
    var compileTimeConstants: Set<VariableID> = []
    private var level = 0
    private let nesting: Int

    init(_ source: SourceText, from start: Int, nesting: Int) {
        lexer = Lexer(source.bytes, from: start)
        tree = SyntaxTree(empty: source)
        self.nesting = nesting
    }

    mutating func parseProgram() throws(SyntaxProblem) {
        tree.functions.append(Function(parent: nil, range: token.range.lowerBound..<tree.source.bytes.count))
        tree.functions[0].isVariadic = true
        functions.append(FunctionState(id: .program, firstActive: 0))
        function.upvalues.insert(.environment)
        enterBlock()
        try advance()
        let body = try statementList()
        guard token.kind == .end else { throw expected("<eof>") }
        try leaveBlock()
        tree.functions[0].body = body
        tree.comments = lexer.comments
    }

    /// The innermost function.
    var function: FunctionState {
        _read { yield functions[functions.count - 1] }
        _modify { yield &functions[functions.count - 1] }
    }

    // MARK: - Tokens

    mutating func advance() throws(SyntaxProblem) {
        lastEnd = token.range.upperBound
        if let next = peeked {
            token = next
            peeked = nil
        } else {
            token = try lexer.next()
        }
    }

    /// The token after the current one.
    mutating func peek() throws(SyntaxProblem) -> Token {
        if let peeked { return peeked }
        let next = try lexer.next()
        peeked = next
        return next
    }

    mutating func take(_ symbol: Symbol) throws(SyntaxProblem) -> Bool {
        guard token.is(symbol) else { return false }
        try advance()
        return true
    }

    mutating func expect(_ symbol: Symbol) throws(SyntaxProblem) {
        guard try take(symbol) else { throw expected("'\(symbol.rawValue)'") }
    }

    /// Expects the symbol that closes what `opening` has opened at `start`.
    mutating func expect(_ symbol: Symbol, closing opening: Symbol, at start: Int) throws(SyntaxProblem) {
        if try take(symbol) { return }
        let line = tree.source.line(at: start)
        if line == tree.source.line(at: token.range.lowerBound) { throw expected("'\(symbol.rawValue)'") }
        throw problem("'\(symbol.rawValue)' expected (to close '\(opening.rawValue)' at line \(line))")
    }

    /// A name with its range.
    mutating func name() throws(SyntaxProblem) -> (text: String, range: Range<Int>) {
        guard case .name(let text) = token.kind else { throw expected("<name>") }
        let range = token.range
        try advance()
        return (text, range)
    }

    // MARK: - Problems

    func expected(_ what: String) -> SyntaxProblem { problem("\(what) expected") }

    /// A problem with the current token.
    func problem(_ message: String) -> SyntaxProblem {
        let shown =
            token.kind == .end ? "<eof>" : "'\(String(tree.source.text(in: token.range).prefix(80)))'"
        return SyntaxProblem(message: "\(message) near \(shown)", range: token.range)
    }

    // MARK: - Nesting

    mutating func nested<Result>(
        _ body: (inout Parser) throws(SyntaxProblem) -> Result
    ) throws(SyntaxProblem) -> Result {
        level += 1
        guard level < nesting else { throw problem("C stack overflow") }
        let result = try body(&self)
        level -= 1
        return result
    }

    // MARK: - Building

    mutating func add(_ kind: Expression.Kind, from start: Int) -> ExpressionID {
        add(kind, start..<max(start, lastEnd))
    }

    mutating func add(_ kind: Expression.Kind, _ range: Range<Int>) -> ExpressionID {
        tree.expressions.append(Expression(kind: kind, range: range, function: function.id))
        return ExpressionID(tree.expressions.count - 1)
    }
}
