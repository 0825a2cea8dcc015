// SPDX-License-Identifier: MIT

import MoondialLua
import Platform

/// Searches for the same bytes in many texts, each in time linear in the length of the text (Knuth, Morris, Pratt).
struct ByteSearch: Sendable {
    let needle: [UInt8]
    /// For each prefix of the needle, the length of its longest proper prefix that is also its suffix.
    private let borders: [Int]

    init(_ needle: [UInt8]) {
        self.needle = needle
        var borders = [Int](repeating: 0, count: needle.count)
        var length = 0
        for index in needle.indices.dropFirst() {
            while length > 0, needle[length] != needle[index] { length = borders[length - 1] }
            if needle[length] == needle[index] { length += 1 }
            borders[index] = length
        }
        self.borders = borders
    }

    /// All places, in order and without overlaps.
    func places(in text: UnsafeBufferPointer<UInt8>, _ work: RedactionWork) -> [Range<Int>] {
        var places: [Range<Int>] = []
        search(text, work) { place in
            if places.last.map({ $0.upperBound <= place.lowerBound }) ?? true { places.append(place) }
            return true
        }
        return places
    }

    /// Whether the text holds the needle. `isWord`: only with something before and after it that is neither letter nor digit.
    func isHeld(by text: [UInt8], isWord: Bool, _ work: RedactionWork = RedactionWork()) -> Bool {
        text.withUnsafeBufferPointer { text in
            var isHeld = false
            search(text, work) { place in
                isHeld = !isWord || Self.isBounded(place, in: text)
                return !isHeld
            }
            return isHeld
        }
    }

    /// Calls `found` for each place, overlapping ones too, until it returns false or the run has to stop.
    private func search(_ text: UnsafeBufferPointer<UInt8>, _ work: RedactionWork, _ found: (Range<Int>) -> Bool) {
        guard let base = text.baseAddress, let first = needle.first, text.count >= needle.count else { return }
        var matched = 0
        var position = 0
        var counted = 0
        while position < text.count {
            if position >= counted, !work.count(upTo: position, &counted) { return }
            if matched == 0 {
                guard let next = memchr(base + position, Int32(first), text.count - position) else { return }
                position = UnsafeRawPointer(base).distance(to: UnsafeRawPointer(next))
            }
            // In total, this loop runs at most as often as bytes have matched.
            while matched > 0, needle[matched] != text[position] { matched = borders[matched - 1] }
            if needle[matched] == text[position] { matched += 1 }
            position += 1
            if matched == needle.count {
                guard found((position - matched)..<position) else { return }
                matched = borders[matched - 1]
            }
        }
    }

    private static func isBounded(_ place: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        (place.lowerBound == 0 || !isWordByte(text[place.lowerBound - 1]))
            && (place.upperBound == text.count || !isWordByte(text[place.upperBound]))
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        byte >= 0x80 || LuaLexer.isWord(byte)
    }
}
