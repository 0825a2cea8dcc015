// SPDX-License-Identifier: MIT

/// A search through the history while its text is being typed.
struct IncrementalSearch {
    /// What was in the block before.
    let origin: EditBuffer
    var query = ""
    /// The entry that was found.
    var entry: Int?
    /// The part of the entry that is the query, in bytes.
    var match: Range<Int>?
    var hasFailed = false

    /// Looks for the query from an entry on.
    /// - Returns: whether it was found; if not, what was found before stays.
    @discardableResult
    mutating func find(in history: History, from start: Int, older: Bool) -> Bool {
        let needle = Array(query.utf8)
        // Without capital letters, these count as the small ones.
        let ignoresCase = !needle.contains { (0x41...0x5A).contains($0) }
        var index = start
        while history.entries.indices.contains(index) {
            if let place = Self.last(needle, in: history.entries[index].text, ignoresCase: ignoresCase) {
                entry = index
                match = place..<place + needle.count
                hasFailed = false
                return true
            }
            index += older ? -1 : 1
        }
        hasFailed = true
        return false
    }

    private static func last(_ needle: [UInt8], in text: [UInt8], ignoresCase: Bool) -> Int? {
        guard text.count >= needle.count else { return nil }
        return (0...(text.count - needle.count)).last { start in
            for offset in needle.indices {
                let byte = text[start + offset]
                let folded = ignoresCase && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
                if folded != needle[offset] { return false }
            }
            return true
        }
    }
}

extension Editor {
    mutating func beginSearch() -> Outcome {
        mode = .searching(IncrementalSearch(origin: buffer))
        return .redraw
    }

    /// - Returns: nil when the key ends the search and is to be handled as usual.
    mutating func handle(_ event: KeyDecoder.Event, in search: IncrementalSearch) -> Outcome? {
        var search = search
        switch event {
        case .text(let bytes):
            search.query += String(decoding: bytes, as: UTF8.self)
            return find(&search, from: search.entry ?? history.entries.count - 1, older: true)
        case .paste(let bytes):
            let line = PasteCleaner(prompts: []).cleaned(bytes).prefix { $0 != UInt8(ascii: "\n") }
            search.query += String(decoding: line, as: UTF8.self)
            return find(&search, from: search.entry ?? history.entries.count - 1, older: true)
        case .unknown: return .bell
        case .key(let key):
            switch Command(key) {
            case .searchBackward: return findNext(&search, older: true)
            case .searchForward: return findNext(&search, older: false)
            case .deleteBackward:
                if search.query.isEmpty { return .bell }
                search.query.removeLast()
                search.entry = nil
                search.match = nil
                return find(&search, from: history.entries.count - 1, older: true)
            case .interrupt: return cancel(search)
            case .escape where key.code != .escape: return cancel(search)
            case .escape:
                accept(search)
                return .redraw
            default:
                accept(search)
                return nil
            }
        }
    }

    private mutating func findNext(_ search: inout IncrementalSearch, older: Bool) -> Outcome {
        guard !search.query.isEmpty else { return .bell }
        let start = search.entry.map { $0 + (older ? -1 : 1) } ?? history.entries.count - 1
        return find(&search, from: start, older: older)
    }

    private mutating func find(_ search: inout IncrementalSearch, from start: Int, older: Bool) -> Outcome {
        let found = search.query.isEmpty || search.find(in: history, from: start, older: older)
        if search.query.isEmpty { search.hasFailed = false }
        if let entry = search.entry, let match = search.match {
            let text = String(decoding: history.entries[entry].text, as: UTF8.self)
            preview(EditBuffer(text, cursor: match.lowerBound))
        } else {
            preview(search.origin)
        }
        mode = .searching(search)
        return found ? .redraw : .bell
    }

    /// Shows a text without making it a change.
    private mutating func preview(_ other: EditBuffer) {
        buffer.replace(0..<buffer.count, with: other.bytes)
        buffer.move(to: other.cursor)
    }

    private mutating func cancel(_ search: IncrementalSearch) -> Outcome {
        preview(search.origin)
        mode = .editing
        return .redraw
    }

    private mutating func accept(_ search: IncrementalSearch) {
        let found = buffer
        preview(search.origin)
        mode = .editing
        edit(0..<buffer.count, found.bytes, cursor: found.cursor)
    }
}
