// SPDX-License-Identifier: MIT

import TextFormats

/// One number to check, with the token that proves it.
package struct VerificationRequest: Sendable, Hashable {
    /// The number as submitted.
    package let phone: Phone
    /// The carrier token that the client SDK obtained; single use.
    package let token: Secret
    /// The caller's own correlation id, echoed back by the provider.
    package let exID: String?

    /// Checks the fields before any byte is sent.
    ///
    /// - Throws: ``RequestError`` when a field is empty, longer than ``RequestError/Field/maximumLength`` or holds a
    ///   control character, when phone or token holds an invisible character or a mask, or when the token holds
    ///   whitespace. Rules check the format of the phone.
    package init(phone: String, token: String, exID: String? = nil) throws(RequestError) {
        self.phone = try Phone(phone)
        try RequestError.check(token, field: .token)
        try MaskedText.refuse(in: phone, field: .phone)
        try MaskedText.refuse(in: token, field: .token)
        self.token = Secret(token)
        if let exID { try RequestError.check(exID, field: .exID) }
        self.exID = exID
    }
}

/// Why a request was refused before anything was sent.
package struct RequestError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The closed list of what can be wrong.
    package enum Code: String, Sendable, CaseIterable {
        /// The field is the empty string.
        case empty
        /// The field is longer than ``Field/maximumLength``.
        case tooLong = "too_long"
        /// The field holds a control character or a line separator, or the phone or token a formatting character.
        case controlCharacter = "control_character"
        /// The token holds whitespace.
        case whitespace
        /// The phone or token is a mask, as it is shown in the place of a real one.
        case masked
    }

    /// The raw value is the provider's name of the field.
    package enum Field: String, Sendable, CaseIterable {
        case phone, token, exID

        /// How long the field may be, in Unicode scalars. The provider documents no limits: these are far above the
        /// lengths that occur.
        package var maximumLength: Int {
            switch self {
            case .phone: 32
            case .token: 4096
            case .exID: 256
            }
        }
    }

    /// What is wrong.
    package let code: Code
    /// The field that is wrong.
    package let field: Field
    /// What is wrong and what to do. Does not repeat the value.
    package let message: String

    package var description: String { message }
}

extension RequestError {
    static func check(_ value: String, field: Field) throws(RequestError) {
        guard !value.isEmpty else {
            throw RequestError(
                code: .empty, field: field,
                message: field == .exID ? "exID is empty; leave it out instead" : "\(field.rawValue) is empty")
        }
        // The length is checked first, since the other checks take time in proportion to it.
        guard value.utf8.count <= field.maximumLength || value.unicodeScalars.count <= field.maximumLength else {
            throw RequestError(
                code: .tooLong, field: field,
                message: "\(field.rawValue): at most \(field.maximumLength) characters expected, got "
                    + "\(value.unicodeScalars.count)")
        }
        // A faster path for printable ASCII without spaces, as nearly every value is.
        if value.withBytes({ $0.allSatisfy { $0 > 0x20 && $0 < 0x7F } }) { return }

        for scalar in value.unicodeScalars {
            switch scalar.properties.generalCategory {
            // Emoji and several scripts need formatting characters, so an exID may hold them.
            case .format where field == .exID:
                break
            case .control, .lineSeparator, .paragraphSeparator, .format:
                throw RequestError(
                    code: .controlCharacter, field: field,
                    message: "\(field.rawValue) holds the invisible character \(name(of: scalar)); remove it")
            default:
                break
            }
            if field == .token, scalar.properties.isWhitespace {
                throw RequestError(
                    code: .whitespace, field: field,
                    message: "token holds whitespace (\(name(of: scalar))); a '+' was probably decoded as a space "
                        + "on the way, so percent-encode it in forms and query strings")
            }
        }
    }

    private static func name(of scalar: Unicode.Scalar) -> String {
        "U+" + Hexadecimal.uppercase(scalar, width: 4)
    }
}
