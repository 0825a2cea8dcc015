// SPDX-License-Identifier: MIT

extension ResponseCode {
    /// The codes of the provider's other services, which share the table and the number space.
    static let neighbourEntries: [Entry] = [
        neighbour(0, .risk, "success", "The risk check was done."),
        neighbour(1801, .risk, "invalid parameters", "The risk check found a malformed field."),
        neighbour(1802, .risk, "auth failed", "The risk check refused the credentials."),
        neighbour(1803, .risk, "no permission", "The risk check is not opened for the account, or has expired."),
        neighbour(1804, .risk, "qps limit", "The risk check was called too often."),
        neighbour(1805, .risk, "insufficient balance", "The balance for risk checks is used up."),
        neighbour(2000, .risk, "internal error", "The risk check had trouble."),
        neighbour(6003, .captchaConfig, "captcha_id not exist", "The captcha id is unknown."),
        neighbour(6004, .captchaConfig, "captcha_id not bind", "The captcha id is not bound to the application."),
        neighbour(6005, .captchaConfig, "beyond hour frequency limit", "The application's hourly limit is used up."),
        neighbour(7101, .captchaEngine, "runtime error", "The captcha engine had trouble."),
        neighbour(7102, .captchaEngine, "illegal risk_type", "The risk type is unknown."),
        neighbour(7103, .captchaEngine, "param decrypt error", "The captcha parameters could not be decrypted."),
        neighbour(7104, .captchaEngine, "illegal verify", "The captcha was checked twice."),
        neighbour(7105, .captchaEngine, "jsonp xss", "The callback name was refused."),
        neighbour(7106, .captchaEngine, "not captcha_id", "The captcha id is missing."),
        neighbour(7107, .captchaEngine, "illegal captcha_id", "The captcha id is malformed."),
        neighbour(7108, .captchaEngine, "not captcha", "There is no such captcha."),
        neighbour(7109, .captchaEngine, "captcha_id deleted", "The captcha id was deleted."),
        neighbour(7110, .captchaEngine, "not proof", "The proof has expired."),
        neighbour(7111, .captchaEngine, "not lot_number", "The lot number is missing."),
        neighbour(7112, .captchaEngine, "illegal lot_number", "The lot number is malformed."),
        neighbour(8000, .login, "get phone success", "One-click login obtained the number.", billed: .yes),
        neighbour(8001, .login, "get phone fail", "One-click login did not obtain the number."),
        neighbour(9200, .admin, "success", "The application was opened.", source: .thirdParty),
        neighbour(9202, .admin, "appKey not exists", "The app key is unknown.", source: .thirdParty),
        neighbour(9203, .admin, "signOnce opened already", "One-click login was open already.", source: .thirdParty),
        neighbour(9301, .admin, "signOnce opened failed", "One-click login was not opened.", source: .thirdParty),
    ]

    private static func neighbour(
        _ code: Int64, _ layer: Layer, _ content: String, _ meaning: String, billed: Billed = .no,
        source: Source = .official
    ) -> Entry {
        Entry(
            code: ResponseCode(code), content: content, meaning: meaning, responseClass: .neighbour, billed: billed,
            advice: "Not a code of number verification: check which service the request reached.",
            layer: layer, source: source)
    }
}
