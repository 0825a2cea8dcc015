// SPDX-License-Identifier: MIT

import MoondialRules

/// A call whose arguments are being written.
struct LuaCall {
    /// As it is written: "moondial.attempt". A method is taken for one of strings: "string.find".
    let path: String
    /// The place of its argument that is being written, from 0.
    let argument: Int
    /// The place is in a table that is the argument, where a key stands.
    let isAtKey: Bool
    /// The place is in a table that is the argument.
    let isInTable: Bool

    /// The call around the piece with this index, or around the end of the text.
    init?(before index: Int, in pieces: [LuaPiece]) {
        let frames = Self.frames(before: index, in: pieces)
        guard let top = frames.last else { return nil }
        let call: Frame
        if top.opening == "{", let outer = frames.dropLast().last, outer.opening == "(" {
            (call, isInTable) = (outer, true)
        } else {
            (call, isInTable) = (top, false)
        }
        guard call.opening == "(", let path = call.path else { return nil }
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

    /// Whether the end of the text is inside a function that belongs to a hook of that name: those around it, innermost
    /// last.
    static func hooks(around index: Int, in pieces: [LuaPiece]) -> [String] {
        frames(before: index, in: pieces).compactMap { $0.opening == "function" ? $0.path : nil }
    }

    /// Whether a hook's name can stand before the piece with this index: `rule "name" { |`.
    static func isAtHook(before index: Int, in pieces: [LuaPiece]) -> Bool {
        guard let top = frames(before: index, in: pieces).last, top.opening == "{", top.isAtStart, top.position >= 2
        else { return false }
        return pieces[top.position - 1].isString && pieces[top.position - 2].text == "rule"
    }

    /// The dotted name that ends before the piece with this index.
    static func path(endingBefore index: Int, in pieces: [LuaPiece]) -> String? {
        var position = index - 1
        guard position >= 0, pieces[position].kind == .name else { return nil }
        var path = pieces[position].text
        while position >= 2, pieces[position - 1].isSign("."), pieces[position - 2].kind == .name {
            position -= 2
            path = "\(pieces[position].text).\(path)"
        }
        // What comes before the dot is no name: a call, or an index.
        return position >= 1 && (pieces[position - 1].isSign(".") || pieces[position - 1].isSign(":")) ? nil : path
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

    private static func frames(before index: Int, in pieces: [LuaPiece]) -> [Frame] {
        var frames: [Frame] = []
        for (position, piece) in pieces[..<index].enumerated() {
            switch piece.text {
            case "(", "{", "[":
                guard piece.isSign else { break }
                touch(&frames)
                let isMethod = position >= 2 && pieces[position - 1].kind == .name && pieces[position - 2].isSign(":")
                let path = isMethod ? "string.\(pieces[position - 1].text)" : path(endingBefore: position, in: pieces)
                frames.append(Frame(opening: piece.text, path: path, isMethod: isMethod, position: position))
                continue
            case ")", "}", "]":
                if piece.isSign, !frames.isEmpty { frames.removeLast() }
            case ",", ";":
                guard piece.isSign, !frames.isEmpty else { break }
                frames[frames.count - 1].commas += 1
                frames[frames.count - 1].isAtStart = true
                continue
            case "function", "if", "do", "repeat":
                guard piece.kind == .keyword else { break }
                let isField = position >= 2 && pieces[position - 1].isSign("=") && pieces[position - 2].kind == .name
                let name = isField ? pieces[position - 2].text : nil
                frames.append(Frame(opening: piece.text, path: name, position: position))
                continue
            case "end", "until":
                if piece.kind == .keyword, !frames.isEmpty { frames.removeLast() }
            default: break
            }
            touch(&frames)
        }
        return frames
    }

    private static func touch(_ frames: inout [Frame]) {
        if !frames.isEmpty { frames[frames.count - 1].isAtStart = false }
    }
}
