// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import NumberVerification
import Testing

@testable import MoondialRules

struct RedactorTests {
    private static let token = "STsid-invented-token-1"

    private func redactor(
        phone: String = "13800138000", token: String = token, rules: String = "", showPhones: Bool = false
    ) -> Redactor {
        let redactor = Redactor(showsPhones: showPhones)
        redactor.secrets.add(MachineFixture.requestOrTrap(phone: phone, token: token))
        redactor.operatorTexts.add(RuleSource(name: .file("rules.lua"), text: Array(rules.utf8)))
        return redactor
    }

    @Test(arguments: [
        ("", ""), ("nothing to hide", "nothing to hide"), ("13800138000", "138****8000"),
        ("call +8613800138000!", "call +86138****8000!"), ("008613911112222", "0086139****2222"),
        (token, "<token>"), ("x\(token)x", "x<token>x"), ("1380013800", "1380013800"),
        ("13800138000138001380001", "138****8000138****80001"), ("12345678901234", "12345678901234"),
        ("号码13800138000，令牌\(token)", "号码138****8000，令牌<token>"),
        ("another phone: 13911112222", "another phone: 139****2222"), ("139111122223", "139111122223"),
        ("139 1111 2222", "139****2222"), ("a 139-1111-2222.", "a 139****2222."),
        ("+86 (139) 1111-2222", "+86 (139****2222"),
        ("86139 1111 2222", "86139****2222"), ("1%3380013800%30", "1%3****0%30"),
        // In other groups, only what was submitted is a phone: others may be lists of numbers.
        ("13 800 138 000", "13 **** 000"), ("1380-0138-000", "138****-000"), ("13 911 112 222", "13 911 112 222"),
        ("2026-12-01 13:45", "2026-12-01 13:45"), ("139   1111 2222", "139   1111 2222"),
        ("139 1111 222", "139 1111 222"),
        ("1 1 139 1111 2222 1", "1 1 139****2222 1"), ("139 1111 22223", "139 1111 22223"),
    ])
    func tokensAndPhonesInATextAreRedacted(text: String, redacted: String) {
        #expect(redactor().text(text) == redacted)
    }

    @Test(arguments: ["138-0013-8000", "138 0013 8000", "+86 138 0013 8000", "(138)0013-8000", "13-800-138-000"])
    func phoneThatWasSubmittedInGroupsIsRedactedInAnyForm(submitted: String) {
        let redactor = redactor(phone: submitted)
        for text in [submitted, "13800138000", "138 0013 8000", "13 800 138 000", "1380-0138000"] {
            let shown = redactor.text("p \(text) p")
            #expect(shown.contains("****") && !shown.contains("13 8") && !shown.contains("0013"), "\(shown)")
        }
    }

    @Test func phonesInGroupsOfTheOperatorsTextStayUnlessTheGroupsAreUsual() {
        let redactor = redactor(rules: "x = '13-800-138-000 139-1111-2222'")
        #expect(redactor.text("13-800-138-000") == "13-800-138-000")
        #expect(redactor.text("139-1111-2222") == "139****2222")
    }

    @Test func valuesAreRedactedAtAnyDepth() {
        let value: JSONValue = [
            "13800138000": ["a", .string(Self.token)], "number": 13_800_138_000, "with country": 8_613_800_138_000,
            "double": 13_800_138_000.0, "id": 117_270_465_679_982_593, "ratio": 0.5, "flag": true, "none": .null,
            "fraction": 0.13800138000, "with fraction": 13_800_138_000.5, "order": 912_345,
            "phone as fraction": 0.13911112222, "behind a point": 5.13911112222,
        ]
        #expect(
            redactor().json(value) == [
                "138****8000": ["a", "<token>"], "number": "138****8000", "with country": "86138****8000",
                "double": "138****8000", "id": 117_270_465_679_982_593, "ratio": 0.5, "flag": true, "none": .null,
                "fraction": 0.13800138000, "with fraction": "138****8000", "order": 912_345,
                "phone as fraction": "0.139****2222", "behind a point": "5.139****2222",
            ])
    }

    @Test func keysThatBecomeEqualAreNumbered() {
        let object: JSONObject = ["13911110000": 1, "13922220000": 2, "13933330000": 3]
        let other: JSONObject = ["139****0000": 1, "139****0000 2": 2, "139****0000 3": 3]
        #expect(redactor().object(object) == other)
    }

    @Test func phonesCanBeShownAndTokensCannot() {
        let redactor = redactor(showPhones: true)
        #expect(redactor.text("13800138000 \(Self.token)") == "13800138000 <token>")
        #expect(redactor.phone(MachineFixture.request.phone) == "13800138000")
    }

    @Test func simulatorTokenIsNotRedacted() {
        let redactor = redactor(token: "sim:phone=13800138000")
        #expect(redactor.text("got sim:phone=13800138000") == "got sim:phone=138****8000")
    }

    @Test(arguments: [("secret-1", "<token>"), ("token secret-1", "token secret-1"), ("secret-12", "secret-12")])
    func shortTokenIsReplacedOnlyAsAWholeValue(text: String, redacted: String) {
        #expect(redactor(token: "secret-1").text(text) == redacted)
    }

    @Test(arguments: [("abc", "****"), ("the abc", "the abc"), ("+85212345678", "+85212345678")])
    func phoneOfAnotherFormIsMaskedOnlyAsAWholeValue(text: String, redacted: String) {
        #expect(redactor(phone: "abc").text(text) == redacted)
    }

    @Test(arguments: ["ask_for_sms", "number", "number_differs_from_sim", "mobile", "deny", "code_9002", "rules.lua"])
    func textsOfTheOperatorAndWordsOfTheLanguageAreNotRedacted(token: String) {
        let rules =
            "rule 'number' { map_result = { default = deny 'number_differs_from_sim', match = allow 'ask_for_sms' } }"
        for secret in [token, token + "-and-much-more-than-that"] {
            let redactor = redactor(phone: token, token: secret, rules: rules)
            #expect(redactor.text(token) == token)
            #expect(redactor.text("because of \(token)") == "because of \(token)")
            #expect(redactor.rule("number") == "number")
        }
    }

    @Test func tokenChosenByARuleIsReplaced() {
        let redactor = redactor(rules: "moondial.attempt('h5', '13911112222', 'STsid-chosen-by-a-rule')")
        let request = MachineFixture.requestOrTrap(phone: "13911112222", token: "STsid-chosen-by-a-rule")
        redactor.secrets.add(request)
        #expect(redactor.text("'STsid-chosen-by-a-rule'") == "'STsid-chosen-by-a-rule'")
        redactor.secrets.add(request, isOperators: true)
        #expect(redactor.text("'STsid-chosen-by-a-rule'") == "'<token>'")
    }

    @Test func namesOfLoadedFilesAreNotRedactedAndOthersAre() {
        let redactor = redactor()
        redactor.operatorTexts.add(name: "rules/13800138000.lua")
        #expect(redactor.source("rules/13800138000.lua") == "rules/13800138000.lua")
        #expect(redactor.source("13800138000\n\(Self.token)\u{1B}[31m") == #"138****8000\n<token>\u{1B}[31m"#)
    }

    @Test func beginningOfALongTokenIsReplaced() {
        let token = "STsid0000001542695429579Ob28vB7b0cYTI9w0GGZrv8ujUu05qZvw"
        let redactor = redactor(token: token)
        #expect(redactor.text("cut: \(token.prefix(20))") == "cut: <token>")
        #expect(redactor.text("cut: \(token.prefix(40))' in text") == "cut: <token>' in text")
        #expect(redactor.text("\(token)\(token)9") == "<token><token>9")
        #expect(redactor.text("\(token.prefix(15))") == "\(token.prefix(15))")
    }

    @Test func everySubmittedTokenIsReplacedAfterThousandsMore() {
        let redactor = redactor()
        for number in 1000..<3000 {
            redactor.secrets.add(MachineFixture.requestOrTrap(phone: "1", token: "TOKENtokenTOKENtoken\(number)"))
        }
        for number in 1000..<3000 { #expect(redactor.text("TOKENtokenTOKENtoken\(number).") == "<token>.") }
        #expect(redactor.text(Self.token) == "<token>")
    }

    @Test func overlappingPhonesAreMaskedAsOne() {
        let redactor = redactor(phone: "13800138000")
        redactor.secrets.add(MachineFixture.requestOrTrap(phone: "13800013900", token: "t"))
        #expect(redactor.text("1380013800013900") == "138****3900")
        // If only the submitted phone were masked, "13986139131" would remain, which looks like a phone.
        #expect(redactor.text("1398613913800138000") == "139****8000")
    }

    @Test func numbersOfEqualKeysSkipKeysThatExist() {
        let object: JSONObject = ["139****0000 2": 0, "13911110000": 1, "13922220000": 2]
        #expect(redactor().object(object).members.map(\.key) == ["139****0000 2", "139****0000", "139****0000 3"])
    }

    /// Would take minutes if every token were compared with the text at every place.
    @Test(.timeLimit(.minutes(10))) func textThatNearlyMatchesTheTokenEverywhereIsRedactedSoon() {
        let redactor = redactor(token: String(repeating: "a", count: 4000) + "b")
        for length in 100..<200 {
            let token = String(repeating: "a", count: 20 * length) + "b"
            redactor.secrets.add(MachineFixture.requestOrTrap(phone: "1", token: token))
        }
        #expect(!redactor.text(String(repeating: "a", count: 200_000)).contains("aaaaaaaaaaaaaaaa"))
    }

    @Test(arguments: ["key:master", "a2V5Om1hc3Rlcg==", "a2V5Om1hc3Rlcg"])
    func credentialsAreReplacedThoughTheRulesHoldThem(text: String) {
        let redactor = redactor(rules: "-- \(text)")
        redactor.secrets.add(
            credentials: Credentials(appKey: "key", masterSecret: Secret("master")).secretTexts)
        #expect(redactor.text("you sent Basic \(text) and") == "you sent Basic <secret> and")
        #expect(redactor.text("master") == "<secret>")
    }

    /// As addresses, forms and logs of proxies write them.
    @Test(arguments: [
        ("?secret=m%2Fs%2Bter%3Dkey&a=%20", "?secret=<secret>&a=%20"), ("%6d%2fs%2bter=key", "<secret>"),
        ("a2V5Om0vcyt0ZXI9a2V5%3d", "<secret>%3d"), ("key%3Am%2Fs%2Bter%3Dkey", "<secret>"),
        ("t=STsid%2Dinvented%2Dtoken%2D1&", "t=<token>&"), ("%2B8613800138000", "%2B86138****8000"),
        ("to%3D%2013911112222%0A", "to%3D%20139****2222%0A"), ("100%, %zz and %4", "100%, %zz and %4"), ("%", "%"),
    ])
    func secretsThatArePercentEncodedNeverLeave(text: String, redacted: String) {
        let redactor = redactor()
        redactor.secrets.add(
            credentials: Credentials(appKey: "key", masterSecret: Secret("m/s+ter=key")).secretTexts)
        #expect(redactor.text(text) == redacted)
    }

    @Test func whatTheProviderSaidIsNotTakenForAShortToken() {
        let redactor = redactor(token: "maintenance")
        #expect(redactor.providerText("maintenance") == "maintenance")
        #expect(redactor.text("maintenance") == "<token>")
        #expect(self.redactor().providerText("bad \(Self.token) of 13800138000") == "bad <token> of 138****8000")
    }
}
