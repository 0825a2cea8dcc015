// SPDX-License-Identifier: MIT

package import NIOCore

/// One complete HTTP/1.x request without its transfer coding.
package struct HTTPRequest: Sendable, Hashable {
    private let head: HTTPRequestHead
    /// Whether the client wants to use the connection again.
    package let keepsAlive: Bool
    /// The body without transfer coding; empty when there was none.
    package let body: ByteBuffer
    /// All header fields.
    package var fields: HTTPFields

    init(_ head: HTTPRequestHead, keepsAlive: Bool, body: ByteBuffer) {
        self.head = head
        self.keepsAlive = keepsAlive
        self.body = body
        fields = head.fields
    }

    /// Makes a request that did not come over a connection. The defaults are no query and no fields.
    package init(
        method: String, path: String, query: String? = nil, authorization: String?, contentType: String?,
        keepsAlive: Bool, body: ByteBuffer, fields: HTTPFields = .none
    ) {
        head = HTTPRequestHead(
            method: method, path: path, query: query, authorization: authorization, contentType: contentType)
        self.keepsAlive = keepsAlive
        self.body = body
        self.fields = fields
    }

    /// The method as sent; methods are case-sensitive.
    package var method: String { head.method }
    /// The path as sent, without query, and without scheme and host where those were sent too.
    package var path: String { head.path }
    /// The part of the target after the `?`, or nil without one.
    package var query: String? { head.query }
    /// The value of the `Authorization` field, or nil without one.
    package var authorization: String? { head.authorization }
    /// The value of the `Content-Type` field, or nil without one.
    package var contentType: String? { head.contentType }

    package static func == (one: HTTPRequest, other: HTTPRequest) -> Bool {
        one.method == other.method && one.path == other.path && one.query == other.query
            && one.authorization == other.authorization && one.contentType == other.contentType
            && one.keepsAlive == other.keepsAlive && one.body == other.body && one.fields == other.fields
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(path)
        hasher.combine(body)
        hasher.combine(fields)
    }

    /// Whether the Content-Type says that the body is JSON.
    package var hasJSON: Bool {
        let json = "application/json"
        guard let contentType else { return false }
        return contentType == json || contentType.prefix { $0 != ";" && $0 != " " && $0 != "\t" }.lowercased() == json
    }
}
