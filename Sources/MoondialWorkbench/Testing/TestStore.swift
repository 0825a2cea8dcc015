// SPDX-License-Identifier: MIT

import JSON
import MoondialRules
import MoondialStore
import TextFormats

/// The `store` of a test: the answers to calls, and the content of the store before the test.
struct TestStore: Sendable {
    /// The answers to calls. Calls without one are answered by the memory of the test.
    enum Script: Sendable {
        /// The answer to every call.
        case every(StoreAnswer)
        /// The answers to the calls, one after the other.
        case sequence([StoreAnswer])
        /// The answers by the name of the function.
        case functions([String: StoreAnswer])
    }

    /// Why a value is no `store` of a test.
    struct Problem: Error { let message: String }

    private(set) var script = Script.functions([:])
    private var entries: [(key: [[UInt8]], value: [UInt8])] = []
    private var lists: [(name: String, members: [[UInt8]])] = []

    private static let names = StoreAnswer.functions + ["entries", "lists"]

    /// Reads `"away"`, a list such as `{ "allowed", "over" }`, or a table of functions, `entries` and `lists`.
    init(_ value: JSONValue) throws(Problem) {
        switch value {
        case .string(let word):
            guard case .trouble? = StoreAnswer.outcome(named: word) else {
                throw Problem(message: "\"away\", a list of answers or a table of functions expected, got \"\(word)\"")
            }
            script = .every(try StoreAnswer(value))
        case .array(let elements):
            var answers: [StoreAnswer] = []
            for (index, element) in elements.enumerated() {
                do throws(Problem) {
                    answers.append(try StoreAnswer(element))
                } catch {
                    throw Problem(message: "answer \(index + 1): \(error.message)")
                }
            }
            script = .sequence(answers)
        // An empty table can be a list or an object.
        case .object(let object) where object.isEmpty: script = .sequence([])
        case .object(let object): try read(object)
        default: throw Problem(message: "\"away\", a list of answers or a table of functions expected")
        }
    }

    private mutating func read(_ object: JSONObject) throws(Problem) {
        var answers: [String: StoreAnswer] = [:]
        for member in object.members {
            switch member.key {
            case "entries": entries = try Self.entries(member.value)
            case "lists": lists = try Self.lists(member.value)
            case let name where StoreAnswer.functions.contains(name):
                do throws(Problem) {
                    let answer = try StoreAnswer(member.value)
                    if let problem = answer.problem(for: name) { throw Problem(message: problem) }
                    answers[name] = answer
                } catch {
                    throw Problem(message: "\(name): \(error.message)")
                }
            case let name:
                throw Problem(message: "a store has no '\(name)'\(Suggestion.clause(for: name, in: Self.names))")
            }
        }
        script = .functions(answers)
    }

    private static func entries(_ value: JSONValue) throws(Problem) -> [(key: [[UInt8]], value: [UInt8])] {
        if let object = value.objectValue { return object.members.map { ([Array($0.key.utf8)], $0.value.bytes) } }
        var entries: [(key: [[UInt8]], value: [UInt8])] = []
        for element in value.arrayValue ?? [.null] {
            let pair = element.arrayValue ?? []
            guard pair.count == 2 else {
                throw Problem(
                    message: "entries: a table of keys, or a list such as { { { \"phone\", \"1\" }, true } }, expected")
            }
            let parts = (pair[0].arrayValue ?? [pair[0]]).map { $0.stringValue ?? $0.description }
            entries.append((parts.map { Array($0.utf8) }, pair[1].bytes))
        }
        return entries
    }

    private static func lists(_ value: JSONValue) throws(Problem) -> [(name: String, members: [[UInt8]])] {
        guard let object = value.objectValue else {
            throw Problem(message: "lists: a table such as { blocklist = { \"13800138000\" } } expected")
        }
        return object.members.map { member in
            let members = member.value.arrayValue ?? []
            return (member.key, members.map { Array(($0.stringValue ?? $0.description).utf8) })
        }
    }

    /// Puts entries and lists into a memory.
    ///
    /// - Parameters:
    ///   - memory: The memory that the rules will use.
    ///   - names: The names and namespace of the rules' store.
    /// - Throws: ``Problem`` when a key, list or member is not valid.
    func fill(_ memory: MemoryStoreEngine, _ names: StoreNames) throws(Problem) {
        do {
            for entry in entries {
                _ = memory.execute(.set(try names.key(entry.key), value: entry.value, lifetime: nil))
            }
            for (name, members) in lists {
                let list = try StoreList(namespace: names.namespace, name: name)
                guard case .success(.load(let load)) = memory.execute(.beginLoad(list)) else { continue }
                for member in members { _ = memory.execute(.appendToLoad(load, [try names.member(member)])) }
                _ = memory.execute(.commitLoad(load))
            }
        } catch {
            throw Problem(message: "a key or a list has a wrong name: \(error)")
        }
    }
}

/// The answer that a test gives to one call of the store.
struct StoreAnswer: Sendable {
    static let functions = ["count", "get", "set", "add", "increment", "delete", "has"]

    private enum Content: Sendable {
        case outcome(StoreOutcome)
        case count(isAllowed: Bool, used: Int64?, retryAfter: Duration?)
    }

    private let content: Content

    /// Reads `"over"`, `true`, `3`, `{ value = "red" }`, `{ allowed = false, used = 5, retry_after_ms = 900 }`, `"away"`.
    init(_ value: JSONValue) throws(TestStore.Problem) {
        switch value {
        case .bool(let flag): content = .outcome(.flag(flag))
        case .integer(let number): content = .outcome(.number(number))
        case .string(let word):
            guard let outcome = Self.outcome(named: word) else {
                throw TestStore.Problem(
                    message: "no answer is named \"\(word)\"\(Suggestion.clause(for: word, in: Self.words)); there are "
                        + Self.words.joined(separator: ", "))
            }
            content = .outcome(outcome)
        case .object(let object) where object["value"] != nil:
            content = .outcome(.value((object["value"] ?? .null).bytes))
        case .object(let object) where object["allowed"] != nil || object["used"] != nil:
            for key in object.keys where !["allowed", "used", "retry_after_ms", "limit"].contains(key) {
                throw TestStore.Problem(message: "an answer of count has no '\(key)'")
            }
            content = .count(
                isAllowed: object["allowed"] != false, used: object["used"]?.integerValue,
                retryAfter: Self.milliseconds(object["retry_after_ms"]))
        default:
            throw TestStore.Problem(
                message:
                    "an answer is a word such as \"over\" or \"away\", true, false, a whole number, { value = … } or "
                    + "{ allowed = …, used = … }")
        }
    }

    private static func milliseconds(_ value: JSONValue?) -> Duration? {
        switch value {
        case .integer(let number)?: .milliseconds(number)
        case .double(let number)?: .milliseconds(number)
        default: nil
        }
    }

    private static let words =
        [StoreOutcome.allowed, .overLimit, .value(nil), .done, .away].map(\.text)
        + StoreError.Kind.allCases.map(\.rawValue)

    static func outcome(named word: String) -> StoreOutcome? {
        if let outcome = [StoreOutcome.allowed, .overLimit, .value(nil), .done, .away].first(where: { $0.text == word })
        {
            return outcome
        }
        return StoreError.Kind(rawValue: word).map(StoreOutcome.trouble)
    }

    /// Why this cannot be an answer to the function, or nil.
    func problem(for function: String) -> String? {
        let fits: Bool
        switch content {
        case .count: fits = function == "count"
        case .outcome(.trouble): fits = true
        case .outcome(.allowed), .outcome(.overLimit): fits = function == "count"
        case .outcome(.value): fits = function == "get"
        case .outcome(.flag): fits = ["add", "has", "delete"].contains(function)
        case .outcome(.number): fits = function == "increment"
        case .outcome(.done): fits = ["set", "delete"].contains(function)
        }
        return fits ? nil : "\(Self.expected(of: function)) expected, or \"away\""
    }

    private static func expected(of function: String) -> String {
        switch function {
        case "count": "\"allowed\", \"over\" or { allowed = …, used = … }"
        case "get": "\"nothing\" or { value = … }"
        case "increment": "a whole number"
        case "set": "\"done\""
        default: "true or false"
        }
    }

    /// The answer to a command; nil if the command has no such answer.
    func result(of command: StoreCommand) -> Result<StoreReply, StoreError>? {
        switch (content, command) {
        case (.outcome(let outcome), _): return outcome.result(of: command)
        case (.count(let isAllowed, let used, let retryAfter), .count(_, let request)):
            let usual = isAllowed ? request.allowed(used: request.cost) : request.full
            return .success(
                .count(
                    CountResult(
                        allowed: isAllowed, used: used ?? usual.used, limit: request.limit,
                        retryAfter: retryAfter ?? usual.retryAfter)))
        default: return nil
        }
    }
}

extension StoreCommand {
    /// The function of `moondial.store` that makes the command.
    var function: String {
        switch self {
        case .count: "count"
        case .get: "get"
        case .set: "set"
        case .add: "add"
        case .increment: "increment"
        case .delete: "delete"
        case .has: "has"
        default: preconditionFailure("rules do not ask for that")
        }
    }
}
