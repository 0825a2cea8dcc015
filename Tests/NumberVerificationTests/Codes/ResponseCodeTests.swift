// SPDX-License-Identifier: MIT

import NumberVerification
import Testing

struct ResponseCodeTests {
    @Test func everyDocumentedCodeIsInTheTableOnce() {
        let verify: [Int64] =
            [9000, 9001, 9002, 9003, 9004, 9005, 9006, 9007, 9010, 9011, 9012, 9013, 9014, 9015, 9018, 9020, 9021]
            + [9022, 9031, 9099]
        let risk: [Int64] = [0, 1801, 1802, 1803, 1804, 1805, 2000]
        let captcha: [Int64] = [6003, 6004, 6005] + (7101...7112)
        let login: [Int64] = [8000, 8001]
        let admin: [Int64] = [9200, 9202, 9203, 9301]
        let expected = (verify + risk + captcha + login + admin).sorted()
        #expect(ResponseCode.table.map(\.code.rawValue) == expected)
        #expect(ResponseCode.table.filter { $0.layer == .verify }.map(\.code.rawValue) == verify)
    }

    @Test(arguments: ResponseCode.table)
    func everyEntryHasContentMeaningAndAdvice(_ entry: ResponseCode.Entry) {
        #expect(entry.code.entry == entry)
        #expect(!entry.content.isEmpty)
        #expect(entry.meaning.hasSuffix("."))
        #expect(entry.advice.hasSuffix("."))
        #expect((entry.layer == .verify) == (entry.responseClass != .neighbour))
    }

    @Test func only9000And9001AreVerdicts() {
        #expect(ResponseCode.table.filter { $0.code.verdict == .match }.map(\.code) == [.verifyConsistent])
        #expect(ResponseCode.table.filter { $0.code.verdict == .mismatch }.map(\.code) == [.verifyNotConsistent])
    }

    @Test func onlyVerdictsAreCertainlyBilled() {
        #expect(
            ResponseCode.table.filter { $0.code.billed == .yes }.map(\.code) == [
                .verifyConsistent, .verifyNotConsistent,
            ])
        #expect(ResponseCode.table.filter { $0.code.billed == .maybe }.map(\.code) == [.badServer])
        #expect(ResponseCode(8000).entry?.billed == .yes, "by the service that returns it")
    }

    @Test(arguments: [9008, 9999, -1, 90_000, Int64.max])
    func unknownCodeKeepsItsNumber(number: Int64) {
        let code = ResponseCode(number)
        #expect(code.entry == nil)
        #expect(code.responseClass == .unmapped)
        #expect(code.verdict == .unknown)
        #expect(code.billed == .no)
        #expect(code.description == "\(number)")
    }

    @Test(arguments: [
        (ResponseCode.unknownResult, ResponseClass.upstream), (.tokenExpiredOrNotExist, .token),
        (.intervalTooShort, .throttle), (.authFailed, .credentials), (.parameterInvalid, .caller),
        (.appKeyNoMoney, .account), (.badServer, .upstream), (.configNotFound, .account),
    ])
    func codesHaveTheirClass(code: ResponseCode, responseClass: ResponseClass) {
        #expect(code.responseClass == responseClass)
    }

    /// Every code of verify once, and codes that the service should never return for verify.
    @Test(
        arguments: [
            (TokenState.spent, [9000, 9001]), (.dead, [9003]),
            (.unclear, [9002, 9099, 9008, 9098, 9777, 0, -1, 1802, 8000, 9200]),
            (.unused, [9004, 9005, 9006, 9007, 9010, 9011, 9012, 9013, 9014, 9015, 9018, 9020, 9021, 9022, 9031]),
        ] as [(TokenState, [Int64])])
    func tokenStateFollowsFromTheCode(state: TokenState, codes: [Int64]) {
        for code in codes {
            #expect(ResponseCode(code).tokenState == state, "code \(code)")
            #expect(TokenState(code: code, delivered: .yes) == state)
            #expect(
                TokenState(code: code, delivered: .maybe) == .unclear, "the code of a doubtful reply proves nothing")
            #expect(TokenState(code: code, delivered: .no) == .unused)
        }
    }

    @Test func tokenStateWithoutACodeFollowsFromDelivery() {
        #expect(Delivered.allCases.map { TokenState(code: nil, delivered: $0) } == [.unused, .unclear, .unclear])
    }

    @Test func onlySpentAndUnclearTokensMayBeSpent() {
        #expect(TokenState.allCases.filter(\.mayBeSpent) == [.spent, .unclear])
    }
}
