// SPDX-License-Identifier: MIT

import HTTP1
import JSON
import NIOCore
import NumberVerification

/// The body of a verify request: `{"token": String, "phone": String or integer, "exID": String?}`.
struct VerifyForm {
    let token: String
    /// Eleven digits.
    let phone: String
    /// Nil when missing or null; empty when empty.
    let exID: String?

    /// Nil for a body that the service would call an invalid parameter.
    ///
    /// The service's documentation declares the phone as a string and shows a number in an example; both are accepted.
    /// It shows only mainland numbers of 11 digits without country code, so no others are accepted here: a format that
    /// fails at the service should fail in the simulator first. Unknown members are ignored, since older examples have
    /// some.
    init?(_ body: ByteBuffer) {
        let parsed = body.withUnsafeReadableBytes { bytes in try? JSONValue.parse(bytes) }
        guard let members = parsed?.objectValue, let token = members["token"]?.stringValue, !token.isEmpty else {
            return nil
        }
        let phone: String
        switch members["phone"] {
        case .string(let text): phone = text
        case .integer(let number): phone = String(number)
        default: return nil
        }
        guard Self.isPhone(phone) else { return nil }
        switch members["exID"] {
        case .string(let text): exID = text
        case nil, .null: exID = nil
        default: return nil
        }
        self.token = token
        self.phone = phone
    }

    static func isPhone(_ text: String) -> Bool {
        text.utf8.count == 11 && text.utf8.allSatisfy(\.isDigit)
    }

    /// The known result code of verify in the last four digits, as in 13800009003; nil if there is none.
    var codeInPhone: ResponseCode? {
        let number = phone.utf8.suffix(4).reduce(0) { 10 * $0 + Int64($1 - UInt8(ascii: "0")) }
        let code = ResponseCode(number)
        return code.isOfVerify && code.entry != nil ? code : nil
    }
}
