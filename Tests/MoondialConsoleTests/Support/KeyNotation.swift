// SPDX-License-Identifier: MIT

/// Keys as text: `abc<Left><C-k><M-f><Paste:a\nb>`. `<lt>` is a less-than sign, `\g` in a paste
/// a greater-than sign.
enum KeyNotation {
    private static let names: [String: String] = [
        "Left": "\u{1B}[D", "Right": "\u{1B}[C", "Up": "\u{1B}[A", "Down": "\u{1B}[B", "Home": "\u{1B}[H",
        "End": "\u{1B}[F", "Del": "\u{1B}[3~", "PageUp": "\u{1B}[5~", "PageDown": "\u{1B}[6~", "C-Left": "\u{1B}[1;5D",
        "C-Right": "\u{1B}[1;5C", "C-Home": "\u{1B}[1;5H", "C-End": "\u{1B}[1;5F", "S-Tab": "\u{1B}[Z", "Tab": "\t",
        "Enter": "\r", "BS": "\u{7F}", "M-BS": "\u{1B}\u{7F}", "M-Enter": "\u{1B}\r", "M-Del": "\u{1B}[3;3~",
        "C-_": "\u{1F}", "C-Space": "\0", "lt": "<", "M-lt": "\u{1B}<", "Nonsense": "\u{1B}[99~",
    ]

    /// - Returns: what a terminal sends, key by key; nil stands for a pause after an escape.
    static func bytes(_ keys: String) -> [[UInt8]?] {
        var chunks: [[UInt8]?] = []
        // By scalars, as a combining mark may follow the bracket.
        var rest = keys.unicodeScalars[...]
        while let first = rest.first {
            guard first == "<", let end = rest.firstIndex(of: ">") else {
                chunks.append(Array(String(first).utf8))
                rest = rest.dropFirst()
                continue
            }
            // `<M->>` is a key too.
            var name = String(rest[..<end].dropFirst())
            rest = rest[end...].dropFirst()
            if name == "M-", rest.first == ">" {
                name = "M->"
                rest = rest.dropFirst()
            }
            chunks += name == "Esc" ? [[0x1B], nil] : [sequence(name)]
        }
        return chunks
    }

    private static func sequence(_ name: String) -> [UInt8] {
        if let known = names[name] { return Array(known.utf8) }
        if name.hasPrefix("Paste:") {
            let text = name.dropFirst(6).replacing("\\n", with: "\n").replacing("\\r", with: "\r").replacing(
                "\\t", with: "\t"
            ).replacing("\\g", with: ">")
            return Array("\u{1B}[200~\(text)\u{1B}[201~".utf8)
        }
        if name.hasPrefix("C-"), name.utf8.count == 3, let letter = name.utf8.last { return [letter & 0x1F] }
        if name.hasPrefix("M-") { return [0x1B] + name.dropFirst(2).utf8 }
        preconditionFailure("no key is called \(name)")
    }
}
