// SPDX-License-Identifier: MIT

/// What the checks know of the names that a program can use.
package struct Vocabulary: Sendable {
    package struct Parameter: Sendable {
        package let name: String
        package let type: ValueType
        package let isOptional: Bool
        /// If the parameter is a table of options, all its options.
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
        /// As it is written in a program: "moondial.json.encode".
        package let name: String
        package let signature: String
        package let parameters: [Parameter]
        package let isVariadic: Bool
        /// The type of its only result; nil when it is not known.
        package var result: ValueType?
        /// Whether it waits for the network.
        package var waits = false
        /// Whether it cannot be called in a hook.
        package var isForbiddenInHooks = false
        /// The index of the parameter that is a function and is called where Lua cannot wait.
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
        /// The name of the record in messages.
        package let title: String
        package let fields: [String: ValueType]
        /// Whether reading another field is an error. If not, programs can add fields.
        package let isStrict: Bool

        package init(_ title: String, fields: [String: ValueType], isStrict: Bool) {
            self.title = title
            self.fields = fields
            self.isStrict = isStrict
        }
    }

    package struct Hook: Sendable {
        /// The records that the hook gets, in order.
        package let parameters: [String]
        /// What the hook may return; nil when that is not checked.
        package let answer: ValueType?
        /// If the answer may be a table, the fields that the table may have.
        package let answerFields: [Parameter]
        /// If a table can be given instead of the function, the names of its entries; integers from 1000 on are
        /// allowed, too.
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
    /// Globals of other interpreters, which portable programs test for.
    package var foreign: Set<String>
    /// Globals that only scripts have. The default is none.
    package var globalsOfScripts: Set<String> = []
    /// Codes of findings that are made elsewhere, where comments can switch them off, too. The default is none.
    package var otherCodes: Set<String> = []
    /// Returns the name, out of a list, that was probably meant by a word; nil when none is similar.
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

    /// A clause about an undefined global, to append to a message.
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
