// SPDX-License-Identifier: MIT

/// Makes programs of all constructs. Most are correct; some use a label or a constant wrongly.
package struct ProgramGenerator {
    package private(set) var generator: SeededGenerator
    private var depth = 0
    private let names = ["a", "b", "c", "req", "x1", "_y", "_ENV", "self"]

    package init(_ generator: SeededGenerator) { self.generator = generator }

    package mutating func program() -> String { block() }

    private mutating func block() -> String {
        depth += 1
        defer { depth -= 1 }
        var text = ""
        for _ in 0..<generator.below(depth > 5 ? 2 : 6) { text += statement() + generator.pick(["\n", " ", ";"]) }
        if generator.chance(20) { text += "return \(generator.chance(80) ? list() : "")" }
        return text + "\n"
    }

    private mutating func name() -> String { generator.pick(names) }

    private mutating func list() -> String {
        (0...generator.below(3)).map { _ in expression() }.joined(separator: ", ")
    }

    private mutating func names(upTo count: Int) -> String {
        (0...generator.below(count)).map { _ in name() }.joined(separator: ", ")
    }

    private mutating func statement() -> String {
        switch generator.below(18) {
        case 0: return "local \(names(upTo: 3)) = \(list())"
        case 1: return "local \(name()) <\(generator.pick(["const", "close", "const"]))> = \(expression())"
        case 2: return "local \(names(upTo: 2))"
        case 3: return "\(target()) = \(expression())"
        case 4: return "\(target()), \(target()) = \(list())"
        case 5: return "do \(block()) end"
        case 6: return "while \(expression()) do \(block()) \(generator.chance(30) ? "break" : "") end"
        case 7: return "repeat \(statement()) until \(expression())"
        case 8: return "if \(expression()) then \(block()) elseif \(expression()) then \(block()) else \(block()) end"
        case 9: return "for \(name()) = \(expression()), \(expression()) do \(block()) end"
        case 10: return "for \(names(upTo: 3)) in \(list()) do \(block()) end"
        case 11: return "function \(name()).\(name()):\(name())(\(names(upTo: 2)), ...) \(block()) end"
        case 12: return "local function \(name())(\(names(upTo: 2))) \(block()) end"
        case 13: return "goto l\(generator.below(3))"
        case 14: return "::l\(generator.below(3))::"
        case 15: return "if \(expression()) then break end"
        default: return call()
        }
    }

    private mutating func target() -> String {
        switch generator.below(3) {
        case 0: name()
        case 1: "\(name()).\(name())"
        default: "\(name())[\(expression())]"
        }
    }

    private mutating func call() -> String {
        switch generator.below(4) {
        case 0: "\(name())(\(list()))"
        case 1: "\(name()):\(name())(\(generator.chance(50) ? list() : ""))"
        case 2: "\(name()) { \(list()) }"
        default: "\(name()).\(name()) 'text'"
        }
    }

    private mutating func expression() -> String {
        depth += 1
        defer { depth -= 1 }
        let literals = ["nil", "true", "1", "0x1p4", "2.5", "'s'", "[[l]]", "..."]
        if depth > 7 { return generator.chance(50) ? name() : generator.pick(literals) }
        switch generator.below(10) {
        case 0, 1: return generator.pick(literals)
        case 2, 3: return name()
        case 4: return call()
        case 5:
            let operators = [
                "+", "-", "*", "/", "//", "%", "^", "..", "<<", ">>", "&", "|", "~", "==", "~=", "<", ">=", "and", "or",
            ]
            return "\(expression()) \(generator.pick(operators)) \(expression())"
        case 6: return "\(generator.pick(["-", "not ", "#", "~"]))\(expression())"
        case 7: return "{ \(expression()), \(name()) = \(expression()), [\(expression())] = \(expression()); }"
        case 8: return "(\(expression())).\(name())"
        default: return "function(\(names(upTo: 2))\(generator.chance(50) ? ", ..." : "")) \(block()) end"
        }
    }
}
