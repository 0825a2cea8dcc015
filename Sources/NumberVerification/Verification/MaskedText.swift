// SPDX-License-Identifier: MIT

import TextFormats

/// The marks that history, transcripts and saved scripts hold in the place of phones and tokens. A request with such a
/// mark is refused, so that no mask is sent to the provider.
enum MaskedText {
    /// The text that ``Phone/mask(_:)`` puts in the place of digits.
    static let phoneMark = "****"
    /// The marks for a token and for any other secret.
    static let secretMarks = ["<token>", "<secret>"]

    /// Refuses a phone or token that holds one of the marks. Real phones, carriers' tokens and directives of the
    /// simulator never hold one.
    ///
    /// - Throws: ``RequestError`` with code `masked`.
    static func refuse(in value: String, field: RequestError.Field) throws(RequestError) {
        guard value.withBytes({ $0.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "<") } }),
            ([phoneMark] + secretMarks).contains(where: value.contains)
        else { return }
        throw RequestError(
            code: .masked, field: field,
            message: "\(field.rawValue): the \(field == .phone ? "number" : "token") is masked: put yours; "
                + "history, :save and transcripts hold a mask in its place")
    }
}
