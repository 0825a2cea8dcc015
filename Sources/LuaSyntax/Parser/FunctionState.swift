// SPDX-License-Identifier: MIT

/// The state of a function while the parser is inside of it.
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
        /// The labels that the block has declared.
        var labels: [String] = []
    }

    /// A `goto` or `break` whose label has not been parsed yet.
    struct Jump {
        /// Nil for `break`.
        let label: String?
        let range: Range<Int>
        /// The number of variables in scope at the jump; reduced to that of each block that the parser leaves.
        var activeCount: Int
        var isResolved = false
    }

    struct Label {
        let activeCount: Int
        let range: Range<Int>
    }

    let id: FunctionID
    /// The index of the function's first variable in the parser's list of active variables.
    let firstActive: Int
    /// The number of variables in scope, and of those that come into scope at the end of the statement that declares
    /// them.
    var declaredCount = 0
    /// The number of registers that variables hold.
    var registers = 0
    /// The number of registers that parts of expressions hold.
    var temporaries = 0
    var upvalues: Set<Upvalue> = []
    var blocks: [BlockState] = []
    var jumps: [Jump] = []
    var jumpsByLabel: [String?: [Int]] = [:]
    var labels: [String: Label] = [:]
}

/// A variable in scope. The hidden variables that Lua makes for loops have no id.
struct ActiveVariable {
    let name: String
    let id: VariableID?
    /// Whether it is a constant whose value is known when the program is compiled.
    let isCompileTimeConstant: Bool
}
