// SPDX-License-Identifier: MIT

/// A result code of the service, known or not.
///
/// Codes grow: an unknown one keeps its number, has no ``entry`` and the class ``ResponseClass/unmapped``.
/// Source: docs.jiguang.cn, jverification/server/rest_api/code_description.
package struct ResponseCode: RawRepresentable, Hashable, Sendable, Comparable {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    package static func < (left: ResponseCode, right: ResponseCode) -> Bool { left.rawValue < right.rawValue }

    package static let verifyConsistent = ResponseCode(9000)
    package static let verifyNotConsistent = ResponseCode(9001)
    package static let unknownResult = ResponseCode(9002)
    package static let tokenExpiredOrNotExist = ResponseCode(9003)
    package static let configNotFound = ResponseCode(9004)
    package static let intervalTooShort = ResponseCode(9005)
    package static let numberFrequencyLimit = ResponseCode(9006)
    package static let dailyFrequencyLimit = ResponseCode(9007)
    package static let missAuth = ResponseCode(9010)
    package static let authFailed = ResponseCode(9011)
    package static let parameterInvalid = ResponseCode(9012)
    package static let methodNotSupported = ResponseCode(9013)
    package static let appKeyBlocked = ResponseCode(9014)
    package static let mediaTypeNotSupported = ResponseCode(9015)
    package static let appKeyNoMoney = ResponseCode(9018)
    package static let decryptTokenFailed = ResponseCode(9020)
    package static let tokenInvalid = ResponseCode(9021)
    package static let encryptMobileFailed = ResponseCode(9022)
    package static let notValidateUser = ResponseCode(9031)
    package static let badServer = ResponseCode(9099)

    /// What is known about the code, or `nil` for a code in no table we know.
    package var entry: Entry? { ResponseCode.entriesByCode[self] }

    /// The class of the entry, ``ResponseClass/unmapped`` without one.
    package var responseClass: ResponseClass { entry?.responseClass ?? .unmapped }

    /// The verdict that the code stands for in a reply of verify.
    package var verdict: Verdict {
        switch self {
        case .verifyConsistent: .match
        case .verifyNotConsistent: .mismatch
        default: .unknown
        }
    }

    /// Whether a reply of verify with this code is charged: 9000 and 9001 are, 9099 may be, nothing else is.
    package var billed: Billed {
        switch self {
        case .verifyConsistent, .verifyNotConsistent: .yes
        case .badServer: .maybe
        default: .no
        }
    }

    /// True from 9000 to 9099, the codes of verify itself, known or not.
    package var isOfVerify: Bool { (9000...9099).contains(rawValue) }
}

extension ResponseCode: CustomStringConvertible {
    package var description: String { String(rawValue) }
}

extension ResponseCode {
    /// One line of the provider's tables, with our reading of it.
    package struct Entry: Sendable, Hashable {
        package let code: ResponseCode
        /// The English text as the provider returns it.
        package let content: String
        /// What it means, in our words.
        package let meaning: String
        package let responseClass: ResponseClass
        /// Whether a reply with this code is charged by the service that returns it.
        package let billed: Billed
        /// Whether the same token may be sent again after this code.
        package let resend: Resend
        /// What to do about it.
        package let advice: String
        /// Which service returns it.
        package let layer: Layer
        /// Where code and text were read. Class, resend and advice are our reading.
        package let source: Source
    }

    /// Whether the same token may be sent again.
    package enum Resend: String, Sendable, CaseIterable {
        /// The token is spent, dead or of no use.
        case no
        /// At most once; it may be a passing fault.
        case once
        /// After what the code complains about is put right.
        case afterFix = "after_fix"
        /// After the minimum gap, if the token still lives.
        case afterGap = "after_gap"
        /// Not blindly: the token may be spent.
        case unclear
        /// The code is not about a verify token.
        case notApplicable = "not_applicable"
    }

    /// Which of the provider's services returns a code.
    package enum Layer: String, Sendable, CaseIterable {
        /// Number verification, the only one this product calls.
        case verify
        /// One-click login.
        case login
        /// Risk check.
        case risk
        /// Captcha configuration.
        case captchaConfig = "captcha_config"
        /// Captcha engine.
        case captchaEngine = "captcha_engine"
        /// Administration.
        case admin
    }

    /// Where a code was read. The raw value names the page.
    package enum Source: String, Sendable, CaseIterable {
        /// The provider's current page.
        case official = "docs.jiguang.cn, jverification/server/rest_api/code_description"
        /// Only in the provider's documentation repository of 2019; may be stale.
        case official2019 = "github.com/jpush/jpush-docs at 2019-08-09"
        /// Not in any official table we read.
        case thirdParty = "crate jiguang_certification 0.1.1 (unofficial)"
    }
}
