// SPDX-License-Identifier: MIT

package import NIOCore

/// Makes attempts: the client of the service, or a replacement that uses scripted or recorded results. Used on one
/// event loop.
package protocol AttemptSource: AnyObject {
    /// The texts that give access to the provider. They must not be shown.
    var secrets: [Secret] { get }

    /// Sends a request, once, to one endpoint: see ``VerificationClient/attempt(_:at:correlation:traceparent:deadline:completion:)``.
    func attempt(
        _ request: VerificationRequest, at endpoint: Endpoint, correlation: String?, traceparent: TraceParent?,
        deadline: NIODeadline, completion: @escaping (Attempt) -> Void
    ) -> any Exchange

    /// Ends attempts in flight with `cancelled`. A later attempt ends in the same way.
    func close()
}
