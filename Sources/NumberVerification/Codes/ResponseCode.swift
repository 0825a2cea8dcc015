// SPDX-License-Identifier: MIT

/// A result code of the service, known or not.
///
/// The provider may add codes: an unknown one keeps its number, has no ``entry`` and the class
/// ``ResponseClass/unmapped``. Source: docs.jiguang.cn, jverification/server/rest_api/code_description.
package struct ResponseCode: RawRepresentable, Hashable, Sendable, Comparable {
    /// The number as on the wire.
    package let rawValue: Int64

    /// Any number is a code, known or not.
    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// The same as `init(rawValue:)`.
    package init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    package static func < (left: ResponseCode, right: ResponseCode) -> Bool { left.rawValue < right.rawValue }

    /// 9000: the number matches.
    package static let verifyConsistent = ResponseCode(9000)
    /// 9001: the number does not match.
    package static let verifyNotConsistent = ResponseCode(9001)
    /// 9002: the carrier gave no verdict.
    package static let unknownResult = ResponseCode(9002)
    /// 9003: the token is expired, used or unknown.
    package static let tokenExpiredOrNotExist = ResponseCode(9003)
    /// 9004: the configuration of the application could not be loaded.
    package static let configNotFound = ResponseCode(9004)
    /// 9005: the same number again too soon.
    package static let intervalTooShort = ResponseCode(9005)
    /// 9006: the number's checks of the day are used up.
    package static let numberFrequencyLimit = ResponseCode(9006)
    /// 9007: the application's checks of the day are used up.
    package static let dailyFrequencyLimit = ResponseCode(9007)
    /// 9010: no Authorization header.
    package static let missAuth = ResponseCode(9010)
    /// 9011: wrong app key or master secret.
    package static let authFailed = ResponseCode(9011)
    /// 9012: a field is missing or malformed.
    package static let parameterInvalid = ResponseCode(9012)
    /// 9013: not a POST.
    package static let methodNotSupported = ResponseCode(9013)
    /// 9014: the feature is disabled for the app key.
    package static let appKeyBlocked = ResponseCode(9014)
    /// 9015: not application/json.
    package static let mediaTypeNotSupported = ResponseCode(9015)
    /// 9018: the balance is used up.
    package static let appKeyNoMoney = ResponseCode(9018)
    /// 9020: the token could not be decrypted.
    package static let decryptTokenFailed = ResponseCode(9020)
    /// 9021: the token is malformed.
    package static let tokenInvalid = ResponseCode(9021)
    /// 9022: the application's public key is unusable.
    package static let encryptMobileFailed = ResponseCode(9022)
    /// 9031: the service is not opened for the account.
    package static let notValidateUser = ResponseCode(9031)
    /// 9099: unknown server error.
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

    /// Whether a reply of verify with this code is charged: 9000 and 9001 are, 9099 may be, no other code is.
    package var billed: Billed {
        if self == .badServer { return .maybe }
        return tokenState == .spent ? .yes : .no
    }

    /// True from 9000 to 9099, the codes of verify itself, known or not.
    package var isOfVerify: Bool { (9000...9099).contains(rawValue) }
}

extension ResponseCode: CustomStringConvertible {
    package var description: String { String(rawValue) }
}

extension ResponseCode {
    /// One line of the provider's tables, with our interpretation.
    package struct Entry: Sendable, Hashable {
        /// The code that the line is about.
        package let code: ResponseCode
        /// The English text as the provider returns it.
        package let content: String
        /// What it means, in our words.
        package let meaning: String
        /// Who has to act on the code.
        package let responseClass: ResponseClass
        /// Whether a reply with this code is charged by the service that returns it.
        package let billed: Billed
        /// What to do after this code.
        package let advice: String
        /// The service that returns the code.
        package let layer: Layer
        /// The page where code and text were found. Class and advice are our interpretation.
        package let source: Source
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

    /// The page where a code was found. The raw value names it.
    package enum Source: String, Sendable, CaseIterable {
        /// The provider's current page.
        case official = "docs.jiguang.cn, jverification/server/rest_api/code_description"
        /// Only in the provider's documentation repository of 2019; may be stale.
        case official2019 = "github.com/jpush/jpush-docs at 2019-08-09"
        /// Not in any official table we read.
        case thirdParty = "crate jiguang_certification 0.1.1 (unofficial)"
    }
}
