// SPDX-License-Identifier: MIT

import MoondialStore
import NumberVerification

/// What one call has taken of the counters of a ``CallGuard``.
final class CallHold: TokenHold {
    private enum State {
        /// Not all answers of the store have come.
        case asking
        case granted
        /// The call has ended. What has to be given back was given back, or will be when the store answers.
        case over
    }

    private let callGuard: CallGuard
    private let counters: [CallGuard.Counter]
    private let interval: (key: StoreKey, caps: CallGuardSettings.Caps)?
    private var completion: ((TokenReservation) -> Void)?
    private var state = State.asking
    private var missingAnswers = 0
    private var refusal: Guard?
    /// The counters that were raised.
    private var taken: [CallGuard.Counter] = []
    private var hasInterval = false

    init(
        _ callGuard: CallGuard, counters: [CallGuard.Counter],
        interval: (key: StoreKey, caps: CallGuardSettings.Caps)?, _ completion: @escaping (TokenReservation) -> Void
    ) {
        self.callGuard = callGuard
        self.counters = counters
        self.interval = interval
        self.completion = completion
    }

    // MARK: - Taking

    /// Raises all counters of the day at once, and asks for the interval when they allow it.
    func start() {
        missingAnswers = counters.count
        if counters.isEmpty { return counted() }
        let lifetime = callGuard.today.lifetime
        for counter in counters {
            callGuard.perform(.increment(counter.key, by: 1, lifetime: lifetime)) { [self] result in
                take(result, of: counter)
                missingAnswers -= 1
                if missingAnswers == 0 { counted() }
            }
        }
    }

    private func take(_ result: Result<StoreReply, StoreError>, of counter: CallGuard.Counter) {
        switch result {
        case .success(.integer(let used)):
            taken.append(counter)
            if used > counter.limit {
                refuse(counter.reason)
            } else {
                callGuard.note(counter, used: used)
            }
        case .success, .failure:
            if counter.onStoreError == .review { refuse(.storeUnavailable) }
        }
    }

    /// The first refusal is the one that is reported.
    private func refuse(_ reason: Guard) { refusal = refusal ?? reason }

    private func counted() {
        guard state == .asking, refusal == nil, let (key, caps) = interval,
            let request = CountRequest(limit: 1, window: caps.interval)
        else { return finish() }
        callGuard.perform(.count(key, request)) { [self] result in
            switch result {
            case .success(.count(let count)):
                if count.allowed { hasInterval = true } else { refuse(.numberInterval) }
            case .success, .failure:
                if caps.onStoreError == .review { refuse(.storeUnavailable) }
            }
            finish()
        }
    }

    private func finish() {
        let isGranted = state == .asking && refusal == nil
        if isGranted {
            state = .granted
        } else {
            state = .over
            giveAllBack()
        }
        let completion = completion
        self.completion = nil
        completion?(refusal.map(TokenReservation.refused) ?? .granted)
    }

    // MARK: - Giving back

    func cancel() {
        switch state {
        case .asking:
            // Given back when the store has answered.
            completion = nil
            state = .over
        case .granted:
            state = .over
            giveAllBack()
        case .over: break
        }
    }

    func settle(_ attempt: Attempt) {
        guard state == .granted else { return }
        state = .over
        let isCheck = attempt.tokenState != .unused
        giveBack { counter in counter.scope == nil ? !isCheck : attempt.billed == .no }
        switch attempt.code.map({ ResponseCode($0) }) {
        // The provider has counted a check that was made elsewhere. The interval of this call stays: it ends later than
        // the provider's.
        case .intervalTooShort?: break
        case .numberFrequencyLimit?: exhaust(.numberDailyCap)
        case .dailyFrequencyLimit?: exhaust(.applicationDailyCap)
        default: if !isCheck { giveIntervalBack() }
        }
    }

    private func giveAllBack() {
        giveBack { _ in true }
        giveIntervalBack()
    }

    private func giveBack(where isMeant: (CallGuard.Counter) -> Bool) {
        for counter in taken where isMeant(counter) {
            callGuard.perform(.increment(counter.key, by: -1, lifetime: callGuard.today.lifetime)) { _ in }
        }
        taken = []
    }

    private func giveIntervalBack() {
        guard hasInterval, let interval else { return }
        hasInterval = false
        callGuard.perform(.delete(interval.key)) { _ in }
    }

    /// The provider has counted more than was counted here: the cap is used up for this day.
    private func exhaust(_ cap: Guard) {
        for counter in counters where counter.reason == cap {
            let value = Array("\(counter.limit)".utf8)
            callGuard.perform(.set(counter.key, value: value, lifetime: callGuard.today.lifetime)) { _ in }
        }
    }
}
