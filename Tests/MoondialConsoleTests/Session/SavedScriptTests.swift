// SPDX-License-Identifier: MIT

import Foundation
import Generators
import MoondialLua
import MoondialRules
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator
import TemporaryFolders
import Testing

@testable import MoondialConsole

/// `:save` writes a script that does the same again.
@Suite("Saved scripts", .timeLimit(.minutes(10)))
struct SavedScriptTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Types the blocks, saves them, and runs what was saved.
    private func replay(
        _ blocks: [String], save: String = ":save", then: [String] = []
    ) async throws -> (session: SessionFixture.Record, script: String, printed: [String], failure: String?) {
        let path = folder.path("\(UUID().uuidString).lua")
        let session = try await SessionFixture().type(blocks + ["\(save) \(path)"] + then)
        let script = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let (printed, failure) = try await ScriptRunner.run(script)
        return (session, script, printed, failure)
    }

    @Test(
        "saved script prints the same as the session",
        arguments: [
            (["x = 1", "return x", "y = 2", "print(x, y)"], ["1\t2"]),
            (["5", "y = _1 + 1", "print(y, _)"], ["6\t5"]),
            (["1, 2, 3", "print(_1, _2, _3)", "nil, 4", "print(_1, _2, _3)"], ["1\t2\t3", "nil\t4\t1"]),
            (["x = 1", "local x = 2", "print(x)"], ["1"]),
            (["x = 1", "local x = 2; x = 3", "print(x)"], ["1"]),
            (["f = function() return 1 end", "f()", "(\"x\"):rep(3)", "print(_)"], ["xxx"]),
            (["f = function() return 1 end", "f()", "(print or f)(7)"], ["7"]),
            (["x = 1 -- one", "x + 1 -- two", "print(_) -- three"], ["2"]),
            (["for i = 1, 2 do if i == 2 then return i end print(i) end", "print(_)"], ["1", "2"]),
            (["goto done", "::done:: x = 1", "do goto done end ::done:: print(x)"], ["1"]),
            (["x = 4;", "x;", "print(_)"], ["4"]),
            (["error \"no\"", "print(\"after\")"], ["after"]),
            (["t = {}", "for _, v in ipairs { 1, 2 } do t[#t + 1] = v end", "print(#t)"], ["2"]),
            (["moondial.spawn(function(a) print(a) end, 7)"], ["7"]),
            (["show({ 1, x = 2 })"], []), ([":time (function() y = 5 return 6 end)()", "print(y, _)"], ["5\t6"]),
            ([":full 7", "print(_)"], ["7"]), (["function keep() return 8 end", "keep()", "print(_)"], ["8"]),
            (["print((...))", "return ..."], ["nil"]),
            (
                ["local a <close> = setmetatable({}, { __close = function() print \"closed\" end })", "print(1)"],
                ["closed", "1"]
            ),
            (
                ["verify(\"13800138000\", \"sim:code=9001\", nil, { channel = \"web\" }).decision", "print(_)"],
                ["deny"]
            ),
        ] as [([String], [String])])
    func savedScriptPrintsTheSame(blocks: [String], printed: [String]) async throws {
        // A phone is masked in what is saved, and so never sent again.
        let isSent = blocks.contains { $0.contains("13800138000") }
        let outcome = try await replay(blocks)
        if isSent {
            #expect(outcome.failure?.contains("the number is masked: put yours") == true)
        } else {
            #expect(outcome.failure == nil, "\(outcome.script)")
            #expect(outcome.printed == printed, "\(outcome.script)")
        }
    }

    @Test func commandsAreSavedAsOptionsAndComments() async throws {
        try folder.write("rule \"r\" { map_result = { match = deny \"no\" } }", to: "r.lua")
        let outcome = try await replay([
            ":load \(folder.path)/r.lua", ":sim code 9003", ":set depth 3", ":rules", "x = 1", ":full x", "print(x)",
        ])
        #expect(outcome.script.contains("-- Run it with: moondial run --rules \(folder.path)/r.lua FILE."))
        for line in ["-- :load", "-- :sim code 9003    (", "-- :set depth 3    ("] {
            #expect(outcome.script.contains("\n\(line)"))
        }
        #expect(!outcome.script.contains(":rules"))
        #expect(outcome.printed == ["1"])
    }

    @Test func lastErrorIsKeptInASavedScript() async throws {
        let outcome = try await replay(["error \"no\"", "print(_error)"])
        #expect(outcome.printed == ["stdin:1: no"])
        #expect(outcome.failure == nil)
    }

    @Test func saveCommandTakesAListOfBlocks() async throws {
        let path = folder.path("some.lua")
        let record = try await SessionFixture().type(
            "print(1)", "print(2)", "print(3)", "print(4)", ":save 2,4- \(path)", ":save \(path)", ":save -f 3 \(path)",
            ":save 9-10 \(folder.path)/none.lua", ":save 3-1 \(folder.path)/none.lua",
            ":save ,2 \(folder.path)/none.lua", ":save ./1-2",
            ":save 1-x \(folder.path)/none.lua")
        #expect(record.notes.contains("saved 2 blocks in \(path)\n"))
        #expect(record.notes.contains("there is such a file\n  = fix: :save -f FILE replaces it\n"))
        #expect(record.notes.contains("saved 1 block in \(path)\n"))
        #expect(record.notes.contains("there is no block 9-10\n  = fix: see :history\n"))
        #expect(record.notes.contains(":save: 3-1 is no list of blocks\n  = fix: write it as in :save 3-7,9 FILE\n"))
        #expect(record.notes.contains(":save: ,2 is no list of blocks"))
        #expect(record.notes.contains(":save: 1-x is no list of blocks"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("none.lua")))
        #expect(try folder.read("some.lua").hasSuffix("\n\nprint(3)\n"))
        unlink("./1-2")
    }

    @Test func saveThatFailsLeavesNoFile() async throws {
        mkdir(folder.path("folder"), 0o700)
        let record = try await SessionFixture().type(
            "x = 1", ":save /dev/full", ":save \(folder.path)/folder", ":save \(folder.path)/no/where.lua")
        #expect(record.notes.contains("cannot write '/dev/full': it is not a regular file\n"))
        #expect(record.notes.contains("/folder': it is not a regular file\n"))
        #expect(record.notes.contains("/no/where.lua': No such file or directory\n"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["folder"])
    }

    @Test func replacedFileKeepsItsPermissions() async throws {
        try folder.write("old", to: "s.lua")
        try folder.setMode(0o640, of: "s.lua")
        try folder.link("link.lua", to: "s.lua")
        _ = try await SessionFixture().type("x = 1", ":save -f \(folder.path)/link.lua")
        #expect(try folder.read("s.lua").hasSuffix("x = 1\n"))
        #expect(try folder.mode("s.lua") == 0o640)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["link.lua", "s.lua"])
    }

    // MARK: - Generated sessions

    @Test(arguments: 0..<200)
    func generatedSessionPrintsTheSameWhenSavedAndRun(seed: UInt64) async throws {
        var generator = SessionGenerator(seed: seed)
        let blocks = generator.blocks(Int.random(in: 3...14, using: &generator.random))
        let ending = ["print(\"end\", a, b, c, f(), table.concat(t, \",\"))", "print(\"results\", _1, _2, _3, _9)"]
        let outcome = try await replay(blocks + ending)
        // The script does not print the values that the prompt has shown.
        let printed = outcome.session.resultLines.filter {
            $0.hasPrefix("p ") || $0.hasPrefix("end") || $0.hasPrefix("results")
        }
        #expect(outcome.failure == nil, "\(blocks)\n\(outcome.script)")
        #expect(outcome.printed == printed, "\(blocks)\n\(outcome.script)")
    }
}

/// Generates blocks that people type, and forms of Lua whose result depends on being a separate chunk.
private struct SessionGenerator {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func blocks(_ count: Int) -> [String] {
        ["a, b, c, t = 1, 2, 3, {}", "function f() return a end"] + (0..<count).map { _ in block() }
    }

    private mutating func block() -> String {
        switch Int.random(in: 0..<22, using: &random) {
        case 0: "\(name()) = \(value())"
        case 1: value()
        case 2: "\(value()), \(value()), nil"
        case 3: "return \(value())"
        case 4: "return \(value()), \(value());"
        case 5: "local \(name()) = \(value())\nprint(\"p \" .. tostring(\(name())))"
        case 6: "local function \(name())() return \(value()) end"
        case 7: "f()"
        case 8: "f = function() return \(value()) end"
        case 9: "(f or print)(\(value()))"
        case 10: "(\"x\"):rep(\(Int.random(in: 1...4, using: &random)))"
        case 11: "t[#t + 1] = tostring(_1)"
        case 12: "print(\"p \" .. tostring(_\(Int.random(in: 1...9, using: &random))))"
        case 13: "for i = 1, 3 do if i == 2 then return i end print(\"p \" .. i) end"
        case 14: "goto done\n\(name()) = 99\n::done::"
        case 15: "error(\"no\")"
        case 16: "nosuch()"
        case 17: "nil, \(value())"
        case 18: "\(value()) -- a remark"
        case 19: "for _, v in ipairs { \(value()) } do t[#t + 1] = tostring(v) end"
        case 20: "(function(...) \(name()) = select(\"#\", ...) end)(...)"
        default: "\(name()) = _ -- \(name())\n"
        }
    }

    private mutating func name() -> String { ["a", "b", "c"].randomElement(using: &random) ?? "a" }

    private mutating func value() -> String {
        let number = Int.random(in: 0...9, using: &random)
        return ["\(number)", "\"s\(number)\"", "tostring(a)", "tostring(_)", "#t", "(a == b)"].randomElement(
            using: &random)
            ?? "1"
    }
}

/// Runs a script as `moondial run` does.
private enum ScriptRunner {
    private static let loops = MultiThreadedEventLoopGroup(numberOfThreads: 2)

    static func run(_ text: String) async throws -> (printed: [String], failure: String?) {
        let loop = loops.next()
        return try await loop.flatSubmit {
            let promise = loop.makePromise(of: (printed: [String], failure: String?).self)
            do {
                let printed = NIOLockedValueBox<[String]>([])
                let client = VerificationClient(
                    transport: InProcessTransport(simulator: Simulator(), eventLoop: loop), host: "simulator",
                    credentials: .documentedExample, eventLoop: loop)
                var settings = RuleEngine.Settings(wallClock: { 1_700_000_000_123 })
                settings.print = { line in
                    printed.withLockedValue { $0.append(String(decoding: line, as: UTF8.self)) }
                }
                let scripts = try ScriptHost(
                    rules: RuleFiles([]), settings: settings, attempts: client, eventLoop: loop)
                scripts.onShow = { _ in }
                scripts.run(RuleSource(name: .file("saved.lua"), text: Array(text.utf8))) { result in
                    var failure: String?
                    if case .failure(let diagnostic) = result { failure = diagnostic.message }
                    promise.succeed((printed.withLockedValue { $0 }, failure))
                    // The host must live until here.
                    withExtendedLifetime(scripts) {}
                }
            } catch {
                promise.fail(error)
            }
            return promise.futureResult
        }.get()
    }
}
