// SPDX-License-Identifier: MIT

import Generators
import NIOCore
import RESP
import Testing

struct RESPParserTests {
    @Test(arguments: RESPCase.valid + RESPCase.hostile)
    func inputInOnePieceIsRead(_ sample: RESPCase) {
        Self.expect(sample, inParts: [sample.bytes], "whole")
    }

    @Test(arguments: (RESPCase.valid + RESPCase.hostile).filter { $0.bytes.count < 10_000 })
    func inputByteByByteIsReadTheSame(_ sample: RESPCase) {
        Self.expect(sample, inParts: sample.bytes.map { [$0] }, "byte by byte")
    }

    @Test(arguments: (RESPCase.valid + RESPCase.hostile).filter(\.isShort))
    func inputInTwoPiecesIsReadTheSame(_ sample: RESPCase) {
        for cut in 0...sample.bytes.count {
            let parts = [Array(sample.bytes[..<cut]), Array(sample.bytes[cut...])]
            Self.expect(sample, inParts: parts, "split at byte \(cut)")
        }
    }

    @Test func manyValuesInRandomPiecesAreReadTheSame() {
        let samples = RESPCase.valid.filter(\.isShort)
        let bytes = samples.flatMap(\.bytes)
        let expected = samples.flatMap(\.values)
        var generator = SeededGenerator(seed: 1)
        for round in 0..<200 {
            var parts: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = rest.prefix(1 + generator.below(round % 20 + 1))
                parts.append(Array(part))
                rest = rest.dropFirst(part.count)
            }
            let (values, end) = Self.read(parts)
            #expect(values == expected && end == .pending, "round \(round)")
        }
    }

    @Test func parserRepeatsItsErrorAfterAFailure() {
        var parser = RESPParser()
        parser.append(ByteBuffer(string: "?\r\n"))
        #expect(throws: RESPParseError.badType) { try parser.next() }
        parser.append(ByteBuffer(string: "+OK\r\n"))
        #expect(throws: RESPParseError.badType) { try parser.next() }
    }

    @Test func valueAboveTheByteLimitIsRefused() {
        var limits = RESPLimits()
        limits.valueBytes = 19
        var parser = RESPParser(limits: limits)
        parser.append(ByteBuffer(string: "*2\r\n+aaaaa\r\n+aaaaa\r\n"))
        #expect(throws: RESPParseError.valueTooLarge) { try parser.next() }
        parser = RESPParser(limits: limits)
        parser.append(ByteBuffer(string: "+aaaaaaaaaaa\r\n+aaaaaaaaaaa\r\n"))
        let values = Self.drain(&parser).values
        #expect(values.count == 2, "each value has the limit for itself")
    }

    /// Mutated valid input gives the same values and error in two pieces as in one.
    @Test func hostileInputInRandomPiecesIsReadTheSame() {
        var generator = SeededGenerator(seed: 2)
        let samples = RESPCase.valid.filter(\.isShort).map(\.bytes)
        let alphabet = Array("+-:$*_#,(!=%~>|\r\n0123456789?tfe.".utf8) + [0, 0xFF]
        for round in 0..<5000 {
            var bytes = generator.pick(samples) + generator.pick(samples)
            for _ in 0...generator.below(3) {
                let place = generator.below(bytes.count)
                switch generator.below(3) {
                case 0: bytes[place] = generator.pick(alphabet)
                case 1: bytes.insert(generator.pick(alphabet), at: place)
                default: if bytes.count > 1 { bytes.remove(at: place) }
                }
            }
            let cut = generator.below(bytes.count + 1)
            let whole = Self.read([bytes])
            let split = Self.read([Array(bytes[..<cut]), Array(bytes[cut...])])
            #expect(whole == split, "round \(round), split at byte \(cut) of \(bytes)")
        }
    }

    static func expect(_ sample: RESPCase, inParts parts: [[UInt8]], _ comment: Comment) {
        let (values, end) = read(parts)
        #expect(values == sample.values, comment)
        #expect(end == sample.end, comment)
    }

    static func read(_ parts: [[UInt8]]) -> (values: [RESPValue], end: RESPCase.End) {
        var parser = RESPParser()
        var values: [RESPValue] = []
        for part in parts {
            parser.append(ByteBuffer(bytes: part))
            let (more, end) = drain(&parser)
            values += more
            if end != .pending { return (values, end) }
        }
        return (values, .pending)
    }

    private static func drain(_ parser: inout RESPParser) -> (values: [RESPValue], end: RESPCase.End) {
        var values: [RESPValue] = []
        do throws(RESPParseError) {
            while let value = try parser.next() { values.append(value) }
            return (values, .pending)
        } catch {
            return (values, .failure(error))
        }
    }
}

struct RESPCommandTests {
    @Test func argumentsAreWrittenAsBulkStrings() {
        var bytes = ByteBuffer()
        bytes.write(RESPCommand("SET", "a", .bytes([0, 13, 10]), .integer(-12)))
        #expect(String(buffer: bytes) == "*4\r\n$3\r\nSET\r\n$1\r\na\r\n$3\r\n\u{0}\r\n\r\n$3\r\n-12\r\n")
    }

    @Test func writtenCommandCanBeParsed() throws {
        var bytes = ByteBuffer()
        bytes.write(RESPCommand("EVALSHA", [.text("ß"), .integer(.min), .bytes([])]))
        var parser = RESPParser()
        parser.append(bytes)
        let value = try parser.next()
        #expect(value?.elements?.map(\.text) == ["EVALSHA", "ß", "-9223372036854775808", ""])
    }

    @Test func descriptionOfACommandHidesItsArguments() {
        let command = RESPCommand("AUTH", "user", "password")
        #expect("\(command) \(String(reflecting: command))" == "AUTH AUTH")
        var text = ""
        dump(command, to: &text)
        #expect(!text.contains("password"))
    }

    @Test func codeOfAnErrorIsItsFirstWord() {
        #expect(RESPError("NOSCRIPT No matching script.").code == "NOSCRIPT")
        #expect(RESPError("").code == "")
    }
}
