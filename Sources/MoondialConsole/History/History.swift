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
        /// Whether a secret was removed, so that the text cannot be run as it is.
        let isRedacted: Bool
        /// Whether it may be suggested: it was entered at this target, or its target is not known.
        let isHere: Bool
    }

    /// The oldest first; no text twice that was entered at the same target.
    private(set) var entries: [Entry]
    /// How many are kept at most.
    package let capacity: Int
    /// Whether anything is added.
    package var isEnabled: Bool

    /// - Parameters:
    ///   - texts: The blocks of a file, the oldest first.
    ///   - capacity: The default is 10,000.
    ///   - isEnabled: The default is true.
    package init(_ texts: [String] = [], capacity: Int = 10_000, isEnabled: Bool = true) {
        self.init(texts.map { KeptBlock($0) }, target: nil, capacity: capacity, isEnabled: isEnabled)
    }

    /// - Parameters:
    ///   - blocks: The blocks of a file, the oldest first.
    ///   - target: Where the blocks that will be added are run; with nil, all blocks count as of the same target.
    ///   - capacity: The default is 10,000.
    ///   - isEnabled: The default is true.
    package init(_ blocks: [KeptBlock], target: String?, capacity: Int = 10_000, isEnabled: Bool = true) {
        self.capacity = max(1, capacity)
        self.isEnabled = isEnabled
        // Sets of strings, since arrays are hashed byte by byte, which takes longer.
        var known = [Set<String>(), Set<String>(minimumCapacity: blocks.count)]
        var newest: [Entry] = []
        newest.reserveCapacity(blocks.count)
        for block in blocks.reversed() where newest.count < self.capacity {
            let isHere = target == nil || block.target == nil || block.target == target
            guard known[isHere ? 1 : 0].insert(block.text).inserted else { continue }
            let bytes = Array(block.text.utf8)
            newest.append(Entry(text: bytes, isRedacted: HistoryRedaction.hasMarks(bytes), isHere: isHere))
        }
        entries = newest.reversed()
    }

    /// The blocks, the oldest first.
    package var texts: [String] { entries.map { String(decoding: $0.text, as: UTF8.self) } }

    /// Adds a block that was run. One that begins with a space, is blank, or is the same as the last one is left out.
    /// - Returns: what to append to the file, redacted; nil when it shall not be kept.
    package mutating func add(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard isEnabled, bytes.first != 0x20, !bytes.allSatisfy(LuaLexer.isSpace) else { return nil }
        if let last = entries.last, last.isHere, last.text == bytes { return nil }
        entries.removeAll { $0.isHere && $0.text == bytes }
        entries.append(Entry(text: bytes, isRedacted: false, isHere: true))
        if entries.count > capacity { entries.removeFirst(entries.count - capacity) }
        return bytes.count <= Self.longestKept ? HistoryRedaction.redacted(text) : nil
    }

    /// Adds blocks that were run one after the other, each as ``add(_:)`` does.
    /// - Returns: those that were added.
    mutating func add(_ texts: [String]) -> [String] {
        guard texts.count > 1 else { return texts.filter { add($0) != nil } }
        // All blocks at once: looking through all entries for each block would take long.
        let new = Set(texts)
        entries.removeAll { $0.isHere && new.contains(String(decoding: $0.text, as: UTF8.self)) }
        var last: [String: Int] = [:]
        for (index, text) in texts.enumerated() { last[text] = index }
        var added: [String] = []
        for (index, text) in texts.enumerated() where last[text] == index {
            let bytes = Array(text.utf8)
            guard isEnabled, bytes.first != 0x20, !bytes.allSatisfy(LuaLexer.isSpace) else { continue }
            entries.append(Entry(text: bytes, isRedacted: false, isHere: true))
            if bytes.count <= Self.longestKept { added.append(text) }
        }
        if entries.count > capacity { entries.removeFirst(entries.count - capacity) }
        return added
    }

    /// The nearest entry of this target before or after an index that begins with a text, and is not that text.
    func index(from index: Int, older: Bool, prefix: [UInt8], not current: [UInt8]) -> Int? {
        var index = index
        while true {
            index += older ? -1 : 1
            guard entries.indices.contains(index) else { return nil }
            let text = entries[index].text
            if entries[index].isHere, Self.begins(text, with: prefix), text != current { return index }
        }
    }

    /// The newest entry of this target that goes on after a text and can be run as it is.
    func suggestion(for text: [UInt8]) -> [UInt8]? {
        entries.last { $0.isHere && $0.text.count > text.count && !$0.isRedacted && Self.begins($0.text, with: text) }?
            .text
    }

    /// A faster `starts(with:)`, since each key may compare ten thousand entries.
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
    /// The text before the cursor when the walk began.
    let prefix: [UInt8]
    /// The block before the walk, to return to.
    let draft: EditBuffer
    /// The entry that is shown; the number of entries for the draft.
    var position: Int
}
