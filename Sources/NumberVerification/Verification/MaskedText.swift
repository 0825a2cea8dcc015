// SPDX-License-Identifier: MIT

import TextFormats

/// What history, transcripts and saved scripts hold in the place of phones and tokens, so that none of it is sent.
enum MaskedText {
    /// What ``Phone/mask(_:)`` puts in the place of digits.
    static let phoneMark = "****"
    /// What stands for a token, and for any other secret.
    static let secretMarks = ["<token>", "<secret>"]

    /// Refuses a phone or token that holds one of the marks. A phone, a carrier's token and a directive of the simulator
    /// never do.
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
