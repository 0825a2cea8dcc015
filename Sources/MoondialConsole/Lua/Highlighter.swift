// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialPresentation

/// Gives each byte of a text the style it is drawn in.
struct Highlighter {
    let theme: Theme
    let names: (any NameSource)?

    /// Styles in order; the text between them is plain.
    ///
    /// `part`: the bytes that are visible.
    func spans(of text: LuaText, in part: Range<Int>) -> [(range: Range<Int>, style: Style)] {
        if text.bytes.first == UInt8(ascii: ":") {
            let end = text.bytes.firstIndex(where: LuaLexer.isSpace) ?? text.bytes.count
            return [(0..<end, theme.command)]
        }
        var spans: [(range: Range<Int>, style: Style)] = []
        for index in text.index(endingAfter: part.lowerBound)..<text.tokens.count {
            let token = text.tokens[index]
            if token.range.lowerBound >= part.upperBound { break }
            guard let style = style(of: token, at: index, in: text), style != .plain else { continue }
            spans.append((token.range, style))
        }
        return spans
    }

    private func style(of token: LuaToken, at index: Int, in text: LuaText) -> Style? {
        switch token.kind {
        case .keyword:
            switch text.keyword(index) {
            case .true, .false, .nil: theme.literal
            default: theme.keyword
            }
        case .number: theme.literal
        case .string: theme.string
        case .comment: theme.comment
        case .unclosed, .invalid: theme.trouble
        case .sign: nil
        case .name:
            names.flatMap { names in text.path(endingAt: index).map(names.isKnown) } == true ? theme.knownName : nil
        }
    }
}

/// Finds the bracket or block word that belongs to the one at the cursor.
struct BracketMatch: Sendable, Hashable {
    let ranges: [Range<Int>]

    /// `cursor`: a bracket right before it counts, then one right after it; a word when the cursor touches it.
    init?(_ text: LuaText, blocks: LuaBlocks, cursor: Int) {
        let index = text.index(endingAfter: cursor)
        var candidates: [Int] = []
        if index > 0, text.tokens[index - 1].range.upperBound == cursor { candidates.append(index - 1) }
        if index < text.tokens.count, text.tokens[index].range.lowerBound <= cursor { candidates.append(index) }
        for candidate in candidates {
            guard let partner = blocks.partner(of: candidate) else { continue }
            ranges = [candidate, partner].sorted().map { text.tokens[$0].range }
            return
        }
        return nil
    }
}
