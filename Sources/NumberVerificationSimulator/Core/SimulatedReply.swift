// SPDX-License-Identifier: MIT

package import NIOCore

/// What the simulator does about one request, as a script: the server plays it on a connection, the in-process
/// transport without one.
package struct SimulatedReply: Sendable, Hashable {
    /// One thing to do after the one before it.
    package enum Step: Sendable, Hashable {
        /// Lets this time pass.
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

    /// In the order in which they are played; never empty in a reply of the simulator.
    package var steps: [Step]

    /// Makes a script of these steps.
    package init(steps: [Step]) {
        self.steps = steps
    }
}
