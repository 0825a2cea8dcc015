// SPDX-License-Identifier: MIT

import MoondialRules
import NIOCore

/// Checks whether names in the store are hashed with the key of this gateway. With another master secret the key
/// differs, and gateways share no entries. Checked at the start and every 30 s, since a secret may be replaced. Used on
/// one event loop.
final class StoreKeyWatch {
    private static let period = TimeAmount.seconds(30)
    private static let timeout = TimeAmount.seconds(1)

    private let access: StoreAccess
    private let health: StoreHealth
    private let eventLoop: any EventLoop
    private let report: (_ agrees: Bool) -> Void

    /// - Parameters:
    ///   - access: The store of the event loop.
    ///   - health: Gets the result of each comparison.
    ///   - eventLoop: The event loop of the store.
    ///   - report: Called when the result changes. Before the first comparison, the keys count as equal.
    init(
        _ access: StoreAccess, _ health: StoreHealth, on eventLoop: any EventLoop,
        report: @escaping (_ agrees: Bool) -> Void
    ) {
        self.access = access
        self.health = health
        self.eventLoop = eventLoop
        self.report = report
    }

    /// Compares now, and again as long as the watch is held. The completion is called when the store has answered the
    /// first time, or does not answer.
    func start(completion: @escaping () -> Void) {
        check(completion: completion)
        checkLater()
    }

    private func checkLater() {
        eventLoop.assumeIsolated().scheduleTask(in: Self.period) { [weak self] in
            self?.check {}
            self?.checkLater()
        }
    }

    private func check(completion: @escaping () -> Void) {
        access.names.checkKey(in: access.store, leavesMark: true, timeout: Self.timeout) { [self] check in
            let differs: Bool? =
                switch check {
                case .different: true
                case .same: false
                case .missing, .unknown: nil
                }
            if let differs, health.noteKey(differs: differs) { report(!differs) }
            completion()
        }
    }
}
