// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialPresentation

extension Editor {
    /// Draws the block for a window.
    ///
    /// A block that needs more rows than the window has is shown in part, around the cursor; once it is finished, the
    /// screen holds all of it. Mutating, since the editor remembers which part was shown.
    ///
    /// - Parameters:
    ///   - width: The cells of a row.
    ///   - height: The rows that there are.
    ///   - gone: How many rows of the block have scrolled out of the window. These are not shown again as long as there
    ///     are others. The default is none.
    /// - Returns: The rows of the block that fit, and those of a menu or search below them.
    package mutating func render(width: Int, height: Int, gone: Int = 0) -> Screen {
        let width = max(1, width)
        let layout = BlockLayout(buffer, prompt: prompt, width: width)
        let footer = footer(width: width, height: height)
        var room = max(1, height - footer.rows.count)
        if isFinished {
            topRow = 0
            room = layout.rowCount
        } else {
            if layout.rowCount > gone { room = min(room, layout.rowCount - gone) }
            topRow = min(max(0, topRow), max(0, layout.rowCount - room))
            topRow = min(max(topRow, layout.cursorRow - room + 1), layout.cursorRow)
        }
        let rows = topRow..<min(topRow + room, layout.rowCount)
        var screen = draw(layout, rows: rows, width: width)
        let footerRow = screen.rows.count
        screen.rows += footer.rows
        if let cursor = footer.cursor { screen.cursor = .init(row: footerRow, column: cursor) }
        return screen
    }

    private mutating func draw(_ layout: BlockLayout, rows: Range<Int>, width: Int) -> Screen {
        let lines = layout.lines(in: rows)
        let visible = layout.starts[lines.lowerBound]..<layout.end(ofLine: lines.upperBound - 1)
        var styles = StyleCursor(spans(in: visible))
        var writer = ScreenWriter(width: width)
        for line in lines {
            if line > lines.lowerBound { writer.newRow() }
            writer.write(line == 0 ? prompt.first : prompt.continuation)
            drawLine(from: layout.starts[line], to: layout.end(ofLine: line), &styles, &writer)
        }
        if lines.upperBound == layout.starts.count { drawGhost(&writer) }
        var screen = writer.screen
        // The first line may begin above the window, and the last one end below it.
        let skipped = rows.lowerBound - layout.firstRow(ofLine: lines.lowerBound)
        screen.rows.removeFirst(min(skipped, screen.rows.count - 1))
        screen.cursor.row = max(0, screen.cursor.row - skipped)
        // The sign of an interrupt may need a row more than the text.
        if screen.rows.count > rows.count, !isFinished { screen.rows.removeLast(screen.rows.count - rows.count) }
        return screen
    }

    private func drawLine(from start: Int, to end: Int, _ styles: inout StyleCursor, _ writer: inout ScreenWriter) {
        var place = start
        while place < end {
            if place == buffer.cursor { writer.setCursor(writer.place()) }
            let byte = buffer.bytes[place]
            let next = buffer.boundary(after: place)
            let style = styles.style(at: place)
            if next == place + 1, byte >= 0x20, byte < 0x7F {
                writer.write(ascii: byte, style)
            } else if let character = buffer.character(at: place) {
                if let shown = DisplayWidth.replacement(for: character) {
                    writer.write(shown, byte == 0x09 ? style : options.theme.invisible)
                } else {
                    writer.write(character, style)
                }
            }
            place = next
        }
        if place == buffer.cursor { writer.setCursor(writer.place()) }
    }

    /// Styles of the visible part: tokens, and over them the brackets at the cursor or what a search has found.
    private mutating func spans(in visible: Range<Int>) -> [(range: Range<Int>, style: Style)] {
        let theme = options.theme
        let text = luaText()
        let spans = Highlighter(theme: theme, names: sources.names).spans(of: text, in: visible)
        var overlays: [(range: Range<Int>, style: Style)] = []
        switch mode {
        case .searching(let search):
            if search.entry != nil, !search.query.isEmpty,
                let match = HistoryPattern(search.query).place(in: buffer.bytes)
            {
                overlays = [(match, theme.searchMatch)]
            }
        case .editing, .choosing, .quoting, .prefixed:
            if Self.mayMatch(text, at: buffer.cursor),
                let match = BracketMatch(text, blocks: LuaBlocks(text), cursor: buffer.cursor)
            {
                overlays = match.ranges.map { ($0, theme.bracket) }
            }
        case .finished: break
        }
        return StyleCursor.merged(spans, overlays)
    }

    /// Whether the token at the cursor can have a partner, which saves looking for it in a long text.
    private static func mayMatch(_ text: LuaText, at cursor: Int) -> Bool {
        let index = text.index(endingAfter: cursor)
        return [index - 1, index].contains { index in
            text.tokens.indices.contains(index)
                && (LuaBlocks.isOpening(index, in: text) || LuaBlocks.isClosing(index, in: text))
        }
    }
}

// MARK: - Around the block

extension Editor {
    private struct Footer {
        var rows: [Screen.Row] = []
        /// The column of the cursor, when it is in the first row of the footer.
        var cursor: Int?
    }

    /// The suggestion or hint after the text, cut to the row it begins in.
    private mutating func drawGhost(_ writer: inout ScreenWriter) {
        if case .finished(.interrupt) = mode { return writer.write("^C", options.theme.ghost) }
        guard case .editing = mode, buffer.isAtEnd, let ghost = suggestion() ?? hint() ?? elseIfHint() else { return }
        let more = options.isUnicode ? "…" : "..."
        let firstLine = ghost.prefix { $0 != "\n" }
        var shown = firstLine.map { DisplayWidth.replacement(for: $0) ?? String($0) }.joined()
        var isCut = firstLine.endIndex < ghost.endIndex
        let room = writer.room - (isCut ? DisplayWidth.of(more) : 0)
        if DisplayWidth.of(shown) > room {
            isCut = true
            while !shown.isEmpty, DisplayWidth.of(shown) + DisplayWidth.of(more) > writer.room { shown.removeLast() }
        }
        if isCut { shown += more }
        guard DisplayWidth.of(shown) <= writer.room else { return }
        writer.write(shown, options.theme.ghost)
    }

    /// The parameters that are still to come in the call around the cursor.
    private mutating func hint() -> String? {
        guard let hints = sources.hints, buffer.bytes.first != UInt8(ascii: ":"),
            let call = luaText().call(around: buffer.cursor), let parameters = hints.parameters(of: call.function)
        else { return nil }
        if !call.hasBegun {
            let rest = parameters.dropFirst(call.argument).joined(separator: ", ")
            let needsBlank = call.argument > 0 && !call.isSpaced && !rest.isEmpty
            return (needsBlank ? " " : "") + rest + ")"
        }
        return parameters.dropFirst(call.argument + 1).map { ", " + $0 }.joined() + ")"
    }

    /// Explains why a block is incomplete after an `end` that was probably meant to be the last.
    private mutating func elseIfHint() -> String? {
        let line = buffer.lineStart(of: buffer.count)
        guard line > 0, buffer.bytes[line...].allSatisfy({ $0 == 0x20 }) else { return nil }
        let text = luaText()
        guard text.tokens.indices.last.map({ text.keyword($0) }) == .end else { return nil }
        let elseIfs = text.tokens.indices.filter { index in
            text.keyword(index) == .if && text.keyword(index - 1) == .else
                && buffer.lineStart(of: text.tokens[index].range.lowerBound)
                    == buffer.lineStart(of: text.tokens[index - 1].range.lowerBound)
        }
        let open = LuaBlocks(text).open
        guard !elseIfs.isEmpty, open.count <= elseIfs.count, open.allSatisfy({ text.keyword($0) == .if }) else {
            return nil
        }
        return "'else if' needs an end of its own, 'elseif' does not"
    }

    private mutating func footer(width: Int, height: Int) -> Footer {
        switch mode {
        case .searching(let search):
            let (rows, cursor) = searchRows(search, width: width, height: height)
            return Footer(rows: rows, cursor: cursor)
        case .choosing(var menu):
            let rows = min(options.menuHeight, max(1, height / 2), menu.completions.candidates.count)
            // The window needs a row for the text.
            guard height > rows else { return Footer() }
            let footer = Footer(rows: menuRows(&menu, rows: rows, width: width))
            mode = .choosing(menu)
            return footer
        case .editing:
            guard let argument, height > 1 else { return Footer() }
            var writer = ScreenWriter(width: width)
            write("number for the next key: \(argument.text)", options.theme.ghost, to: &writer, leaving: 0)
            return Footer(rows: [writer.screen.rows[0]])
        case .quoting, .prefixed, .finished: return Footer()
        }
    }

    private func menuRows(_ menu: inout CompletionMenu, rows: Int, width: Int) -> [Screen.Row] {
        let candidates = menu.completions.candidates
        let visible = menu.visible(rows: rows)
        let longest = candidates.map { DisplayWidth.of($0.label) }.max() ?? 0
        let labelWidth = min(longest, max(1, width - 2))
        let position =
            candidates.count > rows ? "\(visible.lowerBound + 1)-\(visible.upperBound)/\(candidates.count)" : ""
        return visible.map { index in
            let candidate = candidates[index]
            let style = index == menu.selected ? options.theme.menuSelection : .plain
            var writer = ScreenWriter(width: width)
            write(" " + Self.fitted(candidate.label, to: labelWidth) + " ", style, to: &writer, leaving: 0)
            let isLast = index == visible.upperBound - 1
            let reserved = isLast && !position.isEmpty ? position.utf8.count + 1 : 0
            write(" " + candidate.summary, options.theme.menuDocumentation, to: &writer, leaving: reserved)
            if reserved > 0, writer.room >= reserved {
                writer.write(String(repeating: " ", count: writer.room - reserved + 1) + position, options.theme.ghost)
            }
            return writer.screen.rows[0]
        }
    }

    private static func fitted(_ text: String, to width: Int) -> String {
        var text = text
        while DisplayWidth.of(text) > width { text.removeLast() }
        return DisplayText.padded(text, to: width)
    }

    /// Writes as much as fits into the row, and a mark if the text was cut.
    private func write(_ text: String, _ style: Style, to writer: inout ScreenWriter, leaving reserved: Int) {
        let more = options.isUnicode ? "…" : "..."
        let shown = text.map { DisplayWidth.replacement(for: $0) ?? String($0) }
        let isCut = shown.reduce(0) { $0 + DisplayWidth.of($1) } > writer.room - reserved
        let room = reserved + (isCut ? DisplayWidth.of(more) : 0)
        for character in shown {
            guard DisplayWidth.of(character) <= writer.room - room else { break }
            writer.write(character, style)
        }
        if isCut, writer.room - reserved >= DisplayWidth.of(more) { writer.write(more, style) }
    }
}
