// SPDX-License-Identifier: MIT

package import HTTP1

extension Attempt {
    /// Makes the attempt that the client would make of a transport's result, for code that has results without a
    /// network.
    ///
    /// - Parameters:
    ///   - result: The reply, or why there is none.
    ///   - host: The name of the provider in messages.
    ///   - endpoint: Where the request would have been sent.
    ///   - exID: The exID of the request; nil for none. An exID in the reply must be the same.
    ///   - elapsed: The time that the attempt is said to have taken.
    package convenience init(
        _ result: Result<HTTPReply, ExchangeFailure>, from host: String, at endpoint: Endpoint, exID: String?,
        elapsed: Duration
    ) {
        self.init(result, from: host, at: endpoint, expecting: ExpectedEcho(of: exID, or: nil), elapsed: elapsed)
    }

    /// The same result for another request, with another elapsed time.
    package func with(exID: String?, elapsed: Duration) -> Attempt {
        Attempt(
            endpoint: endpoint, verdict: verdict, code: code, content: content, id: id, exID: exID,
            httpStatus: httpStatus, error: error, delivered: delivered, billed: billed, elapsed: elapsed)
    }

    /// Reads the transport's result of a call to `host`. This is the only place that turns bytes into a verdict.
    convenience init(
        _ result: Result<HTTPReply, ExchangeFailure>, from host: String, at endpoint: Endpoint,
        expecting echo: ExpectedEcho, elapsed: Duration
    ) {
        switch result {
        case .failure(let failure):
            self.init(
                endpoint: endpoint, httpStatus: nil,
                error: AttemptError(kind: failure.kind, message: failure.message, delivered: failure.delivered),
                delivered: failure.delivered, elapsed: elapsed)
        case .success(let reply):
            do throws(WireReply.Malformed) {
                if let coding = reply.contentCoding { throw .compressed(coding) }
                let wireReply = try WireReply(reply.body, echo)
                self.init(wireReply, status: reply.status, from: host, at: endpoint, elapsed: elapsed)
            } catch {
                self.init(
                    endpoint: endpoint, httpStatus: reply.status,
                    error: .unreadable(reply.status, from: host, reason: error.reason),
                    delivered: .maybe, elapsed: elapsed)
            }
        }
    }

    /// An attempt without a well-formed reply.
    private convenience init(
        endpoint: Endpoint, httpStatus: Int?, error: AttemptError, delivered: Delivered, elapsed: Duration
    ) {
        self.init(
            endpoint: endpoint, verdict: .unknown, code: nil, content: nil, id: nil, exID: nil,
            httpStatus: httpStatus, error: error, delivered: delivered, billed: delivered == .no ? .no : .maybe,
            elapsed: elapsed)
    }

    private convenience init(
        _ reply: WireReply, status: Int, from host: String, at endpoint: Endpoint, elapsed: Duration
    ) {
        let code = ResponseCode(reply.code)
        let error = AttemptError.contradiction(in: reply, status: status, from: host)
        self.init(
            endpoint: endpoint, verdict: error == nil ? code.verdict : .unknown, code: reply.code,
            content: reply.content, id: reply.id, exID: reply.exID, httpStatus: status, error: error,
            delivered: .yes, billed: code.billed, elapsed: elapsed)
    }
}

extension AttemptError {
    /// The error of a well-formed reply whose code cannot be trusted; nil if the code counts.
    fileprivate static func contradiction(in reply: WireReply, status: Int, from host: String) -> AttemptError? {
        let code = ResponseCode(reply.code)
        if isSuccess(status) {
            // A verdict comes in the normal form of a reply, never in an error object.
            guard reply.isErrorObject, code.verdict != .unknown else { return nil }
            return AttemptError(
                kind: .badReply, message: "\(host) reported code \(code) as an error; check that it is the service",
                retryable: false)
        }
        // The provider does not document which status comes with which code, so a 9xxx code counts with any status.
        // A match counts only with a success status: it must be beyond doubt.
        let isDoubtful = code.verdict == .match || reply.isErrorObject && code.verdict != .unknown
        if (9000...9999).contains(code.rawValue), !isDoubtful { return nil }
        return AttemptError(
            kind: .httpStatus, message: "\(host) answered HTTP \(status) with code \(code); \(advice(for: status))",
            retryable: false)
    }

    fileprivate static func unreadable(_ status: Int, from host: String, reason: String) -> AttemptError {
        isSuccess(status)
            ? AttemptError(
                kind: .badReply,
                message: "\(host) answered something else than the service does: \(reason); check the base URL",
                retryable: false)
            : AttemptError(
                kind: .httpStatus, message: "\(host) answered HTTP \(status): \(reason); \(advice(for: status))",
                retryable: false)
    }

    private static func isSuccess(_ status: Int) -> Bool { (200..<300).contains(status) }

    private static func advice(for status: Int) -> String {
        switch status {
        case 300..<400: "redirects are not followed, so check scheme, host and path of the base URL"
        case 401, 403: "check the credentials, and a proxy on the way to the service"
        case 404, 405: "check the path of the base URL"
        case 429: "send less at once"
        case 500...: "the service or a proxy has trouble, and the token may be spent"
        default: "check the base URL"
        }
    }
}
