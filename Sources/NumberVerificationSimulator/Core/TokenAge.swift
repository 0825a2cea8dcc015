// SPDX-License-Identifier: MIT

import HTTP1
import NumberVerification

extension ProviderRules {
    /// The refusal of a request, or nil. Age and lifetime come from the directives or from the token itself.
    mutating func refusal(_ form: VerifyForm, _ directives: Directives?, now: Duration) -> ResponseCode? {
        refusal(
            token: form.token, age: directives?.age ?? Self.age(of: form.token, now: now),
            life: directives?.carrier?.tokenLife ?? Self.defaultTokenLife, phone: form.phone, now: now)
    }

    /// The age of a token like that of the documented example: `STsid`, zeros, and 13 digits that are milliseconds since
    /// 1970. Nil for every other token; zero for one from the future, since clocks differ.
    static func age(of token: String, now: Duration) -> Duration? {
        let prefix = "STsid"
        guard token.hasPrefix(prefix) else { return nil }
        let digits = token.dropFirst(prefix.count).drop { $0 == "0" }.prefix(13)
        guard digits.utf8.count == 13, digits.utf8.allSatisfy(\.isDigit), let milliseconds = Int64(digits) else {
            return nil
        }
        return max(now - .milliseconds(milliseconds), .zero)
    }
}
