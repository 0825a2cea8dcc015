// SPDX-License-Identifier: MIT

/// The candidates that are offered below the block.
struct CompletionMenu {
    var completions: Completions
    var selected: Int?
    /// The first candidate that is shown.
    var top = 0

    mutating func move(by step: Int) {
        let count = completions.candidates.count
        selected = selected.map { ($0 + step + count) % count } ?? (step > 0 ? 0 : count - 1)
    }

    /// Which candidates are shown in a number of rows.
    mutating func visible(rows: Int) -> Range<Int> {
        let count = completions.candidates.count
        if let selected {
            if selected < top { top = selected }
            if selected >= top + rows { top = selected - rows + 1 }
        }
        top = max(0, min(top, count - rows))
        return top..<min(count, top + rows)
    }
}

extension Editor {
    /// Inserts what all candidates have in common; if that adds nothing, opens the menu.
    mutating func complete(backwards: Bool) -> Outcome {
        let cursor = buffer.cursor
        let blanks = buffer.indentation(ofLineAt: cursor)
        if cursor <= blanks.upperBound, blanks.lowerBound > 0 || (backwards && !blanks.isEmpty) {
            return shift(backwards: backwards)
        }
        guard let completions = candidates() else { return .bell }
        if completions.candidates.count == 1 { return insert(completions.candidates[0], for: completions.range) }
        let typed = Array(buffer.bytes[completions.range.lowerBound..<cursor])
        let common = Self.commonPrefix(of: completions.candidates)
        if common.count > typed.count, common.starts(with: typed), completions.candidates[0].lead == 0 {
            edit(completions.range.lowerBound..<cursor, common)
            return .redraw
        }
        var menu = CompletionMenu(completions: completions)
        if backwards { menu.move(by: -1) }
        mode = .choosing(menu)
        return .redraw
    }

    /// - Returns: nil when the key closes the menu and is to be handled as usual.
    mutating func handle(_ event: KeyDecoder.Event, in menu: CompletionMenu) -> Outcome? {
        var menu = menu
        switch event {
        case .text(let bytes):
            mode = .editing
            let outcome = type(bytes)
            filter(menu)
            return outcome
        case .paste, .unknown:
            mode = .editing
            return nil
        case .key(let key):
            switch Command(key) {
            case .tab, .down: menu.move(by: 1)
            case .backTab, .up: menu.move(by: -1)
            case .historyOlder: menu.move(by: -1)
            case .historyNewer: menu.move(by: 1)
            case .deleteBackward where buffer.cursor > menu.completions.range.lowerBound:
                mode = .editing
                let outcome = deleteBackward()
                filter(menu)
                return outcome
            case .enter, .right:
                mode = .editing
                guard let selected = menu.selected else { return nil }
                return insert(menu.completions.candidates[selected], for: menu.completions.range)
            case .escape:
                mode = .editing
                return .redraw
            default:
                mode = .editing
                return nil
            }
        }
        mode = .choosing(menu)
        return .redraw
    }

    /// Asks for candidates again, and keeps the menu open as long as they are for the same place.
    private mutating func filter(_ menu: CompletionMenu) {
        guard let completions = candidates(), completions.range.lowerBound == menu.completions.range.lowerBound else {
            return
        }
        mode = .choosing(CompletionMenu(completions: completions, selected: menu.selected.map { _ in 0 }))
    }

    /// - Returns: nil when there are none that fit the text.
    private func candidates() -> Completions? {
        guard let source = sources.completions else { return nil }
        let completions = source.completions(for: buffer.text, at: buffer.cursor)
        let range = completions.range
        let lead = completions.candidates.map(\.lead).max() ?? 0
        guard !completions.candidates.isEmpty, range.lowerBound >= lead, range.lowerBound <= buffer.cursor,
            range.upperBound >= buffer.cursor, range.upperBound <= buffer.count
        else { return nil }
        return completions
    }

    private mutating func insert(_ candidate: Completions.Candidate, for range: Range<Int>) -> Outcome {
        edit(range.lowerBound - candidate.lead..<range.upperBound, Array(candidate.text.utf8))
        return .redraw
    }

    /// Moves the beginning of a line by one level.
    private mutating func shift(backwards: Bool) -> Outcome {
        let cursor = buffer.cursor
        let start = buffer.lineStart(of: cursor)
        let step = options.indentation
        guard backwards else {
            edit(cursor..<cursor, [UInt8](repeating: 0x20, count: step - (cursor - start) % step))
            return .redraw
        }
        let blanks = buffer.indentation(ofLineAt: cursor)
        let count = min(step, blanks.count)
        guard count > 0 else { return .bell }
        edit(start..<start + count, [], cursor: max(start, cursor - count))
        return .redraw
    }

    private static func commonPrefix(of candidates: [Completions.Candidate]) -> [UInt8] {
        if candidates.contains(where: { $0.lead != candidates[0].lead }) { return [] }
        var common = Array((candidates.first?.text ?? "").utf8)
        for candidate in candidates.dropFirst() {
            let same = zip(common, candidate.text.utf8).prefix { $0 == $1 }.count
            common.removeLast(common.count - same)
        }
        // The common part must not end within a character.
        while let last = common.last, last >= 0x80 { common.removeLast() }
        return common
    }
}
