// SPDX-License-Identifier: MIT

package import NIOCore

/// What brings the outcomes of attempts: the client of the service, or what stands in its place, such as a script of
/// outcomes or a recording. Used on one event loop.
package protocol AttemptSource: AnyObject {
    /// What opens the door to the provider, and must not be shown.
    var secrets: [Secret] { get }

    /// Sends a request, once, to one endpoint: see ``VerificationClient/attempt(_:at:correlation:traceparent:deadline:completion:)``.
    func attempt(
        _ request: VerificationRequest, at endpoint: Endpoint, correlation: String?, traceparent: TraceParent?,
        deadline: NIODeadline, completion: @escaping (Attempt) -> Void
    ) -> any Exchange

    /// What is in flight ends with `cancelled`, and so does a later attempt.
    func close()
}
