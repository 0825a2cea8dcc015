// SPDX-License-Identifier: MIT

package import NIOCore

/// What the simulator does about one request, as a script: the server plays it on a connection, the in-process
/// transport without one.
package struct SimulatedReply: Sendable, Hashable {
    package enum Step: Sendable, Hashable {
        case wait(Duration)
        /// Sends these bytes at once.
        case bytes(ByteBuffer)
        /// Sends these bytes one by one, spread evenly over the time: the last one goes out when it is over.
        case drip(ByteBuffer, over: Duration)
        /// Breaks the connection (TCP RST). Always the last step.
        case reset
        /// Closes the connection in good order. Always the last step; without it the connection stays open.
        case close
    }

    package var steps: [Step]

    package init(steps: [Step]) {
        self.steps = steps
    }
}
