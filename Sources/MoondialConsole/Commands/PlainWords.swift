// SPDX-License-Identifier: MIT

import MoondialLua

/// Input of users who do not know the commands yet: `help`, `exit`, `verify?`, `man verify`, `.help`, `\q`.
enum PlainWords {
    /// The command that the input means, without its colon; nil for Lua and for all other text.
    ///
    /// `isDefined`: whether there is a global of that name, which takes precedence over a command.
    static func command(for text: String, isDefined: (String) -> Bool) -> String? {
        guard text.utf8.count <= 80, !text.contains("\n") else { return nil }
        let word = text.hasSuffix("()") ? String(text.dropLast(2)) : text
        switch word {
        case "?", "help", "man": return word == "?" || !isDefined(word) ? "help" : nil
        case "exit", "quit", "logout", "bye": return isDefined(word) ? nil : "quit"
        // Commands of other prompts; none of them is valid Lua.
        case ".help", "/help", "\\h", "\\?": return "help"
        case ".exit", ".quit", "/exit", "/quit", "\\q": return "quit"
        default: break
        }
        if text.hasPrefix("?") || text.hasSuffix("?") {
            let name = text.split(separator: "?").joined().trimmingSpaces
            return isTopic(name) ? "doc \(name)" : nil
        }
        for verb in ["help", "man"] where text.hasPrefix(verb) && !isDefined(verb) {
            let rest = String(text.dropFirst(verb.count))
            let name = rest.filter { !"(\"')".contains($0) }.trimmingSpaces
            if rest.first == " " || rest.first == "(", isTopic(name) {
                return "\(verb == "help" ? "help" : "doc") \(name)"
            }
        }
        return nil
    }

    /// A name, perhaps of a command, with dots or a colon in it.
    private static func isTopic(_ text: String) -> Bool {
        guard let first = text.utf8.first, !LuaLexer.isDigit(first) else { return false }
        return text.utf8.allSatisfy { LuaLexer.isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
    }
}
