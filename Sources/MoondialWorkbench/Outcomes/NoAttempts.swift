// SPDX-License-Identifier: MIT

package import NIOCore
package import NumberVerification

/// The attempts of an engine whose runs all bring their own attempts: making one here is a precondition failure.
package final class NoAttempts: AttemptSource {
    package let secrets: [Secret] = []

    package init() {}

    package func attempt(
        _ request: VerificationRequest, at endpoint: Endpoint, correlation: String?, traceparent: TraceParent?,
        deadline: NIODeadline,
        completion: @escaping (Attempt) -> Void
    ) -> any Exchange {
        preconditionFailure("an attempt outside of the runs that are looked at")
    }

    package func close() {}
}
