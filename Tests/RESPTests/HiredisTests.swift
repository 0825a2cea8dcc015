// SPDX-License-Identifier: MIT

import Foundation
import NIOCore
import RESP
import Testing
import TextFormats

/// The parser gives the same values as the reader of hiredis 3.5.0. `scripts/suites.d/resp_reference.py` recorded the
/// values that hiredis reads from valid and mutated input.
struct HiredisTests {
    @Test func parserReadsTheSameValuesAsHiredis() throws {
        let file = try #require(
            Bundle.module.url(forResource: "hiredis", withExtension: "txt", subdirectory: "Fixtures"))
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2500)
        for line in lines {
            let fields = line.split(separator: " ")
            try #require(fields.count > 1)
            let bytes = try #require(Hexadecimal.decode(String(fields[0])))
            let theirs = fields[1]
            var parser = RESPParser()
            parser.append(ByteBuffer(bytes: bytes))
            do throws(RESPParseError) {
                let ours = try parser.next().map(Self.shown) ?? "pending"
                if ours != theirs { Self.report(bytes, ours, theirs) }
            } catch {
                if theirs != "error", !Self.isStricter(error) { Self.report(bytes, error.rawValue, theirs) }
            }
        }
    }

    /// Errors that hiredis does not report: it ignores a lone CR or LF in a line, and wrong bytes after a bulk string.
    private static func isStricter(_ error: RESPParseError) -> Bool { error == .badLine || error == .badBulk }

    private static func report(_ bytes: [UInt8], _ ours: some StringProtocol, _ theirs: some StringProtocol) {
        Issue.record("\(String(escaping: bytes)): \(ours), and hiredis says \(theirs)")
    }

    /// The value in the format of the script, where strings of all RESP types look the same.
    private static func shown(_ value: RESPValue) -> String {
        switch value {
        case .simple(let text): "b" + Hexadecimal.lowercase(text.utf8)
        case .error: "e"
        case .integer(let number): "i\(number)"
        case .bigNumber(let digits): "b" + Hexadecimal.lowercase(digits.utf8)
        case .bulk(let bytes), .verbatim(_, let bytes): "b" + Hexadecimal.lowercase(bytes.readableBytesView)
        case .null: "null"
        case .double(let number): "f\(number)"
        case .boolean(let isTrue): isTrue ? "true" : "false"
        case .map(let pairs): "{" + pairs.map { "\(shown($0.key))=\(shown($0.value))" }.joined(separator: ",") + "}"
        case .array(let elements), .set(let elements), .push(let elements):
            "[" + elements.map(shown).joined(separator: ",") + "]"
        }
    }
}
