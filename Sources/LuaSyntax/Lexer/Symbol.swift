// SPDX-License-Identifier: MIT

/// A token whose text is always the same: reserved words, operators and punctuation.
package enum Symbol: String, Sendable, CaseIterable {
    case and, `break`, `do`, `else`, `elseif`, end, `false`, `for`, function, goto, `if`, `in`, local, `nil`, not, or
    case `repeat`, `return`, then, `true`, until, `while`

    case plus = "+"
    case minus = "-"
    case times = "*"
    case over = "/"
    case floorOver = "//"
    case modulo = "%"
    case power = "^"
    case length = "#"
    case bitAnd = "&"
    case bitNot = "~"
    case bitOr = "|"
    case shiftLeft = "<<"
    case shiftRight = ">>"
    case equal = "=="
    case notEqual = "~="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case less = "<"
    case greater = ">"
    case assign = "="
    case openParenthesis = "("
    case closeParenthesis = ")"
    case openBrace = "{"
    case closeBrace = "}"
    case openBracket = "["
    case closeBracket = "]"
    case doubleColon = "::"
    case semicolon = ";"
    case colon = ":"
    case comma = ","
    case dot = "."
    case concatenate = ".."
    case varargs = "..."

    /// The reserved words by their text.
    static let words: [String: Symbol] = Dictionary(
        uniqueKeysWithValues: allCases.filter { $0.rawValue.utf8.allSatisfy(Lexer.isLetter) }.map { ($0.rawValue, $0) })
}

/// The smallest unit of a program.
struct Token {
    enum Kind: Equatable {
        case name(String)
        case number(Number)
        /// With its escape sequences replaced.
        case string([UInt8])
        case symbol(Symbol)
        /// A byte that no program has outside of strings and comments.
        case unknown
        case end
    }

    let kind: Kind
    let range: Range<Int>

    func `is`(_ symbol: Symbol) -> Bool { kind == .symbol(symbol) }
}

/// The value of a numeral.
package enum Number: Sendable, Hashable {
    case integer(Int64)
    case float(Double)
}

/// A comment with its delimiters.
package struct Comment: Sendable {
    package let range: Range<Int>
    /// Whether it ends with its line.
    package let isLine: Bool
}
