// SPDX-License-Identifier: MIT

import NIOCore

/// Tells whether an event loop is too busy for more work: whether what it should do now has come too late for a while.
///
/// A task that is due every 5 ms notes how late it runs. Requests that arrive wait as long, unseen, before they are read. A
/// rule that is stopped, or many requests at once, make it late for a moment, upon which nobody is turned away.
final class LoadGauge {
    private static let period = TimeAmount.milliseconds(5)
    /// How long the task may be too late each time.
    private static let patience = TimeAmount.milliseconds(500)

    private let eventLoop: any EventLoop
    private let maximumDelay: TimeAmount
    /// Called with each measurement.
    var onMeasure: () -> Void = {}
    private var task: RepeatedTask?
    private var due: NIODeadline
    /// When the task was not too late last.
    private var lastInTime: NIODeadline
    private(set) var isOverloaded = false

    /// `maximumDelay` is how late the task may be before requests are turned away.
    init(maximumDelay: TimeAmount, eventLoop: any EventLoop) {
        self.maximumDelay = maximumDelay
        self.eventLoop = eventLoop
        due = eventLoop.now + Self.period
        lastInTime = eventLoop.now
        let gauge = NIOLoopBound(self, eventLoop: eventLoop)
        task = eventLoop.scheduleRepeatedTask(initialDelay: Self.period, delay: Self.period) { _ in
            gauge.value.measure()
        }
    }

    func stop() {
        task?.cancel()
        task = nil
    }

    private func measure() {
        let now = NIODeadline.now()
        if now - due <= maximumDelay { lastInTime = now }
        isOverloaded = now - lastInTime > Self.patience
        due = now + Self.period
        onMeasure()
    }
}
