// SPDX-License-Identifier: MIT

package import NIOCore
import Platform

/// The thread on which an input waits, so that the event loop is not blocked.
package final class InputLoop: Sendable {
    private let session: NIOLoopBound<ReplSession>
    private let eventLoop: any EventLoop

    /// Asks the session's input whenever the session wants a block, until the process ends. On the event loop.
    ///
    /// - Returns: False when no thread can be made.
    package static func start(_ session: ReplSession, on eventLoop: any EventLoop) -> Bool {
        InputLoop(session, eventLoop).start()
    }

    private init(_ session: ReplSession, _ eventLoop: any EventLoop) {
        self.session = NIOLoopBound(session, eventLoop: eventLoop)
        self.eventLoop = eventLoop
    }

    /// Blocks that were entered, in order.
    private struct Entered: Sendable {
        var blocks: [ReplBlock] = []
        var time = NIODeadline.now()
        var input: (any ReplInput)?
    }

    /// What the session wants next, and the entered blocks that it has not taken yet, because a question came first.
    private typealias Wanted = (prompt: ReplPrompt, input: (any ReplInput)?, left: [ReplBlock])

    private func run() {
        var entered = Entered()
        while let wanted = next(after: entered), let input = wanted.input {
            let block = input.next(wanted.prompt)
            let more = wanted.left.isEmpty && !wanted.prompt.isQuestion ? input.blocksAtHand() : wanted.left
            entered = Entered(blocks: [block] + more, time: input.lastInput, input: input)
        }
    }

    private func next(after entered: Entered) -> Wanted? {
        let wanted = BlockingPromise<Wanted>()
        // Not the future's own wait, which needs another turn of the event loop, and other work may come before that.
        eventLoop.execute { [self] in handOver(entered, wanted) }
        return wanted.wait()
    }

    /// Hands a block over and asks at once for the next one, so that the session offers it before anything else runs that
    /// the block has started.
    private func handOver(_ entered: Entered, _ wanted: BlockingPromise<Wanted>) {
        let session = session.value
        if let block = entered.blocks.first { session.receive(block, enteredAt: entered.time) }
        session.nextPrompt().assumeIsolated().whenSuccess { [self] prompt in
            // Blocks of the last input do not belong to another input.
            let left = session.input === entered.input ? Array(entered.blocks.dropFirst()) : []
            let rest = Entered(blocks: left, time: entered.time, input: entered.input)
            if rest.blocks.isEmpty || prompt.isQuestion {
                wanted.give((prompt, session.input, rest.blocks))
            } else {
                eventLoop.execute { [self] in handOver(rest, wanted) }
            }
        }
    }

    private func start() -> Bool {
        do throws(Errno) {
            // Lua parses blocks on this thread, which needs more than the smallest default stack of the systems.
            try DetachedThread.start(stackBytes: 4 << 20) { self.run() }
            return true
        } catch {
            return false
        }
    }
}
