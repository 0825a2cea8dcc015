// SPDX-License-Identifier: MIT

import MoondialLua

/// The blocks that were run, for arrows, searches and suggestions.
///
/// What was typed in this session is kept as it was typed, so that it can be run again; what goes to a file is redacted.
package struct History: Sendable {
    /// Longer blocks are not written to the file.
    static let longestKept = 64 * 1024

    struct Entry: Sendable, Hashable {
        let text: [UInt8]
        /// Whether something was taken out of it, so that it cannot be run as it is.
        let isRedacted: Bool
    }

    /// The oldest first; no text twice.
    private(set) var entries: [Entry]
    /// How many are kept at most.
    package let capacity: Int
    /// Whether anything is added.
    package var isEnabled: Bool

    /// - Parameters:
    ///   - texts: What a file held, the oldest first.
    ///   - capacity: The default is 10,000.
    ///   - isEnabled: The default is true.
    package init(_ texts: [String] = [], capacity: Int = 10_000, isEnabled: Bool = true) {
        self.capacity = max(1, capacity)
        self.isEnabled = isEnabled
        // Strings, as arrays are hashed byte by byte.
        var known = Set<String>(minimumCapacity: texts.count)
        var newest: [Entry] = []
        newest.reserveCapacity(texts.count)
        for text in texts.reversed() where newest.count < self.capacity {
            guard known.insert(text).inserted else { continue }
            let bytes = Array(text.utf8)
            newest.append(Entry(text: bytes, isRedacted: HistoryRedaction.hasMarks(bytes)))
        }
        entries = newest.reversed()
    }

    /// The blocks, the oldest first.
    package var texts: [String] { entries.map { String(decoding: $0.text, as: UTF8.self) } }

    /// Adds a block that was run. One that begins with a space, is blank, or is the same as the last one is left out.
    /// - Returns: what to append to the file, redacted; nil when it shall not be kept.
    package mutating func add(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard isEnabled, bytes.first != 0x20, !bytes.allSatisfy(LuaLexer.isSpace), entries.last?.text != bytes
        else { return nil }
        entries.removeAll { $0.text == bytes }
        entries.append(Entry(text: bytes, isRedacted: false))
        if entries.count > capacity { entries.removeFirst(entries.count - capacity) }
        return bytes.count <= Self.longestKept ? HistoryRedaction.redacted(text) : nil
    }

    /// The nearest entry before or after an index that begins with a text, and is not that text.
    func index(from index: Int, older: Bool, prefix: [UInt8], not current: [UInt8]) -> Int? {
        var index = index
        while true {
            index += older ? -1 : 1
            guard entries.indices.contains(index) else { return nil }
            let text = entries[index].text
            if Self.begins(text, with: prefix), text != current { return index }
        }
    }

    /// The newest entry that goes on after a text and can be run as it is.
    func suggestion(for text: [UInt8]) -> [UInt8]? {
        entries.last { $0.text.count > text.count && !$0.isRedacted && Self.begins($0.text, with: text) }?.text
    }

    /// As `starts(with:)`, for ten thousand entries at each key.
    private static func begins(_ text: [UInt8], with prefix: [UInt8]) -> Bool {
        guard text.count >= prefix.count else { return false }
        return text.withUnsafeBufferPointer { text in
            prefix.withUnsafeBufferPointer { prefix in
                var index = 0
                while index < prefix.count, text[index] == prefix[index] { index += 1 }
                return index == prefix.count
            }
        }
    }
}

/// A walk through the history with the arrow keys.
struct HistoryWalk: Sendable {
    /// What was before the cursor when it began.
    let prefix: [UInt8]
    /// What was in the block, to come back to.
    let draft: EditBuffer
    /// The entry that is shown; the number of entries for the draft.
    var position: Int
}
