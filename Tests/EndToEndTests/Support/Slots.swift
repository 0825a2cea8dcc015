// SPDX-License-Identifier: MIT

/// Keeps tests, which all run at once, from starting more processes than the machine can serve in good time.
///
/// A test that holds a slot gets further ones without waiting: otherwise tests could wait for each other for ever.
actor Slots {
    /// For processes that are run to their end.
    static let foreground = Slots(4)
    /// For processes that a test keeps while it runs others.
    static let background = Slots(4)

    /// What a test holds.
    struct Slot: Sendable {
        fileprivate let task: Int
    }

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// How many slots each task holds: a test, or a case of one, is a task.
    private var held: [Int: Int] = [:]

    init(_ count: Int) { free = count }

    func acquire() async -> Slot {
        let task = withUnsafeCurrentTask { $0.hashValue }
        if held[task] == nil {
            if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
        }
        held[task, default: 0] += 1
        return Slot(task: task)
    }

    func release(_ slot: Slot) {
        let count = held.removeValue(forKey: slot.task) ?? 1
        if count > 1 {
            held[slot.task] = count - 1
        } else if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}
