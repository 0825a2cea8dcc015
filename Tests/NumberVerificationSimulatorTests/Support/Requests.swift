// SPDX-License-Identifier: MIT

import Foundation
import JSON
import NIOCore
import NumberVerification

/// The bytes of a verify request. The defaults make a correct one.
struct RequestSketch: Sendable {
    var method = "POST"
    var path = Endpoint.mobile.path
    var authorization: String? = "Basic \(RequestSketch.base64("7d431e42dfa6a6d693ac2d04:5e987ac6d2e04d95a9d8f0d1"))"
    var contentType: String? = "application/json"
    var fields: [String] = []
    var body: JSONValue? = nil

    init(
        _ token: JSONValue? = "STsid-example", phone: JSONValue? = "13800138000", exID: JSONValue? = nil,
        path: String? = nil
    ) {
        var members = JSONObject()
        members["token"] = token
        members["phone"] = phone
        members["exID"] = exID
        body = .object(members)
        if let path { self.path = path }
    }

    func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }

    var text: String {
        let content = body?.description ?? ""
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1"]
        if let authorization { lines.append("Authorization: \(authorization)") }
        if let contentType { lines.append("Content-Type: \(contentType)") }
        lines += fields + ["Content-Length: \(content.utf8.count)"]
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + content
    }

    var bytes: ByteBuffer { ByteBuffer(string: text) }

    static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
