// SPDX-License-Identifier: MIT

/// Keeps tests, which all run at once, from starting more processes than the machine can serve in good time.
actor Slots {
    /// For processes that are run to their end.
    static let foreground = Slots(4)
    /// For processes that a test keeps while it runs others: apart from those, so that nobody waits in a circle.
    static let background = Slots(4)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { free = count }

    func acquire() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func release() {
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}
