// SPDX-License-Identifier: MIT

import Generators

/// Random keys for an editor in a window, mixed with drawing, output and resizing.
struct KeySequence {
    enum Step: CustomStringConvertible {
        case key(String)
        /// The editor draws, as it does when no more keys have arrived.
        case draw
        case resize(width: Int, height: Int)
        case print

        var description: String {
            switch self {
            case .key(let key): key
            case .draw: "·"
            case .resize(let width, let height): "[\(width)×\(height)]"
            case .print: "[print]"
            }
        }
    }

    static let history = [
        "verify(1)", "a = (b)", "if a then\n  b()\nend", "号码 = \"号码\"", "local function ab()\n\treturn 号\nend",
    ]

    private static let emoji = ["👨‍👩‍👧", "🇨🇳", "👍🏽", "❤️"]

    /// Keys that ``BufferModel`` knows.
    private static let known =
        emoji + [
            "a", "b", " ", "0", "x1 ", "\"", "(", "号", "码 ", "é", "e\u{301}", "\u{301}", "\u{202E}", "\u{200B}", "한",
            "<Left>", "<Right>", "<C-b>", "<C-f>", "<C-Left>", "<C-Right>", "<Home>",
            "<End>", "<C-Home>", "<C-End>", "<Up>", "<Down>", "<Up>", "<PageUp>", "<PageDown>", "<BS>", "<BS>", "<Del>",
            "<C-k>", "<C-u>", "<C-w>", "<M-d>", "<M-BS>", "<C-y>", "<C-y>", "<M-y>", "<C-t>", "<M-t>", "<M-u>", "<M-l>",
            "<M-c>", "<C-_>", "<C-_>", "<M-/>", "<C-x><C-u>", "<Nonsense>", "<Paste:one\\n  two 号\\nthree>",
            "<Paste:ab\\r\\n\\tcd\\r\\n>", "<Paste:0123456789 0123456789>",
        ]

    /// Keys that ``BufferModel`` does not know.
    private static let other = [
        "end", "if x then", "}", ")", "ver", "<Tab>", "<Tab>", "<S-Tab>", "<Enter>", "<M-Enter>", "<Esc>", "<C-r>",
        "<C-s>", "<C-g>", "<M-3>", "<M-->", "<M-.>", "<C-v><Tab>", "<C-v><C-a>", "<C-c>", "<C-d>", "<C-l>",
        "<Paste:sim\\g a = 1\\n1\\nsim\\g b>",
    ]

    var width: Int
    var height: Int
    var steps: [Step]

    /// `isSimple`: without emoji of several characters, which not all terminals put together, and without changes of the
    /// window, after which not all break lines anew.
    init(seed: UInt64, isSimple: Bool = false) {
        var generator = SeededGenerator(seed: seed)
        width = Int.random(in: 8...30, using: &generator)
        height = Int.random(in: 3...8, using: &generator)
        // A third of the sequences each: what the model knows, all keys, and all keys in windows that change.
        let (knowsAll, resizes) = (seed % 3 == 0, seed % 3 == 1 && !isSimple)
        steps = []
        for _ in 0..<Int.random(in: 8...30, using: &generator) {
            let isKnown = knowsAll || generator.chance(80)
            let key = generator.pick(isKnown ? Self.known : Self.other)
            if !isSimple || !Self.emoji.contains(key) { steps.append(.key(key)) }
            if generator.chance(20) { steps.append(.draw) }
            if generator.chance(2) { steps.append(.print) }
            if resizes, generator.chance(5) {
                steps.append(.resize(width: 8 + generator.below(23), height: 3 + generator.below(6)))
            }
        }
        steps.append(.draw)
    }

    /// The first difference between the editor with its terminal and the models; nil when there is none.
    func firstDifference() -> String? {
        var player = KeyPlayer(width: width, height: height)
        for (index, step) in steps.enumerated() {
            if let difference = player.play(step) { return "after step \(index + 1): \(difference)" }
        }
        return nil
    }

    func session(named name: String) -> PyteTerminal.Session {
        var player = KeyPlayer(width: width, height: height)
        var session = PyteTerminal.Session(name: name, width: width, height: height)
        for step in steps {
            _ = player.play(step)
            if case .key = step { continue }
            session.writes.append(player.takeWrite())
        }
        return session
    }

    /// With as few steps as still show a difference.
    func shrunk() -> KeySequence {
        var smallest = self
        var size = max(1, steps.count / 2)
        while true {
            var start = 0
            while start < smallest.steps.count {
                var shorter = smallest
                shorter.steps.removeSubrange(start..<min(start + size, shorter.steps.count))
                if shorter.firstDifference() != nil { smallest = shorter } else { start += size }
            }
            if size == 1 { return smallest }
            size /= 2
        }
    }
}
