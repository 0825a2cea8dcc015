// SPDX-License-Identifier: MIT

import Foundation
import Synchronization

/// Runs `body` on a thread with a stack of that many bytes, and waits for it.
func onThread(stackSize: Int, _ body: @escaping @Sendable () throws -> String) throws -> String {
    final class Outcome: Sendable {
        let value = Mutex<Result<String, any Error>>(.failure(Surprise("the thread left nothing")))
        let done = DispatchSemaphore(value: 0)
    }
    let outcome = Outcome()
    let thread = Thread {
        let result = Result { try body() }
        outcome.value.withLock { $0 = result }
        outcome.done.signal()
    }
    thread.stackSize = stackSize
    thread.start()
    outcome.done.wait()
    return try outcome.value.withLock { $0 }.get()
}
