// SPDX-License-Identifier: MIT

import Foundation
import Generators
import LuaSyntax
import MoondialLua
import Testing

/// The parser accepts what the compiler of liblua accepts, and nothing else.
@Suite struct LuaAgreementTests {
    /// The message of Lua's compiler about a text, without the place; nil if it accepts the text.
    private func complaint(about text: [UInt8], in vm: LuaVM) -> String? {
        do throws(LuaError) {
            _ = try vm.load(text, name: .label("text"))
            return nil
        } catch {
            return error.message
        }
    }

    /// Expects the same answer of both parsers. Limits of our host that stock Lua does not have are ignored.
    private func expectAgreement(_ text: [UInt8], in vm: LuaVM, _ location: SourceLocation = #_sourceLocation) {
        let complaint = complaint(about: text, in: vm)
        if let complaint, complaint.hasPrefix("chunk has") || complaint.hasPrefix("chunk is too large") { return }
        let problem: SyntaxProblem?
        do throws(SyntaxProblem) {
            _ = try SyntaxTree(chunk: text)
            problem = nil
        } catch {
            problem = error
        }
        #expect(
            (problem == nil) == (complaint == nil),
            "Lua: \(complaint ?? "accepts"); we: \(problem?.message ?? "accept")\n\(String(decoding: text.prefix(4000), as: UTF8.self))",
            sourceLocation: location)
    }

    private func expectAgreement(_ text: String, in vm: LuaVM, _ location: SourceLocation = #_sourceLocation) {
        expectAgreement(Array(text.utf8), in: vm, location)
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// All Lua files of the repository.
    static let files: [String] = {
        ["examples", "Tests", "scripts"].flatMap { folder -> [String] in
            let enumerator = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
            return (enumerator?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".lua") }.map {
                "\(folder)/\($0)"
            }
        }.sorted()
    }()

    /// The program in a file of the repository, without a first line that names its interpreter.
    static func program(_ file: String) throws -> [UInt8] {
        let bytes = Array(try Data(contentsOf: root.appending(path: file)))
        return Array(bytes[SourceText(bytes).programStart...])
    }

    @Test func parsersAgreeOnFilesOfTheRepository() throws {
        #expect(Self.files.count > 200)
        let vm = try LuaVM()
        for file in Self.files { expectAgreement(try Self.program(file), in: vm) }
    }

    @Test(arguments: SyntaxCases.all)
    func parsersAgreeOnConstructs(text: String) throws {
        expectAgreement(text, in: try LuaVM())
    }

    @Test func parsersAgreeOnLimits() throws {
        let vm = try LuaVM()
        for (before, part, after) in SyntaxCases.nested {
            for depth in [1, 50, 90, 95, 96, 97, 98, 99, 100, 120, 150] + Array(185...205) + [240, 300, 1000] {
                let text =
                    String(repeating: before, count: depth) + part + String(repeating: after, count: depth)
                expectAgreement(text, in: vm)
            }
        }
        for (before, part, separator, after) in SyntaxCases.repeated {
            for count in [1, 2, 49, 50, 51, 52] + Array(195...203) + Array(245...260) + [300, 1000] {
                let parts = (1...count).map { part.replacing("#", with: String($0)) }
                expectAgreement(before + parts.joined(separator: separator) + after, in: vm)
            }
        }
    }

    @Test func parsersAgreeOnGeneratedPrograms() throws {
        let vm = try LuaVM()
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<400 {
            var program = ProgramGenerator(generator)
            expectAgreement(program.program(), in: vm)
            generator = program.generator
        }
    }

    @Test func parsersAgreeOnMutatedPrograms() throws {
        let vm = try LuaVM()
        var generator = SeededGenerator(seed: 2)
        let originals = try Self.files.map(Self.program).filter { $0.count < 4000 }
        for _ in 0..<2000 {
            var bytes = generator.pick(originals)
            for _ in 0...generator.below(3) { mutate(&bytes, &generator) }
            expectAgreement(bytes, in: vm)
        }
    }

    @Test func parsersAgreeOnRandomBytes() throws {
        let vm = try LuaVM()
        var generator = SeededGenerator(seed: 3)
        let pieces = SyntaxCases.pieces.map { Array($0.utf8) }
        for round in 0..<2000 {
            var bytes: [UInt8] = []
            for _ in 0...generator.below(30) {
                if round % 2 == 0 {
                    bytes += generator.pick(pieces) + [0x20]
                } else {
                    bytes.append(UInt8(generator.below(256)))
                }
            }
            expectAgreement(bytes, in: vm)
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        guard !bytes.isEmpty else { return }
        let start = generator.below(bytes.count)
        let end = min(bytes.count, start + 1 + generator.below(8))
        switch generator.below(4) {
        case 0: bytes.removeSubrange(start..<end)
        case 1: bytes.insert(contentsOf: Array(generator.pick(SyntaxCases.pieces).utf8), at: start)
        case 2: bytes[start] = UInt8(generator.below(256))
        default: bytes.insert(contentsOf: bytes[start..<end], at: generator.below(bytes.count))
        }
    }
}
