// SPDX-License-Identifier: MIT

import MoondialLua
import NumberVerification

/// The form of the provider's phones: eleven digits that begin with 13 to 19.
enum PhoneForm {
    private static let length = 11

    /// The digits as a number, when they are of that form.
    static func number(_ digits: some Collection<UInt8>) -> UInt64? {
        guard digits.count == length, digits.allSatisfy(LuaLexer.isDigit), digits.first == UInt8(ascii: "1"),
            let second = digits.dropFirst().first, second >= UInt8(ascii: "3")
        else { return nil }
        return digits.reduce(0) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
    }

    /// Whether a text has as many digits in a row as a phone.
    static func mayStand(in text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count >= length else { return false }
        var digits = 0
        for byte in text {
            digits = LuaLexer.isDigit(byte) ? digits + 1 : 0
            if digits == length { return true }
        }
        return false
    }

    /// The places of phones in a text, without their country code, in order: runs of digits of that form, with or
    /// without 86 or 0086 before them. In longer runs, only phones that were submitted count.
    static func places(
        in text: UnsafeBufferPointer<UInt8>, _ work: RedactionWork, wasSubmitted: (UInt64) -> Bool,
        isAllowed: (Range<Int>) -> Bool
    ) -> [Range<Int>] {
        var places: [Range<Int>] = []
        var start = 0
        var counted = 0
        while start < text.count {
            if start >= counted, !work.count(upTo: start, &counted) { break }
            guard LuaLexer.isDigit(text[start]) else {
                start += 1
                continue
            }
            var end = start + 1
            while end < text.count, LuaLexer.isDigit(text[end]) { end += 1 }
            places += self.places(in: text, run: start..<end, work, wasSubmitted, isAllowed)
            start = end
        }
        return places
    }

    private static func places(
        in text: UnsafeBufferPointer<UInt8>, run: Range<Int>, _ work: RedactionWork,
        _ wasSubmitted: (UInt64) -> Bool, _ isAllowed: (Range<Int>) -> Bool
    ) -> [Range<Int>] {
        guard run.count >= length, work.count(run.count) else { return [] }
        if isPhone(text[run]) { return [(run.upperBound - length)..<run.upperBound] }
        var places: [Range<Int>] = []
        var start = run.lowerBound
        while start + length <= run.upperBound {
            let place = start..<(start + length)
            // Overlapping phones count too: the mask of the first leaves its last digits, which may begin the second.
            if let number = number(text[place]), wasSubmitted(number) { places.append(place) }
            start += 1
        }
        if places.isEmpty || isAllowed(run) { return [] }
        places = Redactor.merged(places, [])
        return leavesPhone(places, in: text, run: run) ? [run] : places
    }

    /// Whether digits beside masks, with those that the masks show, look like a phone.
    private static func leavesPhone(
        _ places: [Range<Int>], in text: UnsafeBufferPointer<UInt8>, run: Range<Int>
    ) -> Bool {
        var start = run.lowerBound
        for place in places + [run.upperBound..<run.upperBound] {
            let end = min(place.lowerBound + Phone.shownAtStart, run.upperBound)
            if isPhone(text[start..<end]) { return true }
            start = place.upperBound - (place.isEmpty ? 0 : Phone.shownAtEnd)
        }
        return false
    }

    private static func isPhone(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        let code = digits.dropLast(length)
        return (code.isEmpty || code.elementsEqual("86".utf8) || code.elementsEqual("0086".utf8))
            && number(digits.suffix(length)) != nil
    }
}
