// SPDX-License-Identifier: MIT

package import NIOCore
import NIOPosix

/// Runs work that needs an event loop on the calling thread, and returns when the work is done.
package enum OwnEventLoop {
    /// `body` starts the work, and calls the function that it is given with the result when the work is done.
    package static func run<Result>(_ body: @escaping (any EventLoop, @escaping (Result) -> Void) -> Void) -> Result {
        let box = Box<Result>()
        MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { eventLoop in
            body(eventLoop) { result in
                guard box.result == nil else { return }
                box.result = result
                eventLoop.shutdownGracefully { _ in }
            }
        }
        guard let result = box.result else { preconditionFailure("the event loop ended before its work") }
        return result
    }
}

/// Carries a result out of a closure.
private final class Box<Result> {
    var result: Result?
}
