// SPDX-License-Identifier: MIT

import NIOCore

/// Tells whether an event loop is too busy for more work: whether what it should do now comes too late.
///
/// A task that is due every 5 ms notes how late it runs. Requests that arrive wait as long, unseen, before they are read.
final class LoadGauge {
    private static let period = TimeAmount.milliseconds(5)

    private let eventLoop: any EventLoop
    private let maximumDelay: TimeAmount
    private var task: RepeatedTask?
    private var due: NIODeadline
    /// Exponentially weighted, in nanoseconds.
    private var delay: Int64 = 0

    /// `maximumDelay` is how late the task may be, on average, before requests are turned away.
    init(maximumDelay: TimeAmount, eventLoop: any EventLoop) {
        self.maximumDelay = maximumDelay
        self.eventLoop = eventLoop
        due = eventLoop.now + Self.period
        let gauge = NIOLoopBound(self, eventLoop: eventLoop)
        task = eventLoop.scheduleRepeatedTask(initialDelay: Self.period, delay: Self.period) { _ in
            gauge.value.measure()
        }
    }

    var isOverloaded: Bool { delay > maximumDelay.nanoseconds }

    func stop() {
        task?.cancel()
        task = nil
    }

    private func measure() {
        let now = NIODeadline.now()
        let late = max(0, (now - due).nanoseconds)
        delay += (late - delay) / 4
        due = now + Self.period
    }
}
