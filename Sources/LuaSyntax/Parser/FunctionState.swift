// SPDX-License-Identifier: MIT

/// What the parser knows of a function while it is in it.
struct FunctionState {
    /// A variable of an outer function, or the program's environment.
    enum Upvalue: Hashable {
        case variable(VariableID)
        case environment
    }

    struct BlockState {
        let isLoop: Bool
        /// The variables in scope when the block began.
        let activeCount: Int
        let firstJump: Int
        /// The labels that it has declared.
        var labels: [String] = []
    }

    /// A `goto` or `break` whose label has not come yet.
    struct Jump {
        /// Nil for `break`.
        let label: String?
        let range: Range<Int>
        /// The variables in scope there, as seen from the block that the parser is in.
        var activeCount: Int
        var isResolved = false
    }

    struct Label {
        let activeCount: Int
        let range: Range<Int>
    }

    let id: FunctionID
    /// Of the parser's list of active variables, those from here on are this function's.
    let firstActive: Int
    /// Variables in scope, and those that are declared and come into scope at the end of their statement.
    var declaredCount = 0
    /// Held by variables.
    var registers = 0
    /// Held by parts of expressions.
    var temporaries = 0
    var upvalues: Set<Upvalue> = []
    var blocks: [BlockState] = []
    var jumps: [Jump] = []
    var jumpsByLabel: [String?: [Int]] = [:]
    var labels: [String: Label] = [:]
}

/// A variable in scope. Those that Lua makes for loops have no identity.
struct ActiveVariable {
    let name: String
    let id: VariableID?
    /// It is a constant that is known when the program is compiled.
    let isCompileTimeConstant: Bool
}
