// SPDX-License-Identifier: MIT

import MoondialStore
import NIOCore
package import NumberVerification

/// Mirrors the provider's caps and keeps the budget for one application, on one event loop, with counters in the store.
///
/// Counters of a day are raised before a call and lowered again when the call turns out not to have been a check, or not
/// charged. A call that the provider refused before it read the token is no check.
package final class CallGuard: TokenReserver {
    /// Something that is counted by the day.
    struct Counter {
        let key: StoreKey
        let limit: Int64
        let reason: Guard
        let onStoreError: CallGuardSettings.OnStoreError
        /// Which ceiling of the budget the counter belongs to; nil for a cap.
        let scope: BudgetUse.Scope?
    }

    package let settings: CallGuardSettings
    let store: any Store
    private let names: StoreNames
    private let application: String
    private let timeout: TimeAmount
    private let clock: () -> Int64
    /// Gets what is used of each ceiling after each call that counts towards it.
    package var onUse: ((BudgetUse) -> Void)?

    /// - Parameters:
    ///   - settings: What is guarded.
    ///   - access: The store of the event loop.
    ///   - application: The app key whose calls are guarded.
    ///   - clock: Milliseconds since 1970, by which the day is chosen.
    package init(
        _ settings: CallGuardSettings, _ access: StoreAccess, application: String, clock: @escaping () -> Int64
    ) {
        self.settings = settings
        store = access.store
        names = access.names
        timeout = access.timeout
        self.application = application
        self.clock = clock
    }

    package func reserve(
        _ request: VerificationRequest, at endpoint: Endpoint, for run: RunContext,
        completion: @escaping (TokenReservation) -> Void
    ) -> (any TokenHold)? {
        reserve(request, caller: nil, completion: completion)
    }

    /// The same, for a caller with a name.
    package func reserve(
        _ request: VerificationRequest, caller: String?, completion: @escaping (TokenReservation) -> Void
    ) -> (any TokenHold)? {
        guard settings.isActive else {
            completion(.granted)
            return nil
        }
        let phone = request.phone.submitted
        let hold = CallHold(
            self, counters: counters(phone: phone, caller: caller),
            interval: settings.caps.map { (names.own("interval", application, phone), $0) }, completion)
        hold.start()
        return hold
    }

    private func counters(phone: String, caller: String?) -> [Counter] {
        let day = "\(today.number)"
        var counters: [Counter] = []
        if let caps = settings.caps {
            counters.append(
                Counter(
                    key: names.own("number", day, application, phone), limit: caps.perNumber, reason: .numberDailyCap,
                    onStoreError: caps.onStoreError, scope: nil))
            counters.append(
                Counter(
                    key: names.own("application", day, application), limit: caps.perApplication,
                    reason: .applicationDailyCap, onStoreError: caps.onStoreError, scope: nil))
        }
        let budget = settings.budget
        func add(_ ceiling: Int64?, _ scope: BudgetUse.Scope, _ name: String...) {
            guard let ceiling else { return }
            counters.append(
                Counter(
                    key: names.own("budget", [day] + name), limit: ceiling, reason: .budget,
                    onStoreError: budget.onStoreError, scope: scope))
        }
        add(budget.total, .total, "total")
        add(budget.perApplication, .application(application), "application", application)
        if let caller { add(budget.perCaller, .caller(caller), "caller", application, caller) }
        return counters
    }

    var today: ProviderDay { ProviderDay(milliseconds: clock()) }

    func perform(_ command: StoreCommand, completion: @escaping (Result<StoreReply, StoreError>) -> Void) {
        store.perform(command, deadline: .now() + timeout, completion: completion)
    }

    func note(_ counter: Counter, used: Int64) {
        guard let scope = counter.scope else { return }
        onUse?(BudgetUse(scope: scope, used: used, ceiling: counter.limit))
    }
}
