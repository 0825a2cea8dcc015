// SPDX-License-Identifier: MIT

import Platform
import TextFormats

/// A percent-encoded text: its decoded bytes, and where each of them is in the text.
struct PercentDecodedText {
    private(set) var bytes: [UInt8] = []
    /// Where each byte begins in the text, and the end of the text.
    private var places: [Int] = []

    /// Nil if no byte is percent-encoded, or the run must stop.
    init?(_ text: UnsafeBufferPointer<UInt8>, _ work: RedactionWork) {
        guard let base = text.baseAddress, memchr(base, Int32(UInt8(ascii: "%")), text.count) != nil,
            work.count(text.count)
        else { return nil }
        bytes.reserveCapacity(text.count)
        places.reserveCapacity(text.count + 1)
        var position = 0
        while position < text.count {
            places.append(position)
            if let byte = Self.escape(in: text, at: position) {
                bytes.append(byte)
                position += 3
            } else {
                bytes.append(text[position])
                position += 1
            }
        }
        places.append(text.count)
        if bytes.count == text.count { return nil }
    }

    /// The range in the text of a range of the decoded bytes.
    func encodedRange(of range: Range<Int>) -> Range<Int> { places[range.lowerBound]..<places[range.upperBound] }

    private static func escape(in text: UnsafeBufferPointer<UInt8>, at position: Int) -> UInt8? {
        guard text[position] == UInt8(ascii: "%"), position + 2 < text.count,
            let high = Hexadecimal.value(text[position + 1]), let low = Hexadecimal.value(text[position + 2])
        else { return nil }
        return high << 4 | low
    }
}
