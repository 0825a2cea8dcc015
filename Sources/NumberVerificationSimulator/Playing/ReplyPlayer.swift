// SPDX-License-Identifier: MIT

import NIOCore

/// Plays the steps of one reply at their times, on one event loop. Used on that loop only.
final class ReplyPlayer {
    enum Event {
        case bytes(ByteBuffer)
        case reset
        case close
        /// All steps are played; the connection stays open.
        case end
        /// The deadline came first.
        case deadline
    }

    private let eventLoop: NIOIsolatedEventLoop
    private let deadline: NIODeadline
    private let play: (Event) -> Void
    private var steps: ArraySlice<SimulatedReply.Step>
    private var timer: Scheduled<Void>?
    private var isStopped = false

    /// `play` is called for every event, first inside ``start()``. It may call ``stop()``.
    init(
        _ reply: SimulatedReply, on eventLoop: any EventLoop, deadline: NIODeadline = .distantFuture,
        play: @escaping (Event) -> Void
    ) {
        self.eventLoop = eventLoop.assumeIsolated()
        self.deadline = deadline
        self.play = play
        steps = reply.steps[...]
    }

    /// Plays the steps up to the first that needs waiting, and schedules the others.
    func start() {
        while !isStopped {
            guard let step = steps.popFirst() else {
                return finish(.end)
            }
            switch step {
            case .bytes(let bytes):
                play(.bytes(bytes))
            case .wait(let duration):
                return resume(at: .now() + TimeAmount(duration)) { $0.start() }
            case .drip(let bytes, let duration):
                return drip(Drip(rest: bytes, start: .now(), length: bytes.readableBytes, duration: duration))
            case .reset:
                return finish(.reset)
            case .close:
                return finish(.close)
            }
        }
    }

    /// Stops playing.
    func stop() {
        isStopped = true
        timer?.cancel()
        timer = nil
    }

    private func finish(_ event: Event) {
        stop()
        play(event)
    }

    private func resume(at time: NIODeadline, _ action: @escaping (ReplyPlayer) -> Void) {
        let isInTime = time <= deadline
        timer = eventLoop.scheduleTask(deadline: isInTime ? time : deadline) {
            guard !self.isStopped else { return }
            if isInTime { action(self) } else { self.finish(.deadline) }
        }
    }
}

extension ReplyPlayer {
    private struct Drip {
        var rest: ByteBuffer
        let start: NIODeadline
        let length: Int
        let duration: Duration

        /// When the next byte is due. Computed from the start, so that delays of single bytes do not add up.
        var next: NIODeadline {
            start + TimeAmount(duration * (length - rest.readableBytes + 1) / length)
        }
    }

    private func drip(_ drip: Drip) {
        guard drip.rest.readableBytes > 0 else { return start() }
        resume(at: drip.next) { player in
            var drip = drip
            if let byte = drip.rest.readSlice(length: 1) { player.play(.bytes(byte)) }
            if !player.isStopped { player.drip(drip) }
        }
    }
}
