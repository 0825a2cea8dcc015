// SPDX-License-Identifier: MIT

/// Which characters the members of a request may have, as regular expressions of JSON Schema: what
/// ``VerificationRequest/init(phone:token:exID:)`` takes, in the words of another language.
///
/// Classes such as `\p{Cc}` would say the same, but many readers of schemas do not know them.
enum VisibleText {
    /// Neither control characters and line separators, nor characters that only format others.
    static let phone = "^[^\(breaking)\(formatting)]*$"
    /// No whitespace besides.
    static let token = "^[^\(breaking)\(formatting)\(blank)]*$"
    /// Characters that format others are part of emoji and of several scripts.
    static let exID = "^[^\(breaking)]*$"

    /// General categories Cc, Zl and Zp.
    private static let breaking = #"\u0000-\u001F\u007F-\u009F\u2028\u2029"#
    /// General category Cf. What lies beyond U+FFFF stands for itself: languages differ in how it is escaped.
    private static let formatting =
        #"\u00AD\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064"#
        + #"\u2066-\u206F\uFEFF\uFFF9-\uFFFB"#
        + "\u{110BD}\u{110CD}\u{13430}-\u{1343F}\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0001}\u{E0020}-\u{E007F}"
    /// The property White_Space, without what is left out already.
    private static let blank = #"\u0020\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000"#
}
