// SPDX-License-Identifier: MIT

extension Registry {
    static let fields =
        record(
            "req",
            [
                ("phone", "string", "the number, as submitted"),
                ("token", "string", "the token, as submitted"),
                ("exid", "string or nil", "your own id for the request"),
                ("channel", "\"native\", \"web\" or nil", "the SDK that made the token"),
                ("ip", "string or nil", "the end user's address"),
                ("operator", "\"CM\", \"CU\", \"CT\" or nil", "the network that made the token"),
                ("token_age_ms", "integer or nil", "milliseconds since the token was made"),
                ("timeout_ms", "integer or nil", "milliseconds that this run may take"),
                ("context", "table or nil", "whatever else the caller tells"),
            ])
        + record(
            "attempt",
            [
                ("endpoint", "\"mobile\" or \"h5\"", "where it was sent; nil when no attempt could be made"),
                ("verdict", "\"match\", \"mismatch\" or \"unknown\"", "what the network said"),
                ("code", "integer or nil", "the provider's code: 9000 match, 9001 mismatch, :explain tells the others"),
                ("content", "string or nil", "the provider's text; compare the code instead"),
                ("id", "integer or nil", "the provider's serial number, 64 bits"),
                ("exid", "string or nil", "the echo of your id"),
                ("http_status", "integer or nil", "nil when no HTTP reply came"),
                ("error", "table or nil", "{ kind, message, retryable } when there is no usable reply"),
                ("delivered", "\"yes\", \"no\" or \"maybe\"", "did the provider get the request"),
                ("billed", "boolean or \"maybe\"", "does it cost money"),
                ("elapsed_ms", "number", "milliseconds that it took"),
            ])
        + record(
            "error",
            [
                ("kind", "string", "response_timeout, reset, dns and so on: :explain tells"),
                ("message", "string", "what happened, in words"),
                ("retryable", "boolean", "the token is unused, so that it may be sent again"),
            ])
        + record(
            "decision",
            [
                ("decision", "\"allow\", \"deny\" or \"review\"", "what the rules chose"),
                ("reason", "string or nil", "why"),
                ("rule", "string", "the rule that chose; \"default\" when none did"),
                ("verdict", "\"match\", \"mismatch\" or \"unknown\"", "what the network said"),
                ("code", "integer or nil", "the provider's code of the last attempt"),
                ("content", "string or nil", "the provider's text"),
                ("id", "integer or nil", "the provider's serial number, 64 bits"),
                ("exid", "string or nil", "your own id for the request"),
                ("endpoint", "\"mobile\", \"h5\" or nil", "of the last attempt"),
                ("attempts", "table", "a list of the attempts"),
                ("elapsed_ms", "number", "milliseconds that the run took"),
                ("trace_id", "string", "names the run's trace"),
            ])

    private static func record(
        _ name: String, _ fields: [(name: String, type: String, summary: String)]
    ) -> [RegistryEntry] {
        fields.map { RegistryEntry("\(name).\($0.name)", .field, type: $0.type, $0.summary) }
    }
}
