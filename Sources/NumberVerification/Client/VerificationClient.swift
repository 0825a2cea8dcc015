// SPDX-License-Identifier: MIT

package import NIOCore

/// The client of the service: makes one HTTP call for each attempt. One per event loop, used only there.
package final class VerificationClient: AttemptSource {
    private let transport: any Transport
    private let host: String
    private let eventLoop: any EventLoop
    private let writer: RequestWriter
    /// The texts that give access to the provider and must not be shown: the master secret, its pair with the app key,
    /// and the value of the Authorization header in the alphabets of Base64, without padding.
    package let secrets: [Secret]

    /// - Parameters:
    ///   - transport: Carries the calls; closed with the client.
    ///   - host: The Host header, with the port when it is not the scheme's own: ``Destination/authority``.
    ///   - basePath: ``BaseURL/basePath``. The default is none.
    ///   - credentials: Sent with every request.
    ///   - eventLoop: The event loop of the transport.
    package init(
        transport: any Transport, host: String, basePath: String = "", credentials: Credentials,
        eventLoop: any EventLoop
    ) {
        self.transport = transport
        self.host = host
        self.eventLoop = eventLoop
        secrets = credentials.secretTexts
        writer = RequestWriter(host: host, basePath: basePath, credentials: credentials)
    }

    /// Sends a request, once, to one endpoint. At the deadline the attempt ends, with or without a reply.
    ///
    /// The completion is called exactly once, on the event loop, and never before `attempt` has returned. A mismatch is
    /// a normal result, and so is an error: see ``Attempt/error``. The returned exchange can cancel the attempt.
    ///
    /// The provider echoes the exID, and a reply that names another one is refused as ``AttemptError/Kind/badReply``. A
    /// request without an exID is sent with `correlation` in its place, which does not appear in the attempt. The default is
    /// nil: then the reply to such a request is not compared. The default of `traceparent` is nil too: the request has no
    /// such field.
    package func attempt(
        _ request: VerificationRequest, at endpoint: Endpoint, correlation: String? = nil,
        traceparent: TraceParent? = nil, deadline: NIODeadline, completion: @escaping (Attempt) -> Void
    ) -> any Exchange {
        eventLoop.preconditionInEventLoop()
        let start = eventLoop.now
        let echo = ExpectedEcho(of: request.exID, or: correlation)
        let bytes = writer.bytes(of: request, exID: echo.exID, traceparent, for: endpoint)
        return transport.send(bytes, deadline: deadline) { [host, eventLoop] result in
            let elapsed = Duration(eventLoop.now - start)
            completion(Attempt(result, from: host, at: endpoint, expecting: echo, elapsed: elapsed))
        }
    }

    /// Closes the transport: attempts in flight end with `cancelled`.
    package func close() {
        transport.close()
    }
}

/// Keeps the credentials out of dumps.
extension VerificationClient: CustomReflectable {
    package var customMirror: Mirror { Mirror(self, children: []) }
}
