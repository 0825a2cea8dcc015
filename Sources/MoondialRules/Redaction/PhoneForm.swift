// SPDX-License-Identifier: MIT

import MoondialLua
import NumberVerification
import TextFormats

/// The form of the provider's phones: eleven digits that begin with 13 to 19, in a row or in groups, `138 0013 8000`.
package enum PhoneForm {
    private static let length = 11
    private static let longestSeparator = 2
    private static let countryCodes = ["86", "0086"].map { Array($0.utf8) }
    /// The groups in which phones are mostly written.
    private static let usualGroups = [3, 4, 4]

    /// The digits as a number, when they are of that form.
    static func number(_ digits: some Collection<UInt8>) -> UInt64? {
        guard digits.count == length, digits.allSatisfy(LuaLexer.isDigit), digits.first == UInt8(ascii: "1"),
            let second = digits.dropFirst().first, second >= UInt8(ascii: "3")
        else { return nil }
        return digits.reduce(0) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
    }

    /// The number of a phone that is the whole text, in groups or with its country code.
    static func number(ofWritten text: UnsafeBufferPointer<UInt8>) -> UInt64? {
        if let number = number(text) { return number }
        let places = allPlaces(in: text)
        return places.count == 1 ? number(Array(text[places[0]].filter(LuaLexer.isDigit))) : nil
    }

    /// Whether a text has as many digits as a phone, in a row or in groups.
    static func mayStand(in text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count >= length else { return false }
        var digits = 0
        var gap = 0
        for byte in text {
            if LuaLexer.isDigit(byte) {
                digits += 1
                gap = 0
                if digits == length { return true }
            } else {
                gap += 1
                if gap > longestSeparator || !isSeparator(byte) { digits = 0 }
            }
        }
        return false
    }

    /// The phones in a text, masked, wherever digits in groups could be one.
    package static func maskingAll(in text: String) -> String {
        text.withBytes { bytes in
            guard mayStand(in: bytes) else { return nil }
            let places = Redactor.merged(allPlaces(in: bytes), [])
            var result = ""
            var position = 0
            for place in places {
                result += String(decoding: bytes[position..<place.lowerBound], as: UTF8.self)
                result += Phone.mask(String(decoding: bytes[place], as: UTF8.self))
                position = place.upperBound
            }
            return result + String(decoding: bytes[position...], as: UTF8.self)
        } ?? text
    }

    /// The places of all digits that could be a phone, whatever was submitted, in any groups.
    private static func allPlaces(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        places(in: text, RedactionWork(), wasSubmitted: { _ in false }) { _, _, _ in true }
    }

    /// The places of phones in a text, without their country code, in order: runs of digits of that form, with or
    /// without 86 or 0086 before them. In longer runs, only phones that were submitted count.
    ///
    /// Digits in other groups than the usual ones may be a list of numbers: `isPhoneInGroups` gets the number, its place,
    /// and whether the groups are the usual ones.
    static func places(
        in text: UnsafeBufferPointer<UInt8>, _ work: RedactionWork, wasSubmitted: (UInt64) -> Bool,
        isAllowed: (Range<Int>) -> Bool = { _ in false },
        isPhoneInGroups: (UInt64, Range<Int>, _ areUsual: Bool) -> Bool
    ) -> [Range<Int>] {
        var places: [Range<Int>] = []
        var chain: [Range<Int>] = []
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
            let isLong = end - start >= length
            if isLong || !isJoined(start, to: chain.last, in: text) {
                places += placesInGroups(chain, in: text, work, isPhoneInGroups)
                chain = []
            }
            if isLong {
                places += self.places(in: text, run: start..<end, work, wasSubmitted, isAllowed)
            } else {
                chain.append(start..<end)
            }
            start = end
        }
        return places + placesInGroups(chain, in: text, work, isPhoneInGroups)
    }

    /// Whether digits that begin at a place are in one chain of groups with these.
    private static func isJoined(
        _ start: Int, to group: Range<Int>?, in text: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard let end = group?.upperBound else { return true }
        return start - end <= longestSeparator && text[end..<start].allSatisfy(isSeparator)
    }

    /// Groups are separated by one or two of these bytes: `+86 (138) 0013-8000`.
    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "("), UInt8(ascii: ")"): true
        default: false
        }
    }

    private static func placesInGroups(
        _ chain: [Range<Int>], in text: UnsafeBufferPointer<UInt8>, _ work: RedactionWork,
        _ isPhone: (UInt64, Range<Int>, Bool) -> Bool
    ) -> [Range<Int>] {
        guard chain.count > 1 else { return [] }
        return chain.indices.compactMap { first in
            guard work.count(length), let phone = phone(in: chain[first...].prefix(length), of: text),
                isPhone(phone.number, phone.place, phone.areUsual)
            else { return nil }
            return phone.place
        }
    }

    /// The phone whose digits are the first of these groups; the first group may begin with the country code.
    private static func phone(
        in groups: ArraySlice<Range<Int>>, of text: UnsafeBufferPointer<UInt8>
    ) -> (number: UInt64, place: Range<Int>, areUsual: Bool)? {
        guard let first = groups.first else { return nil }
        let code = countryCodes.first { text[first].starts(with: $0) && $0.count < first.count }
        let start = first.lowerBound + (code?.count ?? 0)
        var digits = Array(text[start..<first.upperBound])
        var sizes = [digits.count]
        for group in groups.dropFirst() where digits.count < length {
            digits += text[group]
            sizes.append(group.count)
        }
        guard sizes.count > 1, let number = number(digits) else { return nil }
        let end = groups[groups.startIndex + sizes.count - 1].upperBound
        return (number, start..<end, sizes == usualGroups)
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
