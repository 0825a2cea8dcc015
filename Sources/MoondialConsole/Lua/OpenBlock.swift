// SPDX-License-Identifier: MIT

import MoondialLua

/// Follows a block line by line, and tells whether its tokens leave something open: in time in proportion to the lines.
///
/// An open block cannot be run yet, unless it has an error. A block that is not open may still need more lines: only
/// Lua can tell.
struct OpenBlock {
    /// The brackets and block words that are open.
    private var blocks: [LuaBlocks.Kind] = []
    /// The equals signs of the long string or comment that is open.
    private var longLevel: Int?
    /// A string goes on in the next line. From here on only Lua can tell.
    private var isUnknown = false
    /// Whether the last token wants another one after it.
    private var endsOpen = false
    /// Whether the last `for` or `while` has no `do` yet.
    private var isInLoopHead = false

    /// Whether more lines must follow.
    var isOpen: Bool { !isUnknown && (longLevel != nil || !blocks.isEmpty || endsOpen || isInLoopHead) }

    mutating func add(_ line: [UInt8]) {
        var line = line[...]
        if let level = longLevel {
            guard let end = Self.end(ofLongBracket: level, in: line) else { return }
            line = line[end...]
            longLevel = nil
            endsOpen = false
        }
        let text = LuaText(Array(line))
        for index in text.tokens.indices { follow(index, in: text) }
    }

    private mutating func follow(_ index: Int, in text: LuaText) {
        switch text.tokens[index].kind {
        case .comment: return
        case .unclosed:
            let opening = text.bytes[text.tokens[index].range].drop { $0 == UInt8(ascii: "-") }
            guard opening.first == UInt8(ascii: "[") else {
                isUnknown = true
                return
            }
            longLevel = opening.dropFirst().prefix { $0 == UInt8(ascii: "=") }.count
        default: break
        }
        if let kind = LuaBlocks.opening(index, in: text) {
            blocks.append(kind)
        } else if let closing = LuaBlocks.closing(index, in: text) {
            // A closing token without an opening one is an error, which Lua will report.
            guard let last = blocks.popLast(), LuaBlocks.isPair(last, closing) else {
                isUnknown = true
                return
            }
        }
        switch text.keyword(index) {
        case .for, .while: isInLoopHead = true
        case .do, .end, .until: isInLoopHead = false
        default: break
        }
        // A `>` may end the attribute of a variable.
        endsOpen = LuaCompleteness.wantsMore(after: index, in: text) && !text.isSign(index, ">")
    }

    private static func end(ofLongBracket level: Int, in line: ArraySlice<UInt8>) -> Int? {
        let bracket = [UInt8(ascii: "]")] + [UInt8](repeating: UInt8(ascii: "="), count: level) + [UInt8(ascii: "]")]
        return line.firstRange(of: bracket)?.upperBound
    }
}

/// Joins lines to blocks: each ends with the line that completes it, or that makes it invalid.
///
/// Lua is asked after each line of a short block, and less and less often in a long one, so that a block takes time in
/// proportion to its lines.
struct BlockBuilder {
    /// Up to this number of lines, Lua is asked after each.
    private static let shortBlock = 32

    private let isIncomplete: (_ text: [UInt8]) -> Bool
    private var lines: [[UInt8]] = []
    private var open = OpenBlock()
    /// How many lines Lua has found incomplete.
    private var known = 0

    init(isIncomplete: @escaping (_ text: [UInt8]) -> Bool) { self.isIncomplete = isIncomplete }

    var isEmpty: Bool { lines.isEmpty }

    /// - Returns: The block that ends with this line, or at an earlier one; in that case also the lines after it.
    mutating func add(_ line: [UInt8]) -> (block: [UInt8], rest: [[UInt8]])? {
        lines.append(line)
        open.add(line)
        if open.isOpen, lines.count > Self.shortBlock, lines.count < 2 * known { return nil }
        return take()
    }

    /// No more lines follow: the block ends here, or at the line that made it invalid.
    mutating func end() -> (block: [UInt8], rest: [[UInt8]])? {
        if lines.isEmpty { return nil }
        return take() ?? take(lines.count)
    }

    private mutating func take() -> (block: [UInt8], rest: [[UInt8]])? {
        guard !isIncomplete(Self.joined(lines)) else {
            known = lines.count
            return nil
        }
        // Finds the first line after which the block is not incomplete. More lines cannot make an invalid block
        // incomplete again, so that a binary search works.
        var (low, high) = (known + 1, lines.count)
        if low < high, isIncomplete(Self.joined(lines.dropLast())) { low = high }
        while low < high {
            let middle = (low + high) / 2
            if isIncomplete(Self.joined(lines[..<middle])) { low = middle + 1 } else { high = middle }
        }
        return take(low)
    }

    private mutating func take(_ count: Int) -> (block: [UInt8], rest: [[UInt8]]) {
        defer { self = BlockBuilder(isIncomplete: isIncomplete) }
        return (Self.joined(lines[..<count]), Array(lines[count...]))
    }

    private static func joined(_ lines: some Collection<[UInt8]>) -> [UInt8] {
        Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }
}
