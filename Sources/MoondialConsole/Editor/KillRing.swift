// SPDX-License-Identifier: MIT

/// The killed texts, which can be yanked.
struct KillRing: Sendable {
    private static let capacity = 60

    enum Direction: Sendable {
        case forward, backward
    }

    /// The newest last.
    private var entries: [[UInt8]] = []
    /// The entry that a yank takes.
    private var position = 0

    var current: [UInt8]? {
        entries.indices.contains(position) ? entries[position] : nil
    }

    /// `continues`: kills in a row make one entry.
    mutating func add(_ text: [UInt8], _ direction: Direction, continues: Bool) {
        guard !text.isEmpty else { return }
        if continues, var last = entries.popLast() {
            if direction == .forward { last += text } else { last = text + last }
            entries.append(last)
        } else {
            entries.append(text)
            if entries.count > Self.capacity { entries.removeFirst() }
        }
        position = entries.count - 1
    }

    /// Goes to the entry before the one that was yanked, and from the first one to the last.
    mutating func rotate() {
        guard !entries.isEmpty else { return }
        position = (position + entries.count - 1) % entries.count
    }
}
