// SPDX-License-Identifier: MIT

import Generators
import MoondialLua

/// Programs of blocks, loops, `break`, `goto` and to-be-closed variables must log the same as a simple interpreter of
/// such programs, which does not use registers.
enum RepairFuzz {
    static func run(_ random: inout SeededGenerator) throws -> Int {
        let count = 100
        let vm = try LuaVM()
        for _ in 0..<count {
            var program = Program()
            let text = program.make(&random)
            let meter = LuaMeter()
            meter.cpuLimit = .seconds(1)
            let thread = try vm.makeThread(meter: meter)
            defer { thread.close() }
            switch thread.start(try vm.load(Array(text.utf8), name: .file("fuzz"))) {
            case .returned(var values):
                let log = values.nextOrNil().text ?? "?"
                if log != program.expected {
                    throw Fuzz.Finding(input: text, problem: "it logged \(log), and not \(program.expected)")
                }
            case .failed(let error): throw Fuzz.Finding(input: text, problem: "\(error)")
            case .waiting: throw Fuzz.Finding(input: text, problem: "the thread waits")
            }
        }
        return count
    }
}

/// A program, and the log that is expected of it.
private struct Program {
    private indirect enum Statement {
        case log(Int)
        case local(Int)  // variables that are not used, which take registers
        case captured(Int)  // a variable that a function captures
        case closing(Int)
        case block([Statement])
        case loop(Loop, Int, rounds: Int, [Statement])
        /// Leaves the innermost loop in round `round`, counted from 1; 0 means in every round.
        case leave(Exit, round: Int)
    }

    private enum Loop: CaseIterable { case numeric, generic, whileLoop, repeatLoop }
    private enum Exit { case breaks, continues }

    private enum End { case normal, breaks, continues }

    private(set) var expected = ""
    private var names = 0
    private var log: [String] = []

    mutating func make(_ random: inout SeededGenerator) -> String {
        let body = statements(&random, depth: 0, inLoop: false)
        _ = perform(body, round: 0)
        expected = log.joined(separator: " ")
        return """
            local log = {}
            local function closing(name)
              return setmetatable({}, {__close = function() log[#log + 1] = 'c' .. name end})
            end
            do
            \(write(body, loop: 0))
            end
            return table.concat(log, ' ')
            """
    }

    // MARK: - Making

    private mutating func name() -> Int {
        names += 1
        return names
    }

    private mutating func statements(_ random: inout SeededGenerator, depth: Int, inLoop: Bool) -> [Statement] {
        let count = 1 + random.below(5)
        var all: [Statement] = []
        for _ in 0..<count { all.append(statement(&random, depth: depth, inLoop: inLoop)) }
        return all
    }

    private mutating func statement(_ random: inout SeededGenerator, depth: Int, inLoop: Bool) -> Statement {
        switch random.below(depth < 4 ? 9 : 5) {
        case 0: return .log(name())
        case 1: return .local(1 + random.below(3))
        case 2: return .captured(name())
        case 3: return .closing(name())
        case 4:
            return inLoop ? .leave(random.below(2) == 0 ? .breaks : .continues, round: random.below(3)) : .log(name())
        case 5: return .block(statements(&random, depth: depth + 1, inLoop: inLoop))
        default:
            let kind = Loop.allCases[random.below(Loop.allCases.count)]
            let number = name()
            let rounds = 1 + random.below(3)
            return .loop(kind, number, rounds: rounds, statements(&random, depth: depth + 1, inLoop: true))
        }
    }

    // MARK: - Writing

    private func write(_ statements: [Statement], loop: Int) -> String {
        statements.map { write($0, loop: loop) }.joined(separator: "\n")
    }

    private func write(_ statement: Statement, loop: Int) -> String {
        switch statement {
        case .log(let name): return "log[#log + 1] = 'l\(name)'"
        case .local(let count): return (0..<count).map { "local x\($0) = \($0)" }.joined(separator: " ")
        case .captured(let name): return "local v\(name) = {} local function f\(name)() return v\(name) end"
        case .closing(let name): return "local c\(name) <close> = closing(\(name))"
        case .block(let body): return "do\n\(write(body, loop: loop))\nend"
        case .leave(let exit, let round):
            let jump = exit == .breaks ? "break" : "goto continue\(loop)"
            return round == 0 ? "do \(jump) end" : "if i\(loop) == \(round) then \(jump) end"
        case .loop(let kind, let number, let rounds, let body): return write(kind, number, rounds, body)
        }
    }

    private func write(_ kind: Loop, _ number: Int, _ rounds: Int, _ body: [Statement]) -> String {
        let label = "::continue\(number)::"
        // In half of the loops, the body is a block of its own; in the others, its variables are in scope up to the
        // label.
        let text = number.isMultiple(of: 2) ? "do\n\(write(body, loop: number))\nend" : write(body, loop: number)
        let values = (1...rounds).map(String.init).joined(separator: ", ")
        switch kind {
        case .numeric: return "for i\(number) = 1, \(rounds) do\n\(text)\n\(label)\nend"
        case .generic:
            return "for i\(number) in next, {\(values)}, nil, closing(\(number)) do\n\(text)\n\(label)\nend"
        case .whileLoop:
            return
                "local i\(number) = 0\nwhile i\(number) < \(rounds) do i\(number) = i\(number) + 1\n\(text)\n\(label)\nend"
        case .repeatLoop:
            return """
                local i\(number) = 0
                repeat i\(number) = i\(number) + 1
                do
                \(text)
                \(label)
                end
                until i\(number) >= \(rounds)
                """
        }
    }

    // MARK: - Performing

    private mutating func perform(_ statements: [Statement], round: Int) -> End {
        var open: [Int] = []
        var end = End.normal
        loop: for statement in statements {
            switch statement {
            case .log(let name): log.append("l\(name)")
            case .local, .captured: break
            case .closing(let name): open.append(name)
            case .block(let body): end = perform(body, round: round)
            case .leave(let exit, let when):
                if when == 0 || when == round { end = exit == .breaks ? .breaks : .continues }
            case .loop(let kind, let number, let rounds, let body):
                for round in 1...rounds where perform(body, round: round) == .breaks { break }
                if kind == .generic { log.append("c\(number)") }
            }
            if end != .normal { break loop }
        }
        for name in open.reversed() { log.append("c\(name)") }
        return end
    }
}
