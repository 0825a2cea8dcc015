// SPDX-License-Identifier: MIT

import NumberVerification
import Testing

@testable import MoondialRules

struct RedactionTests {
    private static let request = MachineFixture.requestOrTrap(phone: "13800138000", token: "STsid-invented-token-1")
    private let redactor = Redactor(request, showPhones: false)

    @Test(arguments: [
        ("", ""), ("nothing to hide", "nothing to hide"), ("13800138000", "138****8000"),
        ("call +8613800138000!", "call +86138****8000!"), ("STsid-invented-token-1", "<token>"),
        ("xSTsid-invented-token-1x", "x<token>x"), ("1380013800", "1380013800"),
        ("13800138000138001380001", "138****8000138****80001"),
        ("号码13800138000，令牌STsid-invented-token-1", "号码138****8000，令牌<token>"),
    ])
    func textIsRedacted(text: String, redacted: String) {
        #expect(redactor.text(text) == redacted)
    }

    @Test func valuesAreRedactedAtAnyDepth() {
        let value: JSON = [
            "13800138000": ["a", "STsid-invented-token-1"], "number": 13_800_138_000, "with country": 8_613_800_138_000,
            "double": 13_800_138_000.0, "id": 117_270_465_679_982_593, "ratio": 0.5, "flag": true, "none": .null,
        ]
        #expect(
            redactor.json(value) == [
                "138****8000": ["a", "<token>"], "number": "138****8000", "with country": "86138****8000",
                "double": "138****8000.0", "id": 117_270_465_679_982_593, "ratio": 0.5, "flag": true, "none": .null,
            ])
    }

    @Test func phonesCanBeShownAndTokensCannot() {
        let redactor = Redactor(Self.request, showPhones: true)
        #expect(redactor.text("13800138000 STsid-invented-token-1") == "13800138000 <token>")
        #expect(redactor.phone(Self.request.phone) == "13800138000")
    }

    @Test func aTokenThatHoldsThePhoneIsTakenOutWhole() {
        let redactor = Redactor(
            MachineFixture.requestOrTrap(phone: "13800138000", token: "sim:phone=13800138000"), showPhones: false)
        #expect(redactor.text("got sim:phone=13800138000 for 13800138000") == "got <token> for 138****8000")
    }

    @Test func textsThatOverlapAreTakenOutAsOne() {
        let redactor = Redactor(
            MachineFixture.requestOrTrap(phone: "13800138000", token: "138000STsid"), showPhones: false)
        #expect(redactor.text("<13800138000STsid>") == "<<token>>")
    }

    @Test(arguments: [
        ("no token: t, t.", "no token: <token>, <token>."), ("t", "<token>"), ("start", "start"), ("令t", "令t"),
    ])
    func aVeryShortTokenIsTakenOutWhereItStandsAlone(text: String, redacted: String) {
        let redactor = Redactor(MachineFixture.requestOrTrap(phone: "13800138000", token: "t"), showPhones: false)
        #expect(redactor.text(text) == redacted)
    }

    @Test func theBeginningOfALongTokenTellsIt() {
        let token = "STsid0000001542695429579Ob28vB7b0cYTI9w0GGZrv8ujUu05qZvw"
        let redactor = Redactor(MachineFixture.requestOrTrap(phone: "13800138000", token: token), showPhones: false)
        #expect(redactor.text("cut: \(token.prefix(20))") == "cut: <token>")
        #expect(redactor.text("cut: \(token.prefix(40))' in text") == "cut: <token>' in text")
        #expect(redactor.text("\(token)\(token)9") == "<token><token>9")
        #expect(redactor.text("\(token.prefix(15))") == "\(token.prefix(15))")
    }

    /// Would take minutes if each place were compared with all of the token.
    @Test(.timeLimit(.minutes(1))) func aTextThatIsAlmostTheTokenAtEveryPlace() {
        let token = String(repeating: "a", count: 4000) + "b"
        let redactor = Redactor(MachineFixture.requestOrTrap(phone: "13800138000", token: token), showPhones: false)
        #expect(redactor.text(String(repeating: "a", count: 500_000)) == String(repeating: "<token>", count: 125))
    }

    @Test func thePhoneAndTokenOfARawAttemptAreSecretsToo() {
        let other = MachineFixture.requestOrTrap(phone: "13900139000", token: "STsid-invented-token-2")
        let redactor = Redactor(Self.request, others: [other], showPhones: false)
        #expect(
            redactor.text("13900139000 STsid-invented-token-2 13800138000") == "139****9000 <token> 138****8000")
    }
}
