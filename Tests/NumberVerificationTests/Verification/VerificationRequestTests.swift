// SPDX-License-Identifier: MIT

import NumberVerification
import Testing

struct VerificationRequestTests {
    struct Bad: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var phone = "13800138000"
        var token = "STsid-example"
        var exID: String? = "order-42"
        let code: RequestError.Code
        let field: RequestError.Field
    }

    @Test(arguments: [
        Bad(testDescription: "no phone", phone: "", code: .empty, field: .phone),
        Bad(testDescription: "no token", token: "", code: .empty, field: .token),
        Bad(testDescription: "empty exID", exID: "", code: .empty, field: .exID),
        Bad(testDescription: "line feed in the phone", phone: "138\n", code: .controlCharacter, field: .phone),
        Bad(testDescription: "NUL in the phone", phone: "138\0", code: .controlCharacter, field: .phone),
        Bad(testDescription: "DEL in the phone", phone: "138\u{7F}", code: .controlCharacter, field: .phone),
        Bad(
            testDescription: "direction mark in the phone", phone: "\u{202D}138", code: .controlCharacter, field: .phone
        ),
        Bad(
            testDescription: "no-width space in the phone", phone: "138\u{200B}", code: .controlCharacter, field: .phone
        ),
        Bad(testDescription: "tab in the token", token: "a\tb", code: .controlCharacter, field: .token),
        Bad(testDescription: "C1 in the token", token: "a\u{85}b", code: .controlCharacter, field: .token),
        Bad(
            testDescription: "byte order mark in the token", token: "\u{FEFF}a", code: .controlCharacter, field: .token),
        Bad(testDescription: "space in the token", token: "a b", code: .whitespace, field: .token),
        Bad(testDescription: "space after the token", token: "ab ", code: .whitespace, field: .token),
        Bad(testDescription: "no-break space in the token", token: "a\u{A0}b", code: .whitespace, field: .token),
        Bad(testDescription: "ideographic space in the token", token: "a\u{3000}b", code: .whitespace, field: .token),
        Bad(testDescription: "escape in the exID", exID: "\u{1B}[2J", code: .controlCharacter, field: .exID),
        Bad(testDescription: "line separator in the exID", exID: "a\u{2028}b", code: .controlCharacter, field: .exID),
        Bad(
            testDescription: "paragraph separator in the exID", exID: "\u{2029}", code: .controlCharacter, field: .exID),
        Bad(
            testDescription: "long phone", phone: String(repeating: "1", count: 33), code: .tooLong, field: .phone),
        Bad(
            testDescription: "long token", token: String(repeating: "t", count: 4097), code: .tooLong, field: .token),
        Bad(testDescription: "long exID", exID: String(repeating: "号", count: 257), code: .tooLong, field: .exID),
    ])
    func invalidFieldIsRefusedAndNotRepeated(_ bad: Bad) {
        let error = #expect(throws: RequestError.self) {
            try VerificationRequest(phone: bad.phone, token: bad.token, exID: bad.exID)
        }
        #expect(error?.code == bad.code)
        #expect(error?.field == bad.field)
        #expect(error?.message.contains(bad.field.rawValue) == true)
        #expect(error?.message.contains("138") == false, "the value is not repeated")
    }

    @Test(arguments: [
        ("13800138000", "STsid-example", nil), ("no phone, for the rules to say", "+/=", "a b"),
        ("１３８", "令牌", "订单 42 👨‍👩‍👧"), ("1", "1", "\""),
        (
            String(repeating: "1", count: 32), String(repeating: "t", count: 4096), String(repeating: "号", count: 85)
        ),
    ])
    func validRequestKeepsItsFields(phone: String, token: String, exID: String?) throws {
        let request = try VerificationRequest(phone: phone, token: token, exID: exID)
        #expect(request.phone.submitted == phone)
        #expect(request.token.reveal() == token)
        #expect(request.exID == exID)
    }

    @Test(arguments: [
        ("phone", String(repeating: "1", count: 500_000), "t", "phone: at most 32 characters expected, got 500000"),
        ("token", "1", String(repeating: "t", count: 5000), "token: at most 4096 characters expected, got 5000"),
    ])
    func errorOfATooLongFieldNamesItsLength(field: String, phone: String, token: String, message: String) {
        let error = #expect(throws: RequestError.self) { try VerificationRequest(phone: phone, token: token) }
        #expect(error?.field.rawValue == field)
        #expect(error?.message == message)
    }

    @Test func errorOfASpaceInATokenExplainsTheLostPlus() {
        let error = #expect(throws: RequestError.self) { try VerificationRequest(phone: "1", token: "a b") }
        #expect(
            error?.message == "token holds whitespace (U+0020); a '+' was probably decoded as a space on the way, "
                + "so percent-encode it in forms and query strings")
    }
}
