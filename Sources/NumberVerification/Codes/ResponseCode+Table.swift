// SPDX-License-Identifier: MIT

extension ResponseCode {
    /// Every code of the provider's tables, in ascending order.
    package static let table: [Entry] = (verifyEntries + neighbourEntries).sorted { $0.code < $1.code }

    static let entriesByCode = Dictionary(uniqueKeysWithValues: table.map { ($0.code, $0) })

    private static let verifyEntries: [Entry] = [
        verify(
            .verifyConsistent, "verify consistent", .pass, billed: .yes,
            meaning: "The number is the one of the SIM that carried the data.",
            advice: "Final. The token is spent."),
        verify(
            .verifyNotConsistent, "verify not consistent", .fail, billed: .yes,
            meaning: "The number is not the one of the SIM that carried the data.",
            advice: "Deny, or step up to an SMS code: with two SIMs the data SIM is the one that is checked."),
        verify(
            .unknownResult, "unknown result", .upstream,
            meaning: "The carrier gave no verdict.",
            advice: "Not a mismatch. The token may be spent: get a new one, or use an SMS code."),
        verify(
            .tokenExpiredOrNotExist, "token expired or not exist", .token,
            meaning: "The token has expired, was used before, or never existed.",
            advice: "Get a new token. Tokens work once and live 60 s (Telecom) to 10 min (Unicom)."),
        verify(
            .configNotFound, "config not found", .account,
            meaning: "The configuration of the application could not be loaded.",
            advice: "Check the application in the provider's console; if it is right, ask the provider."),
        verify(
            .intervalTooShort, "verify interval is less than the minimum limit", .throttle,
            meaning: "The same number was checked a moment ago; the default gap is 30 s.",
            advice: "Wait for the gap, and send the token again only if it still lives then."),
        verify(
            .numberFrequencyLimit, "frequency of verifying single number is beyond the maximum limit", .throttle,
            meaning: "The number has used up its checks of the day; the default is 10.",
            advice: "Use an SMS code until the next day (UTC+8)."),
        verify(
            .dailyFrequencyLimit, "beyond daily frequency limit", .throttle,
            meaning: "The application has used up its checks of the day.",
            advice: "Stop calling until the next day (UTC+8), or have the limit raised in the console."),
        verify(
            .missAuth, "miss auth", .credentials,
            meaning: "The request had no Authorization header.",
            advice: "Look for a proxy that removes the header."),
        verify(
            .authFailed, "auth failed", .credentials,
            meaning: "The app key or the master secret is wrong.",
            advice: "Stop calling. Compare both with the application's settings in the console."),
        verify(
            .parameterInvalid, "parameter invalid", .caller,
            meaning: "A field is missing or malformed.",
            advice: "Check phone (11 digits, no country code) and token."),
        verify(
            .methodNotSupported, "request method not supported", .caller,
            meaning: "The request was not a POST.",
            advice: "Look for a proxy or redirect that changes the method."),
        verify(
            .appKeyBlocked, "appkey is blocked", .account,
            meaning: "The feature is disabled for this app key.",
            advice: "Stop calling and ask the provider."),
        verify(
            .mediaTypeNotSupported, "http media type not supported", .caller,
            meaning: "The Content-Type was not application/json.",
            advice: "Look for a proxy that changes the header."),
        verify(
            .appKeyNoMoney, "appKey no money", .account, source: .official2019,
            meaning: "The prepaid balance is used up.",
            advice: "Stop calling and top up the account."),
        verify(
            .decryptTokenFailed, "decrypt token failed", .token, source: .thirdParty,
            meaning: "The token could not be decrypted.",
            advice: "Check that app key, package name and signature belong together, and that the token was sent to "
                + "the endpoint of its SDK (mobile or h5)."),
        verify(
            .tokenInvalid, "token invalid", .token, source: .thirdParty,
            meaning: "The token is malformed.",
            advice: "Check that it arrives unchanged and was sent to the endpoint of its SDK (mobile or h5)."),
        verify(
            .encryptMobileFailed, "encrypt mobile failed", .account, source: .thirdParty,
            meaning: "The RSA public key in the console is unusable; one-click login only.",
            advice: "Renew the key in the console."),
        verify(
            .notValidateUser, "not validate user", .account, source: .official2019,
            meaning: "The verification service is not opened for this account.",
            advice: "Stop calling and open the service in the console."),
        verify(
            .badServer, "bad server", .upstream, billed: .maybe, source: .official2019,
            meaning: "Unknown server error. The token may be spent and the call charged.",
            advice: "Do not send the token again blindly. Get a new token, or use an SMS code."),
    ]

    private static func verify(
        _ code: ResponseCode, _ content: String, _ responseClass: ResponseClass, billed: Billed = .no,
        source: Source = .official, meaning: String, advice: String
    ) -> Entry {
        Entry(
            code: code, content: content, meaning: meaning, responseClass: responseClass, billed: billed,
            advice: advice, layer: .verify, source: source)
    }
}
