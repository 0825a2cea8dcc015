// SPDX-License-Identifier: MIT

package import NIOCore

/// The simulator's reply to one request, as a script of steps. The server plays the script on a connection, the
/// in-process transport without one.
package struct SimulatedReply: Sendable, Hashable {
    /// One step of the script.
    package enum Step: Sendable, Hashable {
        /// Lets this time pass.
        case wait(Duration)
        /// Sends these bytes at once.
        case bytes(ByteBuffer)
        /// Sends these bytes one by one, spread evenly over the time; the last one is sent when the time is over.
        case drip(ByteBuffer, over: Duration)
        /// Breaks the connection (TCP RST). Always the last step.
        case reset
        /// Closes the connection in good order. Always the last step; without it the connection stays open.
        case close
    }

    /// The steps in the order in which they are played; never empty in a reply of the simulator.
    package var steps: [Step]

    /// Makes a script of these steps.
    package init(steps: [Step]) {
        self.steps = steps
    }
}
