// SPDX-License-Identifier: MIT

package import NIOCore

/// Asks the service about numbers, one HTTP call an attempt. One per event loop, used only there.
package final class VerificationClient {
    private let transport: any Transport
    private let host: String
    private let eventLoop: any EventLoop
    private var writer: RequestWriter

    /// - Parameters:
    ///   - transport: Carries the calls; closed with the client.
    ///   - host: The Host header, with the port when it is not the scheme's own: ``Destination/authority``.
    ///   - basePath: ``BaseURL/basePath``. The default is none.
    ///   - credentials: Go into every request.
    ///   - eventLoop: That of the transport.
    package init(
        transport: any Transport, host: String, basePath: String = "", credentials: Credentials,
        eventLoop: any EventLoop
    ) {
        self.transport = transport
        self.host = host
        self.eventLoop = eventLoop
        writer = RequestWriter(host: host, basePath: basePath, credentials: credentials)
    }

    /// Sends a request, once, to one endpoint. At the deadline the attempt ends, with or without a reply.
    ///
    /// The completion is called exactly once, on the event loop, and never before `attempt` has returned. A mismatch is
    /// a normal result, and so is trouble: see ``Attempt/error``. What is returned can cancel the attempt.
    package func attempt(
        _ request: VerificationRequest, at endpoint: Endpoint, deadline: NIODeadline,
        completion: @escaping (Attempt) -> Void
    ) -> any Exchange {
        eventLoop.preconditionInEventLoop()
        let start = eventLoop.now
        let bytes = writer.bytes(of: request, for: endpoint)
        return transport.send(bytes, deadline: deadline) { [host, eventLoop] result in
            completion(Attempt(result, from: host, at: endpoint, elapsed: Duration(eventLoop.now - start)))
        }
    }

    /// Closes the transport: what is in flight ends with `cancelled`.
    package func close() {
        transport.close()
    }
}

/// Nothing of the credentials in a dump.
extension VerificationClient: CustomReflectable {
    package var customMirror: Mirror { Mirror(self, children: []) }
}
