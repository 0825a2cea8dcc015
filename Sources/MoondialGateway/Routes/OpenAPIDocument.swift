// SPDX-License-Identifier: MIT

import HTTP1
import JSON

/// The description of the public port's API in OpenAPI 3.1.
enum OpenAPIDocument {
    /// The reply with the document. It has the path `/v1/auth` unless `authFields` is nil. The paths that are passed through
    /// are named in a text: they have all methods, and only the provider knows the rest.
    static func reply(authFields: AuthFields?, passthrough: PassthroughPaths) -> HTTPReplyMessage {
        var all = paths
        if let authFields {
            all["/v1/auth"] = [
                "get": auth("authorize", authFields),
                "post": auth("authorizeBody", authFields, body: body("DecideRequest")),
            ]
        }
        return GatewayReply.json([
            "openapi": "3.1.0",
            "info": [
                "title": "moondial gateway", "version": "1",
                "summary": "Number verification under rules",
                "description": .string(description(of: passthrough)),
                "license": ["name": "MIT", "identifier": "MIT"],
            ],
            "servers": [["url": "/"]],
            "security": [["application": []], ["caller": []]],
            "paths": .object(all),
            "components": components,
        ])
    }

    private static let paths: JSONObject = [
        "/v1/web/verify": verify(
            "verify", "Verifies a token of the Android, Harmony or iOS SDK, as the provider does."),
        "/v1/web/h5/verify": verify("verifyWeb", "Verifies a token of the Web SDK, as the provider does."),
        "/v1/decide": [
            "post": [
                "operationId": "decide", "summary": "Decides on one request by the rules.",
                "description": idempotency,
                "parameters": [
                    [
                        "name": "trace", "in": "query", "description": "1 adds what led to the decision.",
                        "schema": ["type": "string", "enum": ["0", "1", "true", "false"]],
                    ]
                ],
                "requestBody": body("DecideRequest"),
                "responses": responses([
                    "200": reply("The decision.", "Decision", headers: decisionHeaders),
                    "400": problem("The request is not valid."), "401": problem("Credentials are needed."),
                    "405": problem("The method is not POST."), "415": problem("The body is not JSON."),
                    "422": problem("The Idempotency-Key was used with another request."),
                    "429": problem("The caller has sent more than its share."),
                    "503": problem("The request was not processed, and nothing was sent."),
                ]),
            ]
        ],
        "/openapi.json": [
            "get": [
                "operationId": "describe", "summary": "This document.", "security": [],
                "responses": [
                    "200": [
                        "description": "The document.",
                        "content": ["application/json": ["schema": ["type": "object"]]],
                    ]
                ],
            ]
        ],
    ]

    private static let components: JSONValue = [
        "securitySchemes": [
            "application": [
                "type": "http", "scheme": "basic", "description": "The app key and the master secret.",
            ],
            "caller": ["type": "http", "scheme": "bearer", "description": "A token from the file of callers."],
        ],
        "schemas": .object(schemas),
    ]

    // MARK: - Operations

    private static func verify(_ name: String, _ summary: String) -> JSONValue {
        [
            "post": [
                "operationId": .string(name), "summary": .string(summary), "description": idempotency,
                "requestBody": body("VerifyRequest"),
                "responses": responses([
                    "200": reply(
                        "The decision as a code: 9000 for a match that is allowed, 9001 for deny, others for review.",
                        "VerifyReply", headers: decisionHeaders),
                    "400": reply("Code 9012, or bytes that are no request.", "VerifyReply"),
                    "401": reply("Code 9010 or 9011: credentials are missing or wrong.", "VerifyReply"),
                    "405": reply("Code 9013.", "VerifyReply"),
                    "415": reply("Code 9015: the body is not JSON.", "VerifyReply"),
                    "422": reply("The Idempotency-Key was used with another request.", "VerifyReply"),
                    "429": reply("The caller has sent more than its share.", "VerifyReply"),
                    "503": reply("Not processed, nothing was sent.", "VerifyReply"),
                ]),
            ]
        ]
    }

    /// Not a parameter of its own, since its value cannot be told from a wrong one without the requests before.
    private static let idempotency: JSONValue = .string(
        "The field Idempotency-Key is a caller's own name for a request: sent again with the same body, it gets the same "
            + "decision, marked with X-Moondial-Replayed.")

    private static func description(of passthrough: PassthroughPaths) -> String {
        let entries = passthrough.entries
        if entries.isEmpty { return "No other path is passed through to the provider." }
        return "Passed through to the provider, with any method and without rules: \(entries.joined(separator: ", "))"
    }

    /// An operation of `/v1/auth`, whose answer is the status.
    private static func auth(_ name: String, _ fields: AuthFields, body: JSONValue? = nil) -> JSONValue {
        func decision(_ description: String) -> JSONValue {
            ["description": .string(description), "headers": decisionHeaders]
        }
        var operation: JSONObject = [
            "operationId": .string(name),
            "summary": "Tells a proxy whether a request may pass.",
            "parameters": .array(
                [(fields.phone, 32), (fields.token, 4096), (fields.channel, 16), (fields.exID, 256)].map {
                    field, maximum in
                    ["name": .string(field), "in": "header", "schema": text(maximum: maximum)]
                }),
            "responses": responses([
                "200": decision("Allow."), "403": decision("Deny."),
                "401": decision("Review, no valid phone and token, or no credentials."),
                "400": problem("The bytes are no request."),
                "405": problem("The method is neither GET nor POST."),
                "429": problem("The caller has sent more than its share."),
                "503": problem("The request was not processed, and nothing was sent."),
            ]),
        ]
        operation["requestBody"] = body
        return .object(operation)
    }

    /// The responses of an operation, and those that every request can get.
    private static func responses(_ own: JSONObject) -> JSONValue {
        var all = own
        all["408"] = problem("The request did not come in time.")
        all["413"] = problem("The body is larger than 16 KiB.")
        all["417"] = problem("The Expect field asks for something else than 100-continue.")
        all["431"] = problem("The head is larger than 16 KiB.")
        return .object(all)
    }

    private static func reference(_ schema: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(schema)")] }

    private static func body(_ schema: String) -> JSONValue {
        ["required": true, "content": ["application/json": ["schema": reference(schema)]]]
    }

    private static func reply(_ description: String, _ schema: String, headers: JSONValue? = nil) -> JSONValue {
        var object: JSONObject = [
            "description": .string(description), "content": ["application/json": ["schema": reference(schema)]],
        ]
        object["headers"] = headers
        return .object(object)
    }

    private static func problem(_ description: String) -> JSONValue {
        [
            "description": .string(description),
            "content": ["application/problem+json": ["schema": reference("Problem")]],
        ]
    }

    private static let decisionHeaders: JSONValue = .object(
        JSONObject(
            uniqueMembers: ["Decision", "Reason", "Rule", "Trace-Id", "Revision", "Replayed"].map { name in
                JSONObject.Member(key: "X-Moondial-\(name)", value: ["schema": ["type": "string"]])
            }))

    // MARK: - Schemas

    private static func text(maximum: Int) -> JSONValue {
        ["type": "string", "minLength": 1, "maxLength": .integer(Int64(maximum))]
    }

    private static let nullableText: JSONValue = ["type": ["string", "null"]]
    private static let nullableInteger: JSONValue = ["type": ["integer", "null"]]

    private static let verifyMembers: JSONObject = [
        "phone": [
            "type": ["string", "integer"], "minLength": 1, "maxLength": 32, "minimum": 0, "maximum": .integer(.max),
            "pattern": .string(VisibleText.phone),
            "description": "The number to verify, without a mask such as ****. Invisible characters are refused.",
        ],
        "token": [
            "type": "string", "minLength": 1, "maxLength": 4096, "pattern": .string(VisibleText.token),
            "description": "The token of the SDK. Whitespace and invisible characters are refused.",
        ],
        "exID": [
            "type": ["string", "null"], "maxLength": 256, "pattern": .string(VisibleText.exID),
            "description": "The caller's own id, echoed back. Control characters are refused.",
        ],
    ]

    private static let schemas: JSONObject = [
        "VerifyRequest": [
            "type": "object", "required": ["phone", "token"], "properties": .object(verifyMembers),
            "additionalProperties": reference("Value"),
        ],
        "Value": [
            "description": "Any value, whose integers have 64 bits.",
            "type": ["null", "boolean", "string", "number", "array", "object"], "minimum": .integer(.min),
            "maximum": .integer(.max), "items": reference("Value"), "additionalProperties": reference("Value"),
        ],
        "DecideRequest": [
            "type": "object", "required": ["phone", "token"], "additionalProperties": false,
            "properties": .object(decideMembers),
        ],
        "VerifyReply": [
            "type": "object", "required": ["code", "content"],
            "properties": [
                "id": ["type": "integer"], "code": ["type": "integer"], "content": ["type": "string"],
                "exID": ["type": "string"],
            ],
        ],
        "Decision": [
            "type": "object", "required": ["decision", "rule", "verdict", "attempts", "trace_id"],
            "properties": [
                "decision": ["enum": ["allow", "deny", "review"]], "reason": nullableText, "rule": ["type": "string"],
                "verdict": ["enum": ["match", "mismatch", "unknown"]], "code": nullableInteger,
                "content": nullableText, "id": nullableInteger, "exID": nullableText, "endpoint": nullableText,
                "attempts": ["type": "array", "items": ["type": "object"]], "elapsed_ms": ["type": "number"],
                "trace_id": ["type": "string"], "rules_revision": ["type": "string"], "target": ["type": "string"],
                "fields": ["type": "object"], "replayed": ["type": "boolean"], "trace": ["type": "object"],
            ],
        ],
        "Problem": [
            "type": "object", "required": ["type", "title", "status"],
            "properties": [
                "type": ["type": "string"], "title": ["type": "string"], "status": ["type": "integer"],
                "detail": ["type": "string"],
            ],
        ],
    ]

    private static let decideMembers: JSONObject = {
        var members = verifyMembers
        members["exID"] = [
            "type": ["string", "null"], "minLength": 1, "maxLength": 256, "pattern": .string(VisibleText.exID),
        ]
        members["channel"] = ["enum": ["native", "web", .null]]
        members["operator"] = ["enum": ["CM", "CU", "CT", .null]]
        members["ip"] = ["type": ["string", "null"], "maxLength": 64]
        members["token_age_ms"] = ["type": ["integer", "null"], "minimum": 0, "maximum": 86_400_000]
        members["timeout_ms"] = ["type": ["integer", "null"], "minimum": 1, "maximum": 86_400_000]
        members["context"] = ["type": ["object", "null"], "additionalProperties": reference("Value")]
        return members
    }()
}
