// SPDX-License-Identifier: MIT

import LuaCheck
import Testing

@Suite struct FindingCodeTests {
    @Test(arguments: FindingCode.allCases) func everyCodeHasAMeaningAndAdvice(code: FindingCode) {
        #expect(code.rawValue.wholeMatch(of: /[a-z]+(-[a-z]+)+/) != nil)
        #expect(code.meaning.hasSuffix(".") && code.advice.hasSuffix("."))
    }
}
