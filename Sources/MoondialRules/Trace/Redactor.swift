// SPDX-License-Identifier: MIT

package import NumberVerification

/// Takes the phones and tokens of one run out of everything that is shown or written.
///
/// Phones are masked unless the operator asked to see them; tokens never appear. Both are found inside longer texts
/// as the exact bytes that were submitted, and of long tokens also the beginning. A phone or token of fewer than six bytes, which only tests have, is taken
/// out only where it stands alone: masking every `1` would hide the text and not the phone.
package struct Redactor: Sendable {
    /// The request of the run.
    private let request: VerificationRequest
    /// Those of raw attempts.
    private let others: [VerificationRequest]
    private let showPhones: Bool

    private static let tokenMark = "<token>"

    init(_ request: VerificationRequest, others: [VerificationRequest] = [], showPhones: Bool) {
        self.request = request
        self.others = others
        self.showPhones = showPhones
    }

    /// Knows the secrets of a run and of the raw attempts made in it.
    init(_ context: RunContext, _ attempts: [AttemptRecord]) {
        self.init(context.request, others: attempts.compactMap(\.raw), showPhones: context.settings.showPhones)
    }

    /// The phone as it may be shown.
    package func phone(_ phone: Phone) -> String {
        showPhones ? phone.submitted : phone.masked
    }

    package func text(_ text: String) -> String {
        var text = text
        return text.withUTF8 { bytes in
            let finds = finds(in: bytes)
            return finds.isEmpty ? nil : replacing(finds, in: bytes)
        } ?? text
    }

    package func text(_ text: String?) -> String? {
        text.map { self.text($0) }
    }

    /// Redacts strings, keys and numbers whose digits show a phone; such a number becomes a string.
    package func json(_ value: JSON) -> JSON {
        switch value {
        case .null, .bool: value
        case .integer(let number): redacted(String(number)).map(JSON.string) ?? value
        case .double(let number): redacted(String(number)).map(JSON.string) ?? value
        case .string(let string): .string(text(string))
        case .array(let elements): .array(elements.map { json($0) })
        case .object(let object): .object(self.object(object))
        }
    }

    package func object(_ object: JSON.Object) -> JSON.Object {
        var redacted = JSON.Object()
        for member in object.members { redacted[text(member.key)] = json(member.value) }
        return redacted
    }

    private func redacted(_ string: String) -> String? {
        let redacted = text(string)
        return redacted == string ? nil : redacted
    }
}

extension Redactor {
    private struct Needle {
        let bytes: [UInt8]
        let mark: String

        init(_ text: String, mark: String) {
            self.bytes = Array(text.utf8)
            self.mark = mark
        }

        /// How many bytes at its beginning are enough to know it by: a text that was cut may end within.
        private var telling: Int { bytes.count >= 32 ? 16 : bytes.count }

        /// Where it stands in a text, in time in proportion to both. Of places that overlap it finds the first.
        func places(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
            var places: [Range<Int>] = []
            var start = 0
            while let found = firstPlace(in: text, from: start) {
                if bytes.count >= 6 || standsAlone(found, in: text) { places.append(found) }
                start = found.upperBound
            }
            return places
        }

        private func firstPlace(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int>? {
            let telling = telling
            guard text.count >= telling else { return nil }
            for place in start..<max(start, text.count - telling + 1) where text[place] == bytes[0] {
                var end = place + 1
                while end < text.count, end - place < bytes.count, text[end] == bytes[end - place] { end += 1 }
                if end - place >= telling { return place..<end }
            }
            return nil
        }

        private func standsAlone(_ place: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
            (place.lowerBound == 0 || !isWordByte(text[place.lowerBound - 1]))
                && (place.upperBound == text.count || !isWordByte(text[place.upperBound]))
        }

        /// Letters, digits and every byte of a character beyond ASCII.
        private func isWordByte(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...: true
            default: false
            }
        }
    }

    private struct Find {
        var range: Range<Int>
        var mark: String
    }

    /// Tokens first: where a token and a phone overlap, the token's mark wins.
    private var needles: [Needle] {
        let requests = [request] + others
        let tokens = requests.map { Needle($0.token.reveal(), mark: Redactor.tokenMark) }
        let phones = requests.map { Needle($0.phone.submitted, mark: $0.phone.masked) }
        return showPhones ? tokens : tokens + phones
    }

    /// What to take out, in order and without overlaps: texts that overlap are taken out as one.
    private func finds(in bytes: UnsafeBufferPointer<UInt8>) -> [Find] {
        var all: [Find] = []
        for needle in needles { all += needle.places(in: bytes).map { Find(range: $0, mark: needle.mark) } }
        all.sort { $0.range.lowerBound < $1.range.lowerBound }
        var merged: [Find] = []
        for find in all {
            guard let last = merged.last, find.range.lowerBound < last.range.upperBound else {
                merged.append(find)
                continue
            }
            let end = max(last.range.upperBound, find.range.upperBound)
            let isToken = last.mark == Redactor.tokenMark || find.mark == Redactor.tokenMark
            merged[merged.count - 1] = Find(
                range: last.range.lowerBound..<end, mark: isToken ? Redactor.tokenMark : last.mark)
        }
        return merged
    }

    private func replacing(_ finds: [Find], in bytes: UnsafeBufferPointer<UInt8>) -> String {
        var result = ""
        var position = 0
        for find in finds {
            result += String(decoding: bytes[position..<find.range.lowerBound], as: UTF8.self) + find.mark
            position = find.range.upperBound
        }
        return result + String(decoding: bytes[position...], as: UTF8.self)
    }
}
