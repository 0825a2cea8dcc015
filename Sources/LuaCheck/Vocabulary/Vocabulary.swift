// SPDX-License-Identifier: MIT

/// What the checks know of the names that a program can use.
package struct Vocabulary: Sendable {
    package struct Parameter: Sendable {
        package let name: String
        package let type: ValueType
        package let isOptional: Bool
        /// If it is a table of options, all that there are.
        package let options: [Parameter]?
        /// Keys that a table must not have.
        package let reserved: Set<String>

        package init(
            _ name: String, _ type: ValueType, isOptional: Bool = false, options: [Parameter]? = nil,
            reserved: Set<String> = []
        ) {
            self.name = name
            self.type = type
            self.isOptional = isOptional
            self.options = options
            self.reserved = reserved
        }
    }

    package struct Function: Sendable {
        /// As it is written: "moondial.json.encode".
        package let name: String
        package let signature: String
        package let parameters: [Parameter]
        package let isVariadic: Bool
        /// Of its only result; nil when that is not known.
        package var result: ValueType?
        /// It waits for the network.
        package var waits = false
        /// It cannot be called in a hook.
        package var isForbiddenInHooks = false
        /// Which parameter is a function that it calls where Lua cannot wait.
        package var callback: Int?

        package init(name: String, signature: String, parameters: [Parameter], isVariadic: Bool) {
            self.name = name
            self.signature = signature
            self.parameters = parameters
            self.isVariadic = isVariadic
        }

        var requiredCount: Int { parameters.count { !$0.isOptional } }
    }

    /// What a global or a field of a library is.
    package indirect enum Value: Sendable {
        case function(Function)
        /// A table of which all fields are known.
        case table([String: Value])
        case value(ValueType)
    }

    /// A table with known fields that the host gives to a program.
    package struct Record: Sendable {
        /// As messages call it.
        package let title: String
        package let fields: [String: ValueType]
        /// Reading another field is an error. Else programs can add fields.
        package let isStrict: Bool

        package init(_ title: String, fields: [String: ValueType], isStrict: Bool) {
            self.title = title
            self.fields = fields
            self.isStrict = isStrict
        }
    }

    package struct Hook: Sendable {
        /// The records that it gets, in order.
        package let parameters: [String]
        /// What it may return; nil when that is not looked at.
        package let answer: ValueType?
        /// If the answer may be a table, the fields that this may have.
        package let answerFields: [Parameter]
        /// If a table may stand in the place of the function, the names of its entries, beside integers from 1000 on.
        package let entries: [String]?

        package init(
            parameters: [String], answer: ValueType?, answerFields: [Parameter] = [], entries: [String]? = nil
        ) {
            self.parameters = parameters
            self.answer = answer
            self.answerFields = answerFields
            self.entries = entries
        }
    }

    package var globals: [String: Value]
    package var records: [String: Record]
    package var hooks: [String: Hook]
    /// The names that no local variable should have.
    package var words: Set<String>
    /// The global that defines a rule.
    package var ruleWord: String
    /// Functions and libraries of Lua that are left out, each with a clause that follows "since".
    package var omitted: [String: String]
    /// Globals of other interpreters, which portable programs ask for.
    package var foreign: Set<String>
    /// Codes of findings that others make, and that comments can switch off there. The default is none.
    package var otherCodes: Set<String> = []
    /// The name that was probably meant by a word.
    package var nearest: @Sendable (String, [String]) -> String?

    package init(
        globals: [String: Value], records: [String: Record], hooks: [String: Hook], words: Set<String>,
        ruleWord: String, omitted: [String: String], foreign: Set<String>,
        nearest: @escaping @Sendable (String, [String]) -> String?
    ) {
        self.globals = globals
        self.records = records
        self.hooks = hooks
        self.words = words
        self.ruleWord = ruleWord
        self.omitted = omitted
        self.foreign = foreign
        self.nearest = nearest
    }

    /// "; did you mean 'x'?", or the empty text.
    func clause(for word: String, in names: some Sequence<String>, prefix: String = "") -> String {
        nearest(word, names.sorted()).map { "; did you mean '\(prefix)\($0)'?" } ?? ""
    }

    /// What to say of a global that is not there, to append to a message.
    func clause(forGlobal name: String, known: Set<String>) -> String {
        if let reason = omitted[name] { return ": left out, since \(reason)" }
        let fields = globals.keys.sorted().compactMap { library -> String? in
            guard case .table(let fields)? = globals[library], fields[name] != nil else { return nil }
            return "'\(library).\(name)'"
        }
        if !fields.isEmpty { return "; did you mean \(fields.joined(separator: " or "))?" }
        return clause(for: name, in: known.union(globals.keys))
    }
}
