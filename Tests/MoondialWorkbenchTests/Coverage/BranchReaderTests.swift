// SPDX-License-Identifier: MIT

import Generators
import MoondialLua
import MoondialRules
import Testing

@testable import MoondialWorkbench

/// Branch coverage that is derived from counts of lines agrees with the branches that programs took.
@Suite struct BranchReaderTests {
    /// Runs a program once, after another text, and reads its coverage.
    private func run(_ text: String, after before: String = "") throws -> (values: [LuaValue], file: CoveredFile) {
        var configuration = LuaVM.Configuration()
        configuration.countsLines = true
        let vm = try LuaVM(configuration)
        let thread = try vm.makeThread(meter: LuaMeter())
        defer { thread.close() }
        _ = thread.start(try vm.load(Array(before.utf8), name: .label("before"))) { _ in }
        switch thread.start(try vm.load(Array(text.utf8), name: .file("p.lua")), arguments: { _ in }) {
        case .returned(var reader):
            var values: [LuaValue] = []
            while let value = reader.next() { values.append(value) }
            let counts = vm.lineCounts()[.file("p.lua")] ?? LuaLineCounts()
            return (values, CoveredFile(name: "p.lua", text: Array(text.utf8), counts: counts))
        case .failed(let error): throw error
        case .waiting: throw CancellationError()
        }
    }

    private func covered(_ text: String) throws -> CoveredFile { try run(text).file }

    private func arms(_ text: String) throws -> [String] {
        try covered(text).branches.map { branch in
            "\(branch.line): " + branch.arms.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
        }
    }

    @Test(arguments: [
        ("if", "if x > 1 then\n  y = 1\nend", ["2: then 1, no arm 2"]),
        ("a guard on one line", "if x > 1 then return 1 end\ny = x", ["2: then 1, no arm 2"]),
        ("a guard at the end", "if x > 1 then return 1 end", ["2: then 1, no arm 2"]),
        ("an arm on one line that goes on", "if x > 1 then y = 1 end\ny = x", []),
        ("else", "if x > 1 then\n  y = 1\nelse\n  y = 2\nend", ["2: then 1, else 2"]),
        (
            "elseif", "if x > 1 then\n  y = 1\nelseif x > 0 then\n  y = 2\nend",
            ["2: then 1, next condition 2", "4: then 1, no arm 1"]
        ),
        ("while", "while x > 0 do\n  x = x - 1\nend", ["2: body 3, end of the loop 3"]),
        ("while true", "while true do\n  if x > 0 then break end\n  x = x + 1\nend", ["3: then 3, no arm 1"]),
        (
            "break on a line of its own", "while true do\n  if x > 0 then\n    break\n  end\n  x = x + 1\nend",
            ["3: then 3, no arm 1"]
        ),
        ("a guard before a break", "while true do\n  if x > 5 then return 1 end\n  break\nend", []),
        ("repeat", "repeat\n  x = x - 1\nuntil x < 0\ny = x", ["4: again 3, end of the loop 3"]),
        (
            "or over lines", "if x == 2\n  or x == 1 then\n  y = 1\nend",
            ["2: then 2, no arm 1", "3: right side 2, left side alone 1"]
        ),
        (
            "and over lines", "if x > 0 and\n  not (x == 1)\nthen\n  y = 1\nend",
            ["2: then 1, no arm 2", "3: right side 2, left side alone 1"]
        ),
        // Lua loads the left side on the line of the operator, so the counts do not show whether the right side ran.
        ("or of values over lines", "if t.a\n  or t.b then\n  y = 1\nend", ["2: then 3"]),
        ("a condition that spans a call", "if (function()\n  return x > 1\nend)() then\n  y = 1\nend", ["2: then 1"]),
    ])
    func armsOfBranchesAreFoundWithTheirCounts(_ name: String, _ body: String, _ expected: [String]) throws {
        let found = try arms("local t, y = { b = true } local function f(x)\n\(body)\nend\nf(0) f(1) f(2)")
        #expect(found == expected, "\(name)")
    }

    @Test(arguments: [
        ("local a\nlocal b = 1\nb = nil\n", [2: 1]),
        ("local a <const> = 1 + 2\nprint = a\n", [2: 1]),
        ("local function f()\n  return 1\nend\n", [1: 1, 2: 0]),
        ("t = {\n  a = 1,\n  b = function()\n    return 2\n  end,\n}\n", [1: 2, 4: 0]),
        ("do\n  x = 1\nend\n::l::\nwhile true do\n  x = 2\n  break\nend\n", [2: 1, 6: 1, 7: 1]),
        ("#!/usr/bin/moondial\nx = 1\n", [2: 1]),
    ])
    func linesWithCodeAreFound(_ text: String, _ expected: [Int: Int]) throws {
        let chunk = text.hasPrefix("#") ? text.replacing("#!", with: "--") : text
        let file = try covered(chunk)
        #expect(Set(file.lines.map(\.number)) == Set(expected.keys), "\(text)")
        for line in file.lines { #expect((line.count > 0) == ((expected[line.number] ?? 0) > 0), "\(text) \(line)") }
        #expect(CoveredFile(name: "", text: Array(text.utf8), counts: LuaLineCounts()).lines.count == file.lines.count)
    }

    @Test func missedLinesAreJoinedToRanges() throws {
        let file = try covered("local x = 1\nif x > 1 then\n  x = 2\n\n  x = 3\nend\nif x > 2 then\n  x = 4\nend")
        #expect(file.missedLines == [3...5, 8...8])
        #expect(file.missedText == "3-5, 8")
    }

    @Test func countingLinesRaisesTheCPULimits() {
        var settings = TestSettings()
        let (hook, test) = (settings.run.limits.hookCPU, settings.cpuLimit)
        settings.countLines()
        #expect(settings.countsLines)
        #expect(settings.run.limits.hookCPU == hook * 10)
        #expect(settings.cpuLimit == test * 10)
    }

    /// The programs have nested statements, and each condition counts its results.
    @Test func coverageAgreesWithCountersInGeneratedPrograms() throws {
        var checkedArms = 0
        for seed in 1...150 {
            var program = BranchProgram(SeededGenerator(seed: UInt64(seed)))
            let text = program.text()
            let (values, file) = try run(text, after: BranchProgram.counters)
            let truth = values.compactMap { if case .integer(let number) = $0 { Int(number) } else { nil } }
            for branch in file.branches {
                let number = try #require(program.conditions[branch.line], "\(text)\n\(branch)")
                let (yes, no) = (truth[2 * number], truth[2 * number + 1])
                for arm in branch.arms {
                    let isWay = ["then", "body", "end of the loop"].contains(arm.name)
                    let isEnd = arm.name == "end of the loop" && branch.arms.contains { $0.name == "body" }
                    let expected = isWay && !isEnd ? yes : no
                    #expect((arm.count > 0) == (expected > 0), "\(text)\n\(branch) \(yes) \(no)")
                    checkedArms += 1
                }
            }
        }
        #expect(checkedArms > 1000)
    }
}

/// Generates programs whose conditions count their results.
private struct BranchProgram {
    /// `c(n)` returns true or false at random, and counts both. `truth` returns the counts.
    static let counters = """
        local counts, state = {}, 1
        function c(n)
          state = (state * 1103515245 + 12345) % 2147483648
          local yes = state // 65536 % 5 < 2
          local key = yes and 2 * n + 1 or 2 * n + 2
          counts[key] = (counts[key] or 0) + 1
          return yes
        end
        function truth(count)
          local all = {}
          for i = 1, 2 * count do all[i] = counts[i] or 0 end
          return table.unpack(all)
        end
        """

    private var generator: SeededGenerator
    private var lines: [String] = []
    private var depth = 0
    /// The numbers of the conditions by line.
    private(set) var conditions: [Int: Int] = [:]

    init(_ generator: SeededGenerator) { self.generator = generator }

    mutating func text() -> String {
        lines = ["local x = 0", "local function f()"]
        block(inLoop: false)
        lines += ["end", "for i = 1, \(generator.pick([1, 2, 20])) do f() end", "return truth(\(conditions.count))"]
        return lines.joined(separator: "\n")
    }

    private mutating func condition(onLine line: Int) -> String {
        conditions[line] = conditions.count
        return generator.pick(["c(\(conditions.count - 1))", "c(\(conditions.count - 1)) == true"])
    }

    private mutating func block(inLoop: Bool) {
        depth += 1
        defer { depth -= 1 }
        for _ in 0...generator.below(depth > 3 ? 1 : 3) { statement(inLoop: inLoop) }
        if generator.chance(15) { lines.append(inLoop ? "break" : "return x") }
    }

    private mutating func statement(inLoop: Bool) {
        let line = lines.count + 1
        switch depth > 4 ? 0 : generator.below(8) {
        case 0:
            lines.append(
                generator.pick([
                    "x = x + 1", "local y", "local y = x", "do x = 1 end", "x = (function() return x end)()",
                ]))
        case 1:
            lines.append(
                "if \(condition(onLine: line)) then \(generator.pick(["return x", "x = 2", inLoop ? "break" : "x = 4"])) end"
            )
        case 2, 3:
            lines.append("if \(condition(onLine: line)) then")
            block(inLoop: inLoop)
            while generator.chance(25) {
                let line = lines.count + 1
                lines.append("elseif \(condition(onLine: line)) then")
                block(inLoop: inLoop)
            }
            if generator.chance(40) {
                lines.append("else")
                block(inLoop: inLoop)
            }
            lines.append("end")
        case 4:
            lines.append("while \(condition(onLine: line)) do")
            block(inLoop: true)
            lines.append("end")
        case 5:
            lines.append("repeat")
            // The condition of `repeat` can use variables of its block. The block must not end with `break`, since then
            // the condition would never run.
            lines.append("x = x + 1")
            block(inLoop: true)
            if lines.last == "break" { lines[lines.count - 1] = "x = 3" }
            let line = lines.count + 1
            lines.append("until \(condition(onLine: line))")
        case 6:
            lines.append("for i = 1, 2 do")
            block(inLoop: true)
            lines.append("end")
        default:
            lines.append("if \(condition(onLine: line)) then \(inLoop ? "break" : "return x")")
            lines.append("end")
        }
    }
}
