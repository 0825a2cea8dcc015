// SPDX-License-Identifier: MIT

package import LuaCheck
import MoondialLua
import MoondialRules

extension Vocabulary {
    /// The names that rule files can use, from the registry.
    package static let ofRules: Vocabulary = {
        var vocabulary = Vocabulary(
            globals: globals, records: records, hooks: hooks,
            words: ["rule", "verify", "allow", "deny", "review", "moondial"], ruleWord: "rule",
            omitted: Dictionary(uniqueKeysWithValues: StandardLibrary.omitted.map { ($0.name, $0.reason) }),
            foreign: NameHint.ofOtherInterpreters,
            nearest: { Suggestion.nearest(to: $0, in: $1) })
        vocabulary.globalsOfScripts = ["arg"]
        vocabulary.otherCodes = Set(RulebookFinding.Code.allCases.map(\.rawValue))
        return vocabulary
    }()

    /// The additional globals of test files.
    package static let wordsOfTests: [String: Value] = [
        "test": .table(["only": .value(.any), "skip": .value(.any), "todo": .value(.any)])
    ]

    // MARK: - Names

    private static let globals: [String: Value] = {
        var fields: [[String]: Value] = [:]
        for entry in Registry.entries where entry.kind == .word || entry.kind == .library {
            let path = entry.name.split(separator: ".").map(String.init)
            fields[path] = value(of: entry)
        }
        // Fields are added to `moondial.json` before that is added to `moondial`.
        for depth in stride(from: 3, through: 2, by: -1) {
            for (path, value) in fields where path.count == depth {
                var members: [String: Value] = [:]
                if case .table(let known)? = fields[path.dropLast()] { members = known }
                members[path[depth - 1]] = value
                fields[path.dropLast()] = .table(members)
            }
        }
        var globals: [String: Value] = [:]
        for (path, value) in fields where path.count == 1 { globals[path[0]] = value }
        globals["_G"] = .value(ValueType(.table))
        return globals
    }()

    private static func value(of entry: RegistryEntry) -> Value {
        guard entry.isFunction else { return .value(entry.type.map(ValueType.init(registry:)) ?? .any) }
        let variadic = entry.parameters.firstIndex { $0.name == "…" }
        var function = Function(
            name: entry.name, signature: entry.signature,
            parameters: entry.parameters[..<(variadic ?? entry.parameters.count)].map(parameter),
            isVariadic: variadic != nil)
        function.result = result(of: entry)
        function.waits = Registry.waiting.contains(entry.name)
        function.isForbiddenInHooks = Registry.notInHooks.contains(entry.name)
        function.callback = callbacks[entry.name]
        return .function(function)
    }

    /// The index of the parameter that Lua calls where it cannot wait.
    private static let callbacks = ["table.sort": 1, "string.gsub": 2]

    private static func parameter(_ parameter: RegistryEntry.Parameter) -> Parameter {
        Parameter(
            parameter.name, ValueType(registry: parameter.type), isOptional: parameter.isOptional,
            options: parameter.options.isEmpty ? nil : parameter.options.map(Self.parameter),
            reserved: parameter.name == "fields" ? Set(Registry.fieldNames(of: "decision")) : [])
    }

    private static func result(of entry: RegistryEntry) -> ValueType? {
        switch entry.type {
        case "a decision": ValueType(.userdata, record: choice)
        case "the decision table": ValueType(.table, record: "decision")
        case "the attempt": ValueType(.table, record: "attempt")
        case "string": ValueType(.string)
        case "number": ValueType(.number)
        default: nil
        }
    }

    // MARK: - Records

    /// The record of the value `deny "reason"`.
    private static let choice = "decision value"

    private static let records: [String: Record] = {
        var records = Dictionary(
            uniqueKeysWithValues: ["req", "attempt", "error", "decision"].map { name in
                (name, Record(name, fields: fields(of: name), isStrict: name != "decision"))
            })
        records[choice] = Record(
            "decision",
            fields: [
                "decision": ValueType(.string, strings: Set(Decision.Outcome.allCases.map(\.rawValue))),
                "reason": ValueType([.string, .nil]), "fields": ValueType(.table),
            ], isStrict: true)
        return records
    }()

    private static func fields(of record: String) -> [String: ValueType] {
        var fields: [String: ValueType] = [:]
        for (name, entry) in zip(Registry.fieldNames(of: record), Registry.fields(of: record)) {
            var type = ValueType(registry: entry.type ?? "any")
            if name == "error" { type.record = "error" }
            type.isIdentifier = name == "code" || name == "id"
            if name == "attempts" { type.elements = "attempt" }
            fields[name] = type
        }
        // When no attempt could be made, there is one without an endpoint.
        if record == "attempt" { fields["endpoint"]?.kinds.insert(.nil) }
        return fields
    }

    // MARK: - Hooks

    private static let hooks: [String: Hook] = Dictionary(
        uniqueKeysWithValues: Registry.hooks.map { entry in
            let parameters = entry.parameters.map(\.name)
            return (
                entry.name,
                Hook(
                    parameters: parameters, answer: answer(of: entry.name),
                    answerFields: entry.name == MoondialRules.Hook.fallback.rawValue ? fallbackFields : [],
                    entries: entry.name == MoondialRules.Hook.mapResult.rawValue ? ResultMap.names : nil)
            )
        })

    private static let endpoint = ValueType(.string, strings: ["mobile", "h5"])

    private static let fallbackFields = [
        Parameter("endpoint", endpoint), Parameter("even_if_delivered", ValueType(.boolean), isOptional: true),
    ]

    private static func answer(of hook: String) -> ValueType? {
        switch MoondialRules.Hook(rawValue: hook) {
        case .preCheck, .mapResult: ValueType([.userdata, .nil], record: choice)
        case .route: ValueType([.string, .nil], strings: endpoint.strings)
        case .fallback: ValueType([.string, .table, .nil], strings: endpoint.strings)
        case .onDecision: ValueType(.nil)
        case nil: nil
        }
    }
}

extension ValueType {
    /// A type as the registry writes it: "integer or nil", "\"CM\", \"CU\" or \"CT\"". Any other text means any type.
    init(registry text: String) {
        self.init([])
        let words = text.replacing(" or ", with: ", ").split(separator: ",").map { $0.trimmed }
        for word in words {
            if word.hasPrefix("\""), word.hasSuffix("\""), word.utf8.count > 2 {
                kinds.insert(.string)
                strings = (strings ?? []).union([String(word.dropFirst().dropLast())])
            } else if let kind = Self.names[String(word)] {
                kinds.formUnion(kind)
            } else {
                self = .any
                return
            }
        }
        if words.contains("string") { strings = nil }
    }

    private static let names: [String: Kinds] = [
        "nil": .nil, "boolean": .boolean, "integer": .integer, "number": .number, "string": .string, "table": .table,
        "function": .function, "userdata": .userdata,
    ]
}

extension Substring {
    fileprivate var trimmed: Substring {
        let start = drop { $0 == " " }
        return start.lastIndex { $0 != " " }.map { start[...$0] } ?? ""
    }
}
