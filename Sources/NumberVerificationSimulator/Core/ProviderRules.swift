// SPDX-License-Identifier: MIT

import NumberVerification

/// The limits that the real service enforces: single-use tokens that expire, a minimum time between two checks of one
/// number, and a maximum number of checks a day. Values from docs.jiguang.cn, jverification/FAQ/prod_faq.
///
/// The documentation does not say which rule comes first and whether a refused request counts. Here the token is
/// checked first, and a refused request neither spends the token nor counts for the number.
struct ProviderRules: Sendable {
    static let interval: Duration = .seconds(30)
    static let checksPerDay = 10
    /// The lifetime of a token whose carrier is not known: the shortest of the three.
    static let defaultTokenLife = Carrier.telecom.tokenLife
    /// How long a token is remembered. After that, a token that contains its age is still refused, but any other token
    /// is accepted again.
    static let tokenMemory: Duration = .seconds(86_400)

    private struct SeenToken {
        /// On the simulator's clock.
        let issued: Duration
        var isSpent = false
    }

    private struct SeenPhone {
        var lastCheck: Duration
        var day: Int64
        var checksThatDay: Int
    }

    private var tokens = ExpiringMemory<SeenToken>()
    private var phones = ExpiringMemory<SeenPhone>()

    /// Decides whether a request that would get a verdict is refused. If not, remembers its token and phone.
    ///
    /// - Parameters:
    ///   - token: As sent.
    ///   - age: The age that the token claims, or nil; without an age, the token counts as new when first seen.
    ///   - life: The lifetime of the token.
    ///   - phone: As sent.
    ///   - now: Time since 1970-01-01 UTC.
    /// - Returns: The code that refuses the request, or nil.
    mutating func refusal(
        token: String, age: Duration?, life: Duration, phone: String, now: Duration
    ) -> ResponseCode? {
        var seenToken = tokens.value(for: token, now: now) ?? SeenToken(issued: now - (age ?? .zero))
        guard !seenToken.isSpent, now - seenToken.issued < life else { return .tokenExpiredOrNotExist }

        let seenPhone = phones.value(for: phone, now: now)
        let refusal = Self.refusal(seenPhone, now: now)
        seenToken.isSpent = refusal == nil
        tokens.remember(seenToken, for: token, until: now + Self.tokenMemory, now: now)
        if refusal == nil {
            let phoneMemory = max(Self.startOfDay(Self.day(of: now) + 1), now + Self.interval)
            phones.remember(Self.counting(seenPhone, now: now), for: phone, until: phoneMemory, now: now)
        }
        return refusal
    }

    private static func refusal(_ phone: SeenPhone?, now: Duration) -> ResponseCode? {
        guard let phone else { return nil }
        if now - phone.lastCheck < interval { return .intervalTooShort }
        return phone.day == day(of: now) && phone.checksThatDay >= checksPerDay ? .numberFrequencyLimit : nil
    }

    private static func counting(_ phone: SeenPhone?, now: Duration) -> SeenPhone {
        let today = day(of: now)
        let checksBefore = phone?.day == today ? phone?.checksThatDay ?? 0 : 0
        return SeenPhone(lastCheck: now, day: today, checksThatDay: checksBefore + 1)
    }
}

extension ProviderRules {
    private static let secondsPerDay: Int64 = 86_400
    /// The service counts by calendar days, which are assumed to be those of UTC+8.
    private static let dayOffset: Int64 = 8 * 3600

    private static func day(of time: Duration) -> Int64 {
        (time.components.seconds + dayOffset) / secondsPerDay
    }

    private static func startOfDay(_ day: Int64) -> Duration {
        .seconds(day * secondsPerDay - dayOffset)
    }
}
