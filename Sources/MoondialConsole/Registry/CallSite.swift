// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules

/// A call whose arguments are being written, for completion.
struct CallSite {
    /// As it is written: "moondial.attempt". A method is taken for one of strings: "string.find".
    let path: String
    /// The index of the argument that is being written, from 0.
    let argument: Int
    /// The place is in a table that is the argument, where a key stands.
    let isAtKey: Bool
    /// The place is in a table that is the argument.
    let isInTable: Bool

    /// The call around the token with this index, or around the end of the text.
    init?(before index: Int, in text: LuaText) {
        let frames = Self.frames(before: index, in: text)
        guard let top = frames.last else { return nil }
        let outer = frames.dropLast().last
        isInTable = top.opening == "{" && outer?.opening == "("
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

    /// The functions around a token that are assigned to a field, innermost last: the name of the field, and the index of the
    /// keyword.
    static func functions(around index: Int, in text: LuaText) -> [(name: String, keyword: Int)] {
        frames(before: index, in: text).compactMap { frame in
            guard frame.opening == "function", let path = frame.path else { return nil }
            return (path, frame.position)
        }
    }

    /// Where a place in the table of `map_result = { … }` is.
    enum MapPlace {
        /// Where a key begins.
        case key
        /// After the `[` of a key.
        case index
    }

    static func mapPlace(before index: Int, in text: LuaText) -> MapPlace? {
        let frames = frames(before: index, in: text)
        guard let top = frames.last else { return nil }
        if top.opening == "{" { return top.isAtStart && isMap(top, in: text) ? .key : nil }
        guard top.opening == "[", top.isAtStart, let outer = frames.dropLast().last, isMap(outer, in: text) else {
            return nil
        }
        return .index
    }

    private static func isMap(_ frame: Frame, in text: LuaText) -> Bool {
        frame.opening == "{" && text.isSign(frame.position - 1, "=")
            && text.path(endingAt: frame.position - 2)?.hasSuffix("map_result") == true
    }

    /// Whether a hook's name can stand before the token with this index: `rule "name" { |`.
    static func isAtHook(before index: Int, in text: LuaText) -> Bool {
        guard let top = frames(before: index, in: text).last, top.opening == "{", top.isAtStart, top.position >= 2
        else { return false }
        return text.isString(top.position - 1) && text.path(endingAt: top.position - 2) == "rule"
    }

    // MARK: - Frames

    /// An open bracket or block.
    private struct Frame {
        /// "(", "{", "[", or the keyword of a block.
        let opening: String
        /// What is called; of a function the name of the field that it is assigned to.
        var path: String?
        var commas = 0
        /// The call is one of a method: there is a colon before the name.
        var isMethod = false
        /// The index of the opening.
        var position: Int
        /// No token has followed the opening or the last comma.
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
