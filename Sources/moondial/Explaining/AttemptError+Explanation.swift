// SPDX-License-Identifier: MIT

import NumberVerification

extension Explanation {
    init(_ kind: AttemptError.Kind) {
        let delivered: Delivered =
            switch kind {
            case .dns, .connectRefused, .connectTimeout, .tls, .poolFull: .no
            case .responseTimeout, .reset, .badReply, .httpStatus, .cancelled: .maybe
            }
        self.init(
            code: kind.rawValue, place: "an error of a request", meaning: kind.meaning,
            billed: delivered == .no ? .no : .maybe,
            resend: TokenState(code: nil, delivered: delivered).resendExplanation, advice: kind.advice)
    }
}

extension AttemptError.Kind {
    fileprivate var meaning: String {
        switch self {
        case .dns: "The host name could not be resolved."
        case .connectRefused: "There was no connection: refused by the host, or no route to it."
        case .connectTimeout: "There was no connection within the time allowed."
        case .tls: "The TLS handshake failed, or the certificate was not accepted."
        case .poolFull: "All connections were busy until the deadline, or too many requests were waiting for one."
        case .responseTimeout: "The request left and no complete reply came in time."
        case .reset: "The connection ended before a complete reply."
        case .badReply: "What came is no reply of the service: not HTTP, not JSON, no code, or too large."
        case .httpStatus: "The HTTP status says failure, or contradicts the code."
        case .cancelled: "The caller gave up. If that was before the request was sent, the token is unspent."
        }
    }

    fileprivate var advice: String {
        switch self {
        case .dns: "Check the spelling of the host and the DNS server."
        case .connectRefused: "Check host and port, and that the service runs."
        case .connectTimeout: "Check host and port, and whether a firewall is in the way."
        case .tls: "Name the authority with --ca-file, and check the clock and the host name."
        case .poolFull: "Try again later, or send less at once."
        case .responseTimeout, .reset: "Get a new token, or use an SMS code; the old one may be spent and charged."
        case .badReply, .httpStatus: "Check that the base URL leads to the service, and not to a proxy's error page."
        case .cancelled: "Get a new token unless the message says that nothing was sent."
        }
    }
}
