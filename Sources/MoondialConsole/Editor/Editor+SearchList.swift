// SPDX-License-Identifier: MIT

import MoondialPresentation

/// The list of the matches of a search, below the block.
extension Editor {
    /// - Returns: The rows, the first of which holds the cursor, and its column.
    func searchRows(_ search: IncrementalSearch, width: Int, height: Int) -> (rows: [Screen.Row], cursor: Int) {
        let (first, cursor) = queryRow(search, width: width)
        // The window needs a row for the text.
        let room = min(options.menuHeight, max(0, height / 2 - 1), search.matches.count)
        guard room > 0, !search.hasFailed, height > room + 1 else { return ([first], cursor) }
        let selected = search.selected ?? 0
        let top = max(0, min(selected - room / 2, search.matches.count - room))
        let pattern = HistoryPattern(search.query)
        let rows = (top..<top + room).map { index in
            row(of: search.matches[index], isSelected: index == search.selected, pattern, width: width)
        }
        return ([first] + rows, cursor)
    }

    private func queryRow(_ search: IncrementalSearch, width: Int) -> (Screen.Row, Int) {
        var writer = ScreenWriter(width: width)
        let label = search.hasFailed ? "no match: " : "search: "
        let style = search.hasFailed ? options.theme.trouble : options.theme.ghost
        for character in label where writer.room > 1 { writer.write(character, style) }
        // Of a long query, only the end is shown.
        var query = Substring(search.query)
        while DisplayWidth.of(String(query)) >= writer.room, !query.isEmpty { query.removeFirst() }
        writer.write(String(query), .plain)
        let cursor = min(writer.column, width - 1)
        if let selected = search.selected, !search.hasFailed {
            let position = "\(selected + 1)/\(search.matches.count)"
            if writer.room >= position.utf8.count + 2 {
                let gap = writer.room - position.utf8.count
                writer.write(String(repeating: " ", count: gap) + position, options.theme.ghost)
            }
        }
        return (writer.screen.rows[0], cursor)
    }

    private func row(of entry: Int, isSelected: Bool, _ pattern: HistoryPattern, width: Int) -> Screen.Row {
        let text = folded(history.entries[entry].text, at: pattern)
        let bytes = Array(text.utf8)
        let whole = pattern.rank(of: bytes) == 0 ? pattern.place(in: bytes).map { Array($0) } : nil
        let places = Set(whole ?? pattern.places(in: bytes) ?? [])
        let style = isSelected ? options.theme.menuSelection : .plain
        var writer = ScreenWriter(width: width)
        writer.write(" ", style)
        var place = 0
        for character in text {
            let shown = DisplayWidth.replacement(for: character) ?? String(character)
            guard DisplayWidth.of(shown) <= writer.room else { break }
            let isMatch = !isSelected && places.contains(place)
            writer.write(shown, isMatch ? options.theme.searchMatch : style)
            place += character.utf8.count
        }
        return writer.screen.rows[0]
    }

    /// A block in one row: its first line, and the line with the match.
    private func folded(_ block: [UInt8], at pattern: HistoryPattern) -> String {
        let newline = UInt8(ascii: "\n")
        guard let end = block.firstIndex(of: newline) else { return String(decoding: block, as: UTF8.self) }
        let more = options.isUnicode ? "…" : "..."
        var text = String(decoding: block[..<end], as: UTF8.self) + " \(more)"
        if let place = pattern.place(in: block)?.lowerBound, place > end {
            let start = block[..<place].lastIndex(of: newline).map { $0 + 1 } ?? 0
            let line = block[start...].prefix { $0 != newline }
            text += " " + String(decoding: line, as: UTF8.self).trimmingSpaces + " \(more)"
        }
        return text + " (\(block.count { $0 == newline } + 1) lines)"
    }
}
