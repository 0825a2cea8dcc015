// SPDX-License-Identifier: MIT

import MoondialRules
import NIOCore

/// Notices that a gateway shares nothing with the others, since its master secret, and so the key of names in the store, is
/// another one: at the start, and then from time to time, as a secret may be replaced. Used on one event loop.
final class StoreKeyWatch {
    private static let period = TimeAmount.seconds(30)
    private static let timeout = TimeAmount.seconds(1)

    private let access: StoreAccess
    private let health: StoreHealth
    private let eventLoop: any EventLoop
    private let report: (_ agrees: Bool) -> Void

    /// - Parameters:
    ///   - access: The store of the event loop.
    ///   - health: Is told whether the keys differ.
    ///   - eventLoop: That of the store.
    ///   - report: Called when the answer has changed; before the first one, the keys are taken for equal.
    init(
        _ access: StoreAccess, _ health: StoreHealth, on eventLoop: any EventLoop,
        report: @escaping (_ agrees: Bool) -> Void
    ) {
        self.access = access
        self.health = health
        self.eventLoop = eventLoop
        self.report = report
    }

    /// Compares now, and again as long as the watch is held. The completion is called when the store has answered or does not
    /// answer.
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
