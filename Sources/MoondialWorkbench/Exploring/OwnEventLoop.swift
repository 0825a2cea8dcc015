// SPDX-License-Identifier: MIT

package import NIOCore
import NIOPosix

/// Does something on the calling thread that needs an event loop, and returns when it is done.
package enum OwnEventLoop {
    /// `body` begins, and calls what it gets with the result when it is done.
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
