// SPDX-License-Identifier: MIT

package import MoondialRules

extension Exploration {
    /// Explores rules that nothing else uses, on the calling thread, and returns when all paths have been taken.
    package static func of(
        _ rules: LoadedRulebook, requests: [RequestClass] = RequestClass.builtIn, settings: Explorer.Settings
    ) -> Exploration {
        OwnEventLoop.run { eventLoop, end in
            let engine = RuleEngine(rules, attempts: NoAttempts(), eventLoop: eventLoop)
            Explorer(engine: engine, requests: requests, settings: settings, eventLoop: eventLoop).start(
                completion: end)
        }
    }
}
