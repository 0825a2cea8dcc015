// SPDX-License-Identifier: MIT

/// Codes that the provider's SDKs report in apps and browsers. Some have the same numbers as codes of the service and
/// mean something else, so people look them up here.
///
/// Sources: docs.jiguang.cn, jverification/client; jpush-docs at 2019-08-09, client/android_api.md.
enum ClientSDKCodes {
    static var explanations: [Explanation] {
        native.map { explanation($0, $1, place: "client SDK for Android, Harmony and iOS") }
            + web.map { explanation($0, $1, place: "client SDK for the Web") }
    }

    private static let native = [
        (1000, "The number matches, said by the SDK."),
        (1001, "The number does not match, said by the SDK."),
        (1002, "The SDK got no verdict."),
        (1003, "The token has expired."),
        (2000, "A token was obtained."),
        (2001, "No token could be fetched."),
        (2002, "The SDK could not be initialised."),
        (2005, "The request timed out."),
        (6001, "No login token could be fetched."),
        (6002, "The user cancelled the login."),
        (8000, "The SDK is initialised."),
    ]

    private static let web = [
        (0, "Success."),
        (1000, "Unknown error."),
        (1001, "The SDK is still being initialised."),
        (1002, "The app key is empty."),
        (1003, "The SDK could not be initialised."),
        (2001, "The SDK is not initialised."),
        (2002, "No token could be fetched."),
        (2005, "The argument 'operater' is wrong."),
    ]

    private static func explanation(_ code: Int, _ meaning: String, place: String) -> Explanation {
        Explanation(
            code: String(code), place: place, meaning: meaning,
            advice: "Never take it as proof: only the service's own reply to the server is a verdict.")
    }
}
