// SPDX-License-Identifier: MIT

package import NIOCore

/// One complete HTTP/1.x request without its transfer coding.
package struct HTTPRequest: Sendable, Hashable {
    /// The method as sent; methods are case-sensitive.
    package var method: String
    /// The path as sent, without query, and without scheme and host where those were sent too.
    package var path: String
    /// The part of the target after the `?`, or nil without one.
    package var query: String?
    /// The value of the `Authorization` field, or nil without one.
    package var authorization: String?
    /// The value of the `Content-Type` field, or nil without one.
    package var contentType: String?
    /// Whether the client wants to use the connection again.
    package var keepsAlive: Bool
    /// The body without transfer coding; empty when there was none.
    package var body: ByteBuffer
    /// All header fields.
    package var fields: HTTPFields

    /// Makes a request that did not come over a connection. The defaults are no query and no fields.
    package init(
        method: String, path: String, query: String? = nil, authorization: String?, contentType: String?,
        keepsAlive: Bool, body: ByteBuffer, fields: HTTPFields = .none
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.authorization = authorization
        self.contentType = contentType
        self.keepsAlive = keepsAlive
        self.body = body
        self.fields = fields
    }

    /// Whether the Content-Type says that the body is JSON.
    package var hasJSON: Bool {
        let json = "application/json"
        if contentType == json { return true }
        return contentType?.prefix { $0 != ";" && $0 != " " && $0 != "\t" }.lowercased() == json
    }
}
