// SPDX-License-Identifier: MIT

import MoondialRules

/// A type as annotations for the Lua language server write it.
///
/// - SeeAlso: https://luals.github.io/wiki/annotations/
struct AnnotatedType: Equatable {
    /// "string", "\"mobile\"|\"h5\"", "moondial.attempt?".
    let text: String

    static let any = AnnotatedType(text: "any")
    static let choice = AnnotatedType(text: "moondial.decision_value")
    private static let endpoint = "\"mobile\"|\"h5\""

    private init(text: String) { self.text = text }

    /// Reads a type as the registry writes it; nil for words that are not known.
    init?(registry words: String) {
        if let text = Self.phrases[words] {
            self.init(text: text)
            return
        }
        let parts = words.replacing(" or ", with: ", ").split(separator: ",").map { part in
            part.drop { $0 == " " }
        }
        let names = Set(["string", "integer", "number", "boolean", "table", "function", "userdata", "nil"])
        guard parts.allSatisfy({ $0.hasPrefix("\"") || names.contains(String($0)) }) else { return nil }
        let isOptional = parts.last == "nil"
        let kept = isOptional ? parts.dropLast() : parts[...]
        let joined = kept.joined(separator: "|")
        self.init(text: !isOptional ? joined : kept.count == 1 ? joined + "?" : joined + "|nil")
    }

    /// The types of phrases that the registry uses.
    private static let phrases = [
        "any": "any", "any value": "any", "any values": "any", "the value": "any",
        "a decision": choice.text, "a decision or nothing": "\(choice.text)?",
        "\"mobile\", \"h5\" or nothing": "\(endpoint)|nil",
        "an endpoint, { endpoint, even_if_delivered } or nothing":
            "\(endpoint)|{ endpoint: \(endpoint), even_if_delivered: boolean? }|nil",
        "the decision table": "moondial.decision", "the attempt": "moondial.attempt", "the table": "table",
        "a function that takes the table of hooks": "fun(hooks: moondial.hooks)",
        "what the module returned": "any", "the first result of each, in order": "any ...",
        "string or list of strings": "string|string[]",
        "a table with allowed, used, limit and retry_after_ms, or nil and an error":
            "{ allowed: boolean, used: integer, limit: integer, retry_after_ms: integer? }?, moondial.error?",
        "the value, nil without one, or nil and an error": "any, moondial.error?",
        "true, or nil and an error": "true?, moondial.error?",
        "true if it was set, else false, or nil and an error": "boolean?, moondial.error?",
        "whether there was anything, or nil and an error": "boolean?, moondial.error?",
        "whether the list has the member, or nil and an error": "boolean?, moondial.error?",
        "the sum, or nil and an error": "integer?, moondial.error?",
        "the number of the background run": "integer", "the value, or nil and an error": "any, moondial.error?",
    ]

    /// The type of a parameter; some parameters are records.
    init?(_ parameter: RegistryEntry.Parameter, of entry: RegistryEntry) {
        if entry.kind == .hook, ["req", "attempt", "decision"].contains(parameter.name) {
            self.init(text: "moondial.\(parameter.name)")
        } else if !parameter.options.isEmpty {
            self.init(text: Self.optionsName(of: entry))
        } else {
            self.init(registry: parameter.type)
        }
    }

    /// The class of a function's options: "moondial.verify_options".
    static func optionsName(of entry: RegistryEntry) -> String {
        "moondial.\(entry.name.split(separator: ".").last ?? "")_options"
    }

    /// The type of a field; some fields are records.
    init?(field entry: RegistryEntry) {
        switch entry.name {
        case "attempt.error": self.init(text: "moondial.error?")
        case "decision.attempts": self.init(text: "moondial.attempt[]")
        default: self.init(registry: entry.type ?? "any")
        }
    }
}
