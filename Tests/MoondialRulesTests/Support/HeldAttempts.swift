// SPDX-License-Identifier: MIT

import NIOCore
import NumberVerification

/// A source of attempts without a service: each attempt waits until the test ends them all with a match.
final class HeldAttempts: AttemptSource {
    private final class Held: Exchange {
        let completion: (Attempt) -> Void

        init(_ completion: @escaping (Attempt) -> Void) { self.completion = completion }

        let delivered = Delivered.maybe

        func cancel() -> Delivered { delivered }
    }

    let secrets: [Secret] = []
    private(set) var isClosed = false
    private var held: [Held] = []

    func attempt(
        _ request: VerificationRequest, at endpoint: Endpoint, correlation: String?, traceparent: TraceParent?,
        deadline: NIODeadline,
        completion: @escaping (Attempt) -> Void
    ) -> any Exchange {
        let exchange = Held(completion)
        held.append(exchange)
        return exchange
    }

    func letGo() {
        let all = held
        held = []
        for exchange in all { exchange.completion(MachineFixture.reply(9000)) }
    }

    func close() { isClosed = true }
}
