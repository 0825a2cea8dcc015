// SPDX-License-Identifier: MIT

/// The characters that members of a request may have, as regular expressions for JSON Schema. They allow the same texts
/// as ``VerificationRequest/init(phone:token:exID:)``.
///
/// Character classes such as `\p{Cc}` would be shorter, but many readers of schemas do not support them.
enum VisibleText {
    /// No control characters, line separators or format characters.
    static let phone = "^[^\(breaking)\(formatting)]*$"
    /// As ``phone``, and also no whitespace.
    static let token = "^[^\(breaking)\(formatting)\(blank)]*$"
    /// No control characters or line separators. Format characters are allowed: emoji and several scripts need them.
    static let exID = "^[^\(breaking)]*$"

    /// General categories Cc, Zl and Zp.
    private static let breaking = #"\u0000-\u001F\u007F-\u009F\u2028\u2029"#
    /// General category Cf. Characters beyond U+FFFF are not escaped: languages differ in how they escape them.
    private static let formatting =
        #"\u00AD\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064"#
        + #"\u2066-\u206F\uFEFF\uFFF9-\uFFFB"#
        + "\u{110BD}\u{110CD}\u{13430}-\u{1343F}\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0001}\u{E0020}-\u{E007F}"
    /// The property White_Space, without characters of `breaking`.
    private static let blank = #"\u0020\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000"#
}
