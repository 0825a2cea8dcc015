// SPDX-License-Identifier: MIT

/// A search through the history while its text is being typed.
struct IncrementalSearch {
    /// The block before the search.
    let origin: EditBuffer
    var query = ""
    /// The entries that match, the best first: those that hold the query, then those that hold its words, then those that
    /// hold its letters in this order; among like ones the newest first.
    private(set) var matches: [Int] = []
    /// Which of them is shown in the block; nil for none.
    var selected: Int?
    /// Whether the user has moved to a match other than the best.
    var isChosen = false
    /// Nothing matches; what matched before stays.
    private(set) var hasFailed = false

    init(origin: EditBuffer, in history: History) {
        self.origin = origin
        matches = history.entries.indices.reversed()
    }

    /// The entry that is shown in the block.
    var entry: Int? { selected.map { matches[$0] } }

    /// Looks for the query.
    ///
    /// - Returns: Whether it was found; if not, what was found before stays.
    @discardableResult
    mutating func find(in history: History, isNarrower: Bool) -> Bool {
        if query.isEmpty {
            self = IncrementalSearch(origin: origin, in: history)
            return true
        }
        let pattern = HistoryPattern(query)
        // A longer query matches only entries that the shorter one has matched.
        let candidates = isNarrower && !hasFailed ? matches.sorted(by: >) : history.entries.indices.reversed()
        var ranked: [[Int]] = [[], [], []]
        for index in candidates {
            if let rank = pattern.rank(of: history.entries[index].text) { ranked[rank].append(index) }
        }
        let found = Array(ranked.joined())
        hasFailed = found.isEmpty
        guard !hasFailed else { return false }
        let kept = isChosen ? entry.flatMap(found.firstIndex(of:)) : nil
        isChosen = kept != nil
        matches = found
        selected = kept ?? 0
        return true
    }

    /// Goes on to an older or newer match; false at the end.
    mutating func move(by step: Int) -> Bool {
        let next = selected.map { $0 + step } ?? (step > 0 ? 0 : -1)
        guard matches.indices.contains(next) else { return false }
        selected = next
        isChosen = true
        return true
    }
}

/// The pattern of a search in the history.
struct HistoryPattern {
    private let whole: [UInt8]
    private let words: [[UInt8]]
    private let letters: [UInt8]
    /// True for a query without capital letters.
    private let ignoresCase: Bool

    init(_ query: String) {
        whole = Array(query.utf8)
        words = whole.split(separator: 0x20).map(Array.init)
        letters = whole.filter { $0 != 0x20 }
        ignoresCase = !whole.contains { (0x41...0x5A).contains($0) }
    }

    /// 0 when a text holds the query, 1 when it holds its words, 2 when it holds its letters in order; nil when none.
    func rank(of text: [UInt8]) -> Int? {
        if last(whole, in: text) != nil { return 0 }
        if words.count > 1, words.allSatisfy({ last($0, in: text) != nil }) { return 1 }
        return letters.isEmpty || places(in: text) == nil ? nil : 2
    }

    /// The part of a text to show: the last that is the query, else what its first word or letter matches.
    func place(in text: [UInt8]) -> Range<Int>? {
        if letters.isEmpty { return nil }
        if let start = last(whole, in: text) { return start..<start + whole.count }
        if words.count > 1, let word = words.first, let start = last(word, in: text) {
            return start..<start + word.count
        }
        return places(in: text).flatMap { $0.first }.map { $0..<$0 + 1 }
    }

    /// The places of the letters, each as early as possible.
    func places(in text: [UInt8]) -> [Int]? {
        var places: [Int] = []
        var next = 0
        for letter in letters {
            while next < text.count, folded(text[next]) != letter { next += 1 }
            guard next < text.count else { return nil }
            places.append(next)
            next += 1
        }
        return places
    }

    private func folded(_ byte: UInt8) -> UInt8 { ignoresCase && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    private func last(_ needle: [UInt8], in text: [UInt8]) -> Int? {
        guard text.count >= needle.count else { return nil }
        return text.withUnsafeBufferPointer { text in
            needle.withUnsafeBufferPointer { needle in
                var start = text.count - needle.count
                while start >= 0 {
                    var offset = 0
                    while offset < needle.count, folded(text[start + offset]) == needle[offset] { offset += 1 }
                    if offset == needle.count { return start }
                    start -= 1
                }
                return nil
            }
        }
    }
}

extension Editor {
    mutating func beginSearch() -> Outcome {
        mode = .searching(IncrementalSearch(origin: buffer, in: history))
        return .redraw
    }

    /// - Returns: nil when the key ends the search and is to be handled as usual.
    mutating func handle(_ event: KeyDecoder.Event, in search: IncrementalSearch) -> Outcome? {
        var search = search
        switch event {
        case .text(let bytes):
            search.query += String(decoding: bytes, as: UTF8.self)
            let isFound = search.find(in: history, isNarrower: true)
            return show(search, isFound: isFound)
        case .paste(let bytes):
            let line = PasteCleaner(prompts: []).cleaned(bytes).prefix { $0 != UInt8(ascii: "\n") }
            search.query += String(decoding: line, as: UTF8.self)
            let isFound = search.find(in: history, isNarrower: true)
            return show(search, isFound: isFound)
        case .unknown: return .bell
        case .key(let key):
            switch Command(key) {
            case .searchBackward, .down:
                let isFound = search.move(by: 1)
                return show(search, isFound: isFound)
            case .searchForward, .up:
                let isFound = search.move(by: -1)
                return show(search, isFound: isFound)
            case .deleteBackward:
                if search.query.isEmpty { return .bell }
                search.query.removeLast()
                let isFound = search.find(in: history, isNarrower: false)
                return show(search, isFound: isFound)
            case .interrupt: return cancel(search)
            case .escape where key.code != .escape: return cancel(search)
            case .escape, .tab:
                accept(search)
                return .redraw
            default:
                accept(search)
                return nil
            }
        }
    }

    private mutating func show(_ search: IncrementalSearch, isFound: Bool) -> Outcome {
        if search.hasFailed {
            // What was found before stays as it is.
        } else if let entry = search.entry {
            let bytes = history.entries[entry].text
            let place = HistoryPattern(search.query).place(in: bytes)
            preview(EditBuffer(String(decoding: bytes, as: UTF8.self), cursor: place?.lowerBound))
        } else {
            preview(search.origin)
        }
        mode = .searching(search)
        return isFound ? .redraw : .bell
    }

    /// Shows a text without recording a change.
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
