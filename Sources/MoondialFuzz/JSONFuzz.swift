// SPDX-License-Identifier: MIT

import Generators
import JSON

/// A document that is read, written and read again must be written in the same way again. Damaged documents may be
/// refused.
enum JSONFuzz {
    private static let damage = Array("{}[]\",:0123456789eE+-.\\utrfn \u{0}\u{80}é".utf8)

    static func run(_ random: inout SeededGenerator) throws -> Int {
        let count = 500
        for _ in 0..<count {
            var document = document(&random, depth: 0)
            for _ in 0..<random.below(4) { mutate(&document, &random) }
            guard let first = try? JSONValue.parse(document) else { continue }
            var written: [UInt8] = []
            first.write(into: &written)
            do {
                let second = try JSONValue.parse(written)
                var again: [UInt8] = []
                second.write(into: &again)
                if again != written { throw Fuzz.Finding(input: Fuzz.quoted(document), problem: "written differently") }
            } catch let error as JSONValue.ParseError {
                throw Fuzz.Finding(input: Fuzz.quoted(document), problem: "what was written is refused: \(error)")
            }
        }
        return count
    }

    private static func mutate(_ document: inout [UInt8], _ random: inout SeededGenerator) {
        guard !document.isEmpty else { return }
        let at = random.below(document.count)
        switch random.below(4) {
        case 0: document.remove(at: at)
        case 1: document.insert(damage[random.below(damage.count)], at: at)
        case 2: document[at] = UInt8(random.below(256))
        default: document.removeSubrange(at..<min(document.count, at + random.below(8)))
        }
    }

    private static func document(_ random: inout SeededGenerator, depth: Int) -> [UInt8] {
        let items = (0..<random.below(5)).map { _ in depth < 5 ? document(&random, depth: depth + 1) : Array("1".utf8) }
        switch random.below(7) {
        case 0:
            return Array(["null", "true", "false"][random.below(3)].utf8)
        case 1:
            return Array("\(Int64(bitPattern: random.next()) >> Int64(random.below(64)))".utf8)
        case 2:
            let numbers = ["1.5", "-0", "1e400", "1E-7", "18446744073709551615", "-0.0", "9007199254740993"]
            return Array(numbers[random.below(numbers.count)].utf8)
        case 3, 4:
            let parts = ["a", "é", "\\n", "\\u0000", "\\ud83d\\ude00", "\\\\", "😀", "\\ud800", "\u{7F}"]
            let text = (0..<random.below(6)).map { _ in parts[random.below(parts.count)] }.joined()
            return Array("\"\(text)\"".utf8)
        case 5: return Array("[".utf8) + items.joined(separator: Array(",".utf8)) + Array("]".utf8)
        default:
            let members = items.enumerated().map { Array("\"k\(random.below(9))\($0.offset)\":".utf8) + $0.element }
            return Array("{".utf8) + members.joined(separator: Array(",".utf8)) + Array("}".utf8)
        }
    }
}
