// SPDX-License-Identifier: MIT

import MoondialStore

/// A closed set of label values. The raw value is the index in a table, from 0 without gaps.
package protocol MetricLabel: RawRepresentable<Int>, CaseIterable, Sendable {
    /// The label value as a scraper sees it.
    var text: String { get }
}

extension GatewayMetrics {
    /// Which service of the gateway was asked for.
    package enum Route: Int, MetricLabel {
        case verify, h5Verify, decide, auth, passthrough
        /// A path that does not exist.
        case other

        package var text: String {
            switch self {
            case .verify: "verify"
            case .h5Verify: "h5_verify"
            case .decide: "decide"
            case .auth: "auth"
            case .passthrough: "passthrough"
            case .other: "other"
            }
        }
    }

    /// How a request was decided.
    package enum Decision: Int, MetricLabel {
        case allow, deny, review
        /// The request was refused before a decision, or its route makes no decisions.
        case none

        package var text: String {
            switch self {
            case .allow: "allow"
            case .deny: "deny"
            case .review: "review"
            case .none: "none"
            }
        }
    }

    /// Which of the provider's services was called.
    package enum Upstream: Int, MetricLabel {
        case mobile, h5, passthrough

        package var text: String {
            switch self {
            case .mobile: "mobile"
            case .h5: "h5"
            case .passthrough: "passthrough"
            }
        }
    }

    /// Whether the provider charges for a call.
    package enum Billed: Int, MetricLabel {
        case yes
        /// The reply does not tell.
        case maybe

        package var text: String {
            switch self {
            case .yes: "yes"
            case .maybe: "maybe"
            }
        }
    }

    /// A hook of a rule.
    package enum Hook: Int, MetricLabel {
        case preCheck, route, fallback, mapResult, onDecision

        package var text: String {
            switch self {
            case .preCheck: "pre_check"
            case .route: "route"
            case .fallback: "fallback"
            case .mapResult: "map_result"
            case .onDecision: "on_decision"
            }
        }
    }

    /// How the call of a hook ended.
    package enum HookResult: Int, MetricLabel {
        /// The hook returned nil.
        case none
        /// The hook returned an answer.
        case answered
        /// The hook raised an error, was stopped or returned an invalid answer.
        case error
        /// The run ended before the hook did.
        case cancelled

        package var text: String {
            switch self {
            case .none: "none"
            case .answered: "answered"
            case .error: "error"
            case .cancelled: "cancelled"
            }
        }
    }

    /// Why a hook was stopped.
    package enum Kill: Int, MetricLabel {
        case timeout, memory, limit

        package var text: String {
            switch self {
            case .timeout: "timeout"
            case .memory: "memory"
            case .limit: "limit"
            }
        }
    }

    /// Whether a changed rulebook could be loaded.
    package enum Reload: Int, MetricLabel {
        case success, failure

        package var text: String {
            switch self {
            case .success: "success"
            case .failure: "failure"
            }
        }
    }

    /// The result of a call of the store.
    package enum StoreResult: Int, MetricLabel {
        case ok, unavailable, timeout, full
        /// The store refused an invalid call.
        case refused

        init(_ kind: StoreError.Kind?) {
            switch kind {
            case nil: self = .ok
            case .unavailable?: self = .unavailable
            case .timeout?: self = .timeout
            case .full?: self = .full
            case .valueTooLarge?, .notAnInteger?, .noSuchList?: self = .refused
            }
        }

        package var text: String {
            switch self {
            case .ok: "ok"
            case .unavailable: "unavailable"
            case .timeout: "timeout"
            case .full: "full"
            case .refused: "refused"
            }
        }
    }

    /// What the token guard did with a request.
    package enum TokenOutcome: Int, MetricLabel {
        /// The token was not seen before.
        case fresh
        /// The request waited for a run with the same token.
        case joined
        /// The request got the recorded decision.
        case replayed
        /// The token came with another phone.
        case reused

        package var text: String {
            switch self {
            case .fresh: "fresh"
            case .joined: "joined"
            case .replayed: "replayed"
            case .reused: "reused"
            }
        }
    }

    /// Why a request was refused before any hook was called.
    package enum Rejection: Int, MetricLabel {
        case overload, draining, logUnavailable, unauthorized, rateLimit

        package var text: String {
            switch self {
            case .overload: "overload"
            case .draining: "draining"
            case .logUnavailable: "log_unavailable"
            case .unauthorized: "unauthorized"
            case .rateLimit: "rate_limit"
            }
        }
    }

    /// The code of a reply: one of the provider's tables, another one, or none.
    struct UpstreamCode: MetricLabel {
        /// The codes of number verification, and of the login calls that are passed through.
        private static let codes: [Int64] =
            [8000, 8001] + (9000...9007) + (9010...9015) + [9018, 9020, 9021, 9022, 9031, 9099]
        private static let first = codes.first ?? 0
        /// The index of each code from the first to the last, so that recording needs no search.
        private static let places: [UInt8] = (first...(codes.last ?? first)).map { code in
            UInt8(codes.firstIndex(of: code) ?? codes.count)
        }

        static let allCases = (0..<(codes.count + 2)).map { UpstreamCode(rawValue: $0) }

        let rawValue: Int

        init(rawValue: Int) { self.rawValue = rawValue }

        init(_ code: Int64?) {
            guard let code else {
                rawValue = Self.codes.count + 1
                return
            }
            let isInRange = code >= Self.first && code - Self.first < Self.places.count
            rawValue = isInRange ? Int(Self.places[Int(code - Self.first)]) : Self.codes.count
        }

        var text: String {
            switch rawValue {
            case Self.codes.count: "other"
            case Self.codes.count + 1: "none"
            default: "\(Self.codes[rawValue])"
            }
        }
    }
}
