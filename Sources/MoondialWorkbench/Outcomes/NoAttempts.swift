// SPDX-License-Identifier: MIT

package import NIOCore
package import NumberVerification

/// Sends nothing: each attempt ends as cancelled at once. Of an engine all of whose runs bring attempts of their own.
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
