// SPDX-License-Identifier: MIT

import Generators
import MoondialConsole

/// Keys are the same however their bytes are split, and for any input the editor draws rows that fit the window.
enum KeyFuzz {
    private static let pieces: [[UInt8]] =
        [
            "\u{1B}", "[", "O", "]", "P", ";", "~", "u", "200~", "201~", "\u{1B}[200~", "\u{1B}[201~", "\u{7}",
            "\u{1B}\\",
            "1", "5", "27;", "A", "\r", "\n", "\t", "\u{7F}", "a", "b", "(", ")", "{", "end", "if x then", "'", "[[",
            "--",
            "é", "中", "😀", "👩‍👩‍👧", "e\u{301}", "\u{200B}", "\u{1}", "\u{5}", "\u{A}", "\u{B}", "\u{12}", "\u{17}",
            "\u{19}",
            "\u{1F}", "\u{15}", "\u{1B}b", "\u{1B}[A", "\u{1B}[B", "\u{1B}[C", "\u{1B}[D", "\u{9B}",
        ].map { Array($0.utf8) } + [[0x80], [0xC3], [0xF0, 0x9F], [0xFF]]

    static func run(_ random: inout SeededGenerator) throws -> Int {
        let count = 100
        for _ in 0..<count {
            let bytes = (0..<random.below(60)).flatMap { _ in random.pick(pieces) }
            let whole = keys(of: [bytes])
            var split: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                split.append(Array(rest.prefix(1 + random.below(5))))
                rest = rest.dropFirst(split.last?.count ?? 0)
            }
            for way in [split, bytes.map { [$0] }] where keys(of: way) != whole {
                throw Fuzz.Finding(
                    input: Fuzz.quoted(bytes), problem: "in \(way.count) pieces: \(keys(of: way)), whole: \(whole)")
            }
            try edit(split, &random)
        }
        return count
    }

    private static func keys(of pieces: [[UInt8]]) -> [KeyDecoder.Event] {
        var decoder = KeyDecoder()
        var events: [KeyDecoder.Event] = []
        for piece in pieces {
            var bytes = piece[...]
            while let event = decoder.next(&bytes) {
                // The split decides how text is divided into events, so neighbouring texts are joined.
                if case .text(let more) = event, case .text(let text)? = events.last {
                    events[events.count - 1] = .text(text + more)
                } else {
                    events.append(event)
                }
            }
        }
        return events
    }

    private static func edit(_ pieces: [[UInt8]], _ random: inout SeededGenerator) throws {
        var editor = Editor()
        _ = editor.begin(Prompt("> "))
        let (width, height) = (2 + random.below(30), 2 + random.below(8))
        for piece in pieces {
            var outcomes = editor.feed(piece)[...]
            while let outcome = outcomes.popFirst() {
                switch outcome {
                // The next block begins with the keys that were typed ahead, which may end it, too.
                case .submit, .interrupt, .end: outcomes += editor.begin(Prompt("> "))
                default: break
                }
            }
            let screen = editor.render(width: width, height: height)
            guard screen.height <= height, (0..<screen.height).contains(screen.cursor.row),
                (0...screen.width).contains(screen.cursor.column)
            else {
                throw Fuzz.Finding(
                    input: Fuzz.quoted(pieces.flatMap(\.self)),
                    problem: "\(screen.height) rows and the cursor at \(screen.cursor) in \(width) × \(height)")
            }
        }
    }
}
