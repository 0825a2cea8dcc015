// SPDX-License-Identifier: MIT

import MoondialRules
import NumberVerification

extension RuleEngine {
    /// Enforces the configured caps and budget for the application of the target.
    ///
    /// - Parameters:
    ///   - plan: Holds the settings and the target.
    ///   - warn: Called with a message when four fifths of a ceiling are used.
    func guardCalls(of plan: RuleProcess.Plan, warn: @escaping (String) -> Void) {
        guard plan.settings.callGuard.isActive else { return }
        let callGuard = CallGuard(
            plan.settings.callGuard, store, application: plan.target.credentials.appKey, clock: settings.wallClock)
        callGuard.onUse = { use in
            if use.reachesFourFifths { warn("\(use.used) of \(use.ceiling) charged calls of this day are used") }
        }
        tokenReserver = callGuard
    }
}
