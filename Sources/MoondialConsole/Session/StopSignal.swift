// SPDX-License-Identifier: MIT

import Synchronization

/// Says across threads that what goes on shall stop.
package final class StopSignal: Sendable {
    private let flag = Atomic<Bool>(false)

    init() {}

    var isRaised: Bool { flag.load(ordering: .relaxed) }

    package func raise() { flag.store(true, ordering: .relaxed) }

    func clear() { flag.store(false, ordering: .relaxed) }
}
