// SPDX-License-Identifier: MIT

/// What is known about one name of the rule language.
package struct RegistryEntry: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// A global or a field of `moondial`.
        case word
        case hook
        /// A field of what hooks and scripts get: "req.phone".
        case field
        /// A function or value of Lua's standard library.
        case library
    }

    /// One argument of a function, or one option.
    package struct Parameter: Sendable {
        package let name: String
        /// A type as Lua's `type` names it, or the possible values.
        package let type: String
        package let isOptional: Bool
        /// What the parameter means, with its unit.
        package let summary: String
        /// For a table: the keys that it may have.
        package let options: [Parameter]

        init(
            _ name: String, _ type: String, optional isOptional: Bool = false, _ summary: String,
            options: [Parameter] = []
        ) {
            self.name = name
            self.type = type
            self.isOptional = isOptional
            self.summary = summary
            self.options = options
        }
    }

    /// As in Lua code: "verify", "moondial.json.encode", "pre_check", "req.phone", "string.find".
    package let name: String
    package let kind: Kind
    /// The form of a call; for values and fields, the name alone.
    package let signature: String
    /// In order. Empty for values, and for functions without arguments.
    package let parameters: [Parameter]
    package let isFunction: Bool
    /// For functions the returned value, nil when there is none; for values and fields the type.
    package let type: String?
    /// One line.
    package let summary: String
    /// More than the line, or empty.
    package let text: String
    /// Lua that runs against the simulator. Nil when there is none.
    package let example: String?
    /// Possible errors, one line each.
    package let errors: [String]

    init(
        _ name: String, _ kind: Kind, signature: String? = nil, parameters: [Parameter] = [], isFunction: Bool = false,
        type: String? = nil, _ summary: String, text: String = "", example: String? = nil, errors: [String] = []
    ) {
        self.name = name
        self.kind = kind
        self.signature = signature ?? (isFunction ? Self.call(name, parameters) : name)
        self.parameters = parameters
        self.isFunction = isFunction
        self.type = type
        self.summary = summary
        self.text = text
        self.example = example
        self.errors = errors
    }

    /// A function.
    static func function(
        _ name: String, kind: Kind = .word, _ parameters: [Parameter], returns type: String? = nil, _ summary: String,
        text: String = "", example: String? = nil, errors: [String] = []
    ) -> RegistryEntry {
        RegistryEntry(
            name, kind, parameters: parameters, isFunction: true, type: type, summary, text: text, example: example,
            errors: errors)
    }

    /// "verify(phone, token [, exid [, options]])".
    private static func call(_ name: String, _ parameters: [Parameter]) -> String {
        var text = ""
        var depth = 0
        for (index, parameter) in parameters.enumerated() {
            if parameter.isOptional {
                text += index == 0 ? "[" : " ["
                depth += 1
            }
            text += (index == 0 ? "" : ", ") + parameter.name
        }
        return "\(name)(\(text)\(String(repeating: "]", count: depth)))"
    }
}
