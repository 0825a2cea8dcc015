// SPDX-License-Identifier: MIT

import HTTP1
package import NIOCore
package import NumberVerification

/// Which further paths of the provider are passed through to it.
package struct PassthroughPaths: Sendable, Hashable {
    private let exact: Set<String>
    private let prefixes: [String]

    /// One-click login and the second version of the provider's API.
    package static let provider = PassthroughPaths([
        "/v1/web/loginTokenVerify", "/v1/web/h5/loginTokenVerify", "/v2/*",
    ])
    package static let none = PassthroughPaths([])

    /// A path that ends with `*` stands for all paths that begin with the text before `*`.
    package init(_ paths: [String]) {
        exact = Set(paths.filter { !$0.hasSuffix("*") })
        prefixes = paths.filter { $0.hasSuffix("*") }.map { String($0.dropLast()) }
    }

    /// The paths as they are given, in alphabetical order.
    var entries: [String] { (exact + prefixes.map { "\($0)*" }).sorted() }

    /// The entry of the list by which a path is passed through; nil if it is not. Nil for a path that the provider's
    /// server might normalise to another one, because such a path could bypass the rules: it has empty or dotted
    /// segments, path parameters (`;`), a backslash, or a percent sign.
    func entry(for path: String) -> String? {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let isPlain = segments.allSatisfy { segment in
            !["", ".", ".."].contains(segment) && !segment.contains(where: { ";%\\".contains($0) })
        }
        guard isPlain else { return nil }
        if exact.contains(path) { return path }
        return prefixes.first { path.hasPrefix($0) }.map { "\($0)*" }
    }
}

/// The server to which requests are passed through. Used on one event loop.
package struct Upstream {
    package let transport: any Transport
    /// The Host header.
    package let host: String
    /// The path of the base URL, which is put before each path.
    package let basePath: String
    /// How long a reply may take.
    package let timeout: TimeAmount

    package init(transport: any Transport, host: String, basePath: String, timeout: TimeAmount) {
        self.transport = transport
        self.host = host
        self.basePath = basePath
        self.timeout = timeout
    }
}

/// A request that was passed through, without its content.
package struct PassedRequest: Sendable {
    package let caller: String
    package let appKey: String
    package let method: String
    /// The entry of the pass-through list that the path matches. The path itself may hold a phone or a token.
    package let entry: String
    /// The status of the provider's reply; nil without a reply.
    package let status: Int?
    package let time: TimeAmount
}

/// Passes requests to the provider unchanged and exactly once, and its replies back.
final class PassthroughRoute {
    private let upstream: Upstream
    /// The Authorization header of each application, by app key.
    private let authorizations: [String: String]
    private let throttle: CallerThrottle
    private let eventLoop: any EventLoop
    /// Called with each request that was passed through.
    var onReply: ((PassedRequest) -> Void)?
    /// Called when a caller has exceeded its limits.
    var onRefusal: (() -> Void)?

    init(
        _ upstream: Upstream, applications: [Credentials], throttle: CallerThrottle, eventLoop: any EventLoop
    ) {
        self.upstream = upstream
        self.throttle = throttle
        self.eventLoop = eventLoop
        authorizations = Dictionary(
            applications.map { ($0.appKey, $0.authorization) }, uniquingKeysWith: { first, _ in first })
    }

    /// The fields that are passed on, beside those above. Others may be meant for the caller's own network.
    private static let requestFields: [(String, StaticString)] = [
        ("Content-Type", "content-type"), ("Content-Encoding", "content-encoding"),
        ("Content-Language", "content-language"), ("Accept-Language", "accept-language"),
        ("traceparent", "traceparent"), ("tracestate", "tracestate"),
    ]
    private static let replyFields: [(StaticString, StaticString)] = [
        ("Content-Type", "content-type"), ("Content-Encoding", "content-encoding"),
        ("Content-Language", "content-language"), ("Location", "location"), ("Retry-After", "retry-after"),
        ("WWW-Authenticate", "www-authenticate"), ("Allow", "allow"), ("Cache-Control", "cache-control"),
        ("ETag", "etag"), ("Last-Modified", "last-modified"),
    ]

    func close() { upstream.transport.close() }

    func forward(_ exchange: ServerExchange, by entry: String, for caller: Caller) {
        let request = exchange.request
        guard throttle.begin(caller, now: exchange.start) else {
            onRefusal?()
            return exchange.reply(DecisionRoutes.providerProblem(.rateLimit))
        }
        var fields: [(name: String, value: String)] = [
            ("Host", upstream.host), ("User-Agent", "moondial"), ("Accept-Encoding", "identity"),
        ]
        if let authorization = authorizations[caller.appKey] { fields.append(("Authorization", authorization)) }
        fields.append(("Accept", request.fields["accept"] ?? "*/*"))
        for (name, field) in Self.requestFields {
            if let value = request.fields[field] { fields.append((name, value)) }
        }
        let target = upstream.basePath + request.path + (request.query.map { "?\($0)" } ?? "")
        let bytes = HTTPRequestTemplate(method: request.method, target: target, fields: fields)
            .bytes(body: Array(buffer: request.body))
        _ = upstream.transport.send(bytes, deadline: exchange.start + upstream.timeout) { [self] result in
            throttle.end(caller)
            let status = try? result.get().status
            onReply?(
                PassedRequest(
                    caller: caller.name, appKey: caller.appKey, method: request.method, entry: entry,
                    status: status, time: eventLoop.now - exchange.start))
            switch result {
            case .success(let reply): exchange.reply(Self.message(reply, isHead: request.method == "HEAD"))
            case .failure(let failure): exchange.reply(Self.message(failure))
            }
        }
    }

    private static func message(_ reply: HTTPReply, isHead: Bool) -> HTTPReplyMessage {
        var message = HTTPReplyMessage(status: reply.status, body: Array(buffer: reply.body))
        message.isOfHead = isHead
        message.announcedLength = reply.fields["content-length"].flatMap { Int($0) }
        for (name, field) in replyFields {
            if let value = reply.fields[field] { message.fields.append((name, value)) }
        }
        return message
    }

    /// The reply after a failure. 503 means that nothing was sent; with 502 or 504 the provider may have received the
    /// request.
    private static func message(_ failure: ExchangeFailure) -> HTTPReplyMessage {
        let status = failure.delivered == .no ? 503 : failure.kind == .responseTimeout ? 504 : 502
        var message = GatewayReply.provider(
            status: status, code: .badServer, content: "\(failure.message) (delivered: \(failure.delivered.rawValue))")
        if status == 503 { message.fields.append(GatewayReply.retryAfter) }
        return message
    }
}

extension [UInt8] {
    fileprivate init(buffer: ByteBuffer) { self = buffer.withUnsafeReadableBytes { Array($0) } }
}
