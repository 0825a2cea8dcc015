// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules

/// A call whose arguments are being written, for completion.
struct CallSite {
    /// As it is written: "moondial.attempt". A method is taken for one of strings: "string.find".
    let path: String
    /// The place of its argument that is being written, from 0.
    let argument: Int
    /// The place is in a table that is the argument, where a key stands.
    let isAtKey: Bool

    /// The call around the token with this index, or around the end of the text.
    init?(before index: Int, in text: LuaText) {
        let frames = Self.frames(before: index, in: text)
        guard let top = frames.last else { return nil }
        let outer = frames.dropLast().last
        let isInTable = top.opening == "{" && outer?.opening == "("
        guard let call = isInTable ? outer : top, call.opening == "(", let path = call.path else { return nil }
        self.path = path
        // A method's first argument stands before its name.
        argument = call.commas + (call.isMethod ? 1 : 0)
        isAtKey = isInTable && top.isAtStart
    }

    /// What the argument is, as far as the registry knows.
    var parameter: RegistryEntry.Parameter? {
        guard let entry = Registry.entry(named: path), argument < entry.parameters.count else { return nil }
        return entry.parameters[argument]
    }

    /// The names of the fields that the functions around a token are assigned to, innermost last.
    static func hooks(around index: Int, in text: LuaText) -> [String] {
        frames(before: index, in: text).compactMap { $0.opening == "function" ? $0.path : nil }
    }

    /// Whether a hook's name can stand before the token with this index: `rule "name" { |`.
    static func isAtHook(before index: Int, in text: LuaText) -> Bool {
        guard let top = frames(before: index, in: text).last, top.opening == "{", top.isAtStart, top.position >= 2
        else { return false }
        return text.isString(top.position - 1) && text.path(endingAt: top.position - 2) == "rule"
    }

    // MARK: - Frames

    /// Something that is open.
    private struct Frame {
        /// "(", "{", "[", or the keyword of a block.
        let opening: String
        /// What is called; of a function the name of the field that it is assigned to.
        var path: String?
        var commas = 0
        /// What is called stands behind a colon.
        var isMethod = false
        /// The index of the opening.
        var position: Int
        /// Nothing has come since the opening or the last comma.
        var isAtStart = true
    }

    private static func frames(before index: Int, in text: LuaText) -> [Frame] {
        var frames: [Frame] = []
        for (position, token) in text.tokens[..<index].enumerated() {
            switch token.kind {
            case .comment: continue
            case .sign: follow(sign: text.text(token), at: position, in: text, &frames)
            case .keyword: follow(text.keyword(position), at: position, in: text, &frames)
            case .name, .number, .string, .unclosed, .invalid: touch(&frames)
            }
        }
        return frames
    }

    private static func follow(sign: String, at position: Int, in text: LuaText, _ frames: inout [Frame]) {
        switch sign {
        case "(", "{", "[":
            touch(&frames)
            let isMethod = text.isName(position - 1) && text.isSign(position - 2, ":")
            let path =
                isMethod ? "string.\(text.text(text.tokens[position - 1]))" : text.path(endingAt: position - 1)
            frames.append(Frame(opening: sign, path: path, isMethod: isMethod, position: position))
        case ",", ";":
            guard !frames.isEmpty else { return }
            frames[frames.count - 1].commas += 1
            frames[frames.count - 1].isAtStart = true
        case ")", "}", "]":
            if !frames.isEmpty { frames.removeLast() }
            touch(&frames)
        default: touch(&frames)
        }
    }

    private static func follow(_ keyword: LuaKeyword?, at position: Int, in text: LuaText, _ frames: inout [Frame]) {
        switch keyword {
        case .function, .if, .do, .repeat:
            let isField = text.isSign(position - 1, "=") && text.isName(position - 2)
            let name = isField ? text.text(text.tokens[position - 2]) : nil
            frames.append(Frame(opening: text.text(text.tokens[position]), path: name, position: position))
        case .end, .until:
            if !frames.isEmpty { frames.removeLast() }
            touch(&frames)
        default: touch(&frames)
        }
    }

    private static func touch(_ frames: inout [Frame]) {
        if !frames.isEmpty { frames[frames.count - 1].isAtStart = false }
    }
}
