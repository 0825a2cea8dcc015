// SPDX-License-Identifier: MIT

import MoondialLua

/// The text of a block and the place of the cursor in it.
///
/// Places are offsets in bytes. The text is valid UTF-8 without carriage returns, and the cursor stands between grapheme
/// clusters.
package struct EditBuffer: Sendable, Hashable {
    package private(set) var bytes: [UInt8]
    package private(set) var cursor: Int
    /// Grows with every change of the text.
    private(set) var version = 0

    /// `cursor`: the default is the end.
    package init(_ text: String = "", cursor: Int? = nil) {
        bytes = Array(text.utf8)
        self.cursor = 0
        move(to: cursor ?? bytes.count)
    }

    package var text: String { String(decoding: bytes, as: UTF8.self) }
    package var isEmpty: Bool { bytes.isEmpty }
    var count: Int { bytes.count }
    var isAtEnd: Bool { cursor == bytes.count }

    /// Whether there is nothing but white space.
    var isBlank: Bool { bytes.allSatisfy(LuaLexer.isSpace) }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Replaces a part of the text and puts the cursor after what is new.
    mutating func replace(_ range: Range<Int>, with new: some Collection<UInt8>) {
        bytes.replaceSubrange(range, with: new)
        version += 1
        move(to: range.lowerBound + new.count)
    }

    /// Moves the cursor; a place inside a cluster becomes its end.
    mutating func move(to place: Int) {
        cursor = min(max(0, place), bytes.count)
        if !isCertainBoundary(cursor) {
            let run = run(around: cursor)
            cursor = clusters(in: run).first { $0.upperBound >= cursor }?.upperBound ?? run.upperBound
        }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(bytes)
        hasher.combine(cursor)
    }

    package static func == (left: EditBuffer, right: EditBuffer) -> Bool {
        left.bytes == right.bytes && left.cursor == right.cursor
    }
}

// MARK: - Clusters

extension EditBuffer {
    /// The end of the cluster that begins at a place, or the place when it is the end.
    func boundary(after place: Int) -> Int {
        guard place < bytes.count else { return bytes.count }
        if isCertainBoundary(place + 1) { return place + 1 }
        return clusters(in: run(around: place)).first { $0.upperBound > place }?.upperBound ?? bytes.count
    }

    func boundary(before place: Int) -> Int {
        guard place > 0 else { return 0 }
        if isCertainBoundary(place - 1), bytes[place - 1] < 0x80 { return place - 1 }
        return clusters(in: run(around: place - 1)).last { $0.lowerBound < place }?.lowerBound ?? 0
    }

    /// The cluster that begins at a place.
    func character(at place: Int) -> Character? {
        let end = boundary(after: place)
        if end == place + 1 { return Character(UnicodeScalar(bytes[place])) }
        return end > place ? text(place..<end).first : nil
    }

    /// Two ASCII characters are never one cluster, since the text has no carriage returns.
    private func isCertainBoundary(_ place: Int) -> Bool {
        if place <= 0 || place >= bytes.count { return true }
        return bytes[place - 1] < 0x80 && bytes[place] < 0x80
    }

    /// The part around a place that holds all of its clusters.
    private func run(around place: Int) -> Range<Int> {
        var start = min(place, bytes.count)
        while !isCertainBoundary(start) { start -= 1 }
        var end = min(place + 1, bytes.count)
        while !isCertainBoundary(end) { end += 1 }
        return start..<end
    }

    private func clusters(in run: Range<Int>) -> [Range<Int>] {
        var clusters: [Range<Int>] = []
        var start = run.lowerBound
        for character in text(run) {
            let end = start + character.utf8.count
            clusters.append(start..<end)
            start = end
        }
        return clusters
    }
}
