// SPDX-License-Identifier: MIT

import NumberVerification

/// Masks what looks like a mainland mobile number, for text that may hold phones of which no run knows.
package struct PhoneMask: Sendable {
    let showsPhones: Bool

    package init(showsPhones: Bool) { self.showsPhones = showsPhones }

    /// The text with every such number masked, unless phones are shown.
    package func text(_ text: String) -> String {
        guard !showsPhones, text.utf8.count >= 11 else { return text }
        var result = ""
        var digits = ""
        for scalar in text.unicodeScalars {
            if ("0"..."9").contains(scalar) {
                digits.unicodeScalars.append(scalar)
            } else {
                result += Self.masked(digits)
                digits = ""
                result.unicodeScalars.append(scalar)
            }
        }
        return result + Self.masked(digits)
    }

    func object(_ object: JSON.Object) -> JSON.Object {
        if showsPhones { return object }
        var masked = JSON.Object()
        for member in object.members { masked[text(member.key)] = json(member.value) }
        return masked
    }

    private func json(_ value: JSON) -> JSON {
        switch value {
        case .string(let string): return .string(text(string))
        case .integer(let number):
            let shown = text(String(number))
            return shown == String(number) ? value : .string(shown)
        case .array(let elements): return .array(elements.map { json($0) })
        case .object(let object): return .object(self.object(object))
        case .null, .bool, .double: return value
        }
    }

    /// Eleven digits that begin with 13 to 19, with or without the country code before them, and nothing else.
    private static func masked(_ digits: String) -> String {
        let number = digits.utf8.count == 13 && digits.hasPrefix("86") ? digits.dropFirst(2) : digits[...]
        guard number.utf8.count == 11, number.hasPrefix("1"), let second = number.dropFirst().first, second >= "3"
        else {
            return digits
        }
        return Phone.mask(digits)
    }
}
