// SPDX-License-Identifier: MIT

import HTTP1
import JSON
import NIOCore
import TextFormats

/// Writes the bytes of verification requests. The parts that do not change are made once.
///
/// Source: docs.jiguang.cn, jverification/server/rest_api/verify_api.
struct RequestWriter {
    private let mobile: HTTPRequestTemplate
    private let h5: HTTPRequestTemplate

    /// Takes a Host header and a path that come from a ``BaseURL``.
    init(host: String, basePath: String, credentials: Credentials) {
        func template(_ endpoint: Endpoint) -> HTTPRequestTemplate {
            HTTPRequestTemplate(
                method: "POST", target: basePath + endpoint.path,
                fields: [
                    ("Host", host), ("User-Agent", "moondial"), ("Accept", "application/json"),
                    // The client cannot decompress, and without this field a proxy may compress the reply.
                    ("Accept-Encoding", "identity"), ("Authorization", credentials.authorization),
                    ("Content-Type", "application/json"),
                ])
        }
        mobile = template(.mobile)
        h5 = template(.h5)
    }

    /// The whole request, head and body. `exID` is sent instead of the request's own.
    func bytes(
        of request: VerificationRequest, exID: String?, _ traceparent: TraceParent? = nil, for endpoint: Endpoint
    ) -> ByteBuffer {
        var body = JSONObjectWriter(reserving: 256)
        body.write("token", request.token.reveal())
        body.write("phone", request.phone.submitted)
        if let exID { body.write("exID", exID) }
        let template = endpoint == .mobile ? mobile : h5
        return body.finished().withBytes { bytes in
            template.bytes(bytes) { output in
                guard let traceparent else { return }
                output.append(field: "traceparent")
                traceparent.write(to: &output)
            }
        }
    }
}

extension Credentials {
    /// App key and master secret, joined as HTTP Basic requires.
    private var pair: String { "\(appKey):\(masterSecret.reveal())" }

    /// App key and master secret in Base64, as they follow the word `Basic`: RFC 7617, section 2. A secret.
    package var encodedPair: String { Base64.encode(pair.utf8) }

    /// The value of the Authorization field. A secret.
    package var authorization: String { "Basic \(encodedPair)" }

    /// See ``VerificationClient/secrets``.
    package var secretTexts: [Secret] {
        let padded = encodedPair
        let authorization = String(padded.prefix { $0 != "=" })
        let forAddresses = String(authorization.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
        let encodedSecret = Base64.encode(masterSecret.reveal().utf8).prefix { $0 != "=" }
        return [
            masterSecret, Secret(pair), Secret(padded), Secret(authorization), Secret(forAddresses),
            Secret(String(encodedSecret)),
        ]
    }
}

/// Keeps the credentials out of dumps.
extension RequestWriter: CustomReflectable {
    var customMirror: Mirror { Mirror(self, children: []) }
}
