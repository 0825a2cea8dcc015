// SPDX-License-Identifier: MIT

import HTTP1
import NIOCore

/// One exchange of an ``HTTPTransport``.
final class HTTPCall: Exchange {
    typealias Outcome = Result<HTTPReply, ExchangeFailure>

    private enum State {
        case waiting(request: ByteBuffer)
        case sent(HTTPConnection)
        case finished(delivered: Delivered)
    }

    private let transport: HTTPTransport
    private var state: State
    private var completion: ((Outcome) -> Void)?

    init(_ request: ByteBuffer, transport: HTTPTransport, completion: @escaping (Outcome) -> Void) {
        self.transport = transport
        self.completion = completion
        state = .waiting(request: request)
    }

    /// The connection that carries the request, from sending the request until the end of the call.
    var connection: HTTPConnection? {
        if case .sent(let connection) = state { connection } else { nil }
    }

    var isFinished: Bool {
        if case .finished = state { true } else { false }
    }

    func cancel() -> Delivered {
        let delivered = delivered
        transport.cancel(self)
        return delivered
    }

    /// Whether the request was handed to a connection.
    var delivered: Delivered {
        switch state {
        case .waiting: .no
        case .sent: .maybe
        case .finished(let delivered): delivered
        }
    }

    /// Returns the request and notes the connection. Must be called once: a request is never sent twice.
    func send(on connection: HTTPConnection) -> ByteBuffer {
        guard case .waiting(let request) = state else { preconditionFailure("a request is sent once") }
        state = .sent(connection)
        return request
    }

    /// Marks the call as finished.
    ///
    /// - Returns: The completion, to be called once with the outcome.
    func finish() -> (Outcome) -> Void {
        guard let completion else { preconditionFailure("a call finishes once") }
        self.completion = nil
        state = .finished(delivered: delivered)
        return completion
    }
}

/// Keeps the request out of dumps.
extension HTTPCall: CustomReflectable {
    var customMirror: Mirror { Mirror(self, children: []) }
}
