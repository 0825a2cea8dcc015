// SPDX-License-Identifier: MIT

package import MoondialLua
import MoondialRules

/// Completes the text that is being typed. Reads present values without running any code, and offers only valid Lua.
package struct Completer {
    package struct Candidate: Sendable, Hashable {
        /// What is inserted.
        package let text: String
        /// The text that is compared with the typed prefix, and that the menu shows.
        package let label: String
        /// One line about it, or empty.
        package let summary: String
        /// Bytes before the range that the candidate replaces as well: those of the dot, where a key needs brackets.
        package let lead: Int

        init(_ text: String, label: String? = nil, summary: String = "", lead: Int = 0) {
            self.text = text
            self.label = label ?? text
            self.summary = summary
            self.lead = lead
        }
    }

    package struct Completion: Sendable, Hashable {
        /// What is replaced, in bytes; ends at the cursor.
        package let range: Range<Int>
        /// Sorted.
        package let candidates: [Candidate]

        static func none(at place: Int) -> Completion { Completion(range: place..<place, candidates: []) }
    }

    package typealias Names = (type: String, fields: [(name: String, type: String)])

    /// The type of the value to which keys lead from the globals, and a table's fields with their types.
    let names: ([LuaKey]) -> Names
    let rules: () -> [String]
    let codes: () -> [(code: String, meaning: String)]
    /// The settings that `:set` changes.
    let settings: [(name: String, value: String, what: String)]
    /// The numbers that `:stop`, and `:allow` and `:refuse` take.
    let numbers: (stop: [Int], answer: [Int])
    /// Whether requests go to the simulator, whose magic values may then be offered.
    let isSimulated: Bool
    /// The folder of `~`.
    let home: String?

    package init(
        names: @escaping ([LuaKey]) -> Names, rules: @escaping () -> [String] = { [] },
        codes: @escaping () -> [(code: String, meaning: String)] = { [] },
        settings: [(name: String, value: String, what: String)] = [], numbers: (stop: [Int], answer: [Int]) = ([], []),
        isSimulated: Bool = true, home: String? = nil
    ) {
        self.names = names
        self.rules = rules
        self.codes = codes
        self.settings = settings
        self.numbers = numbers
        self.isSimulated = isSimulated
        self.home = home
    }

    /// The candidates at the cursor, which is given in bytes of the text.
    package func complete(_ text: String, at cursor: Int) -> Completion {
        let bytes = Array(text.utf8)
        let typed = String(decoding: bytes.prefix(cursor), as: UTF8.self)
        if typed.hasPrefix(":") { return completeCommand(typed, rest: bytes.dropFirst(cursor)) }
        return completeLua(typed, rest: bytes.dropFirst(cursor), offset: 0)
    }

    /// The candidates that begin with a prefix; `start` is the place of the prefix.
    static func completion(of prefix: String, from start: Int, among all: [Candidate]) -> Completion {
        var seen: Set<String> = []
        let fitting = all.filter { $0.label.hasPrefix(prefix) && seen.insert($0.text).inserted }
        return Completion(
            range: start..<start + prefix.utf8.count,
            candidates: fitting.sorted { ($0.label, $0.text) < ($1.label, $1.text) })
    }
}

// MARK: - Hints

extension Completer {
    /// The parameters of a function, in order, optional ones in brackets; nil for functions that are not known. The
    /// function is named as it is called: `verify`, `moondial.attempt`, `text:match`.
    package static func parameters(of function: String) -> [String]? {
        let method = function.split(separator: ":", maxSplits: 1)
        let entry = method.count == 2 ? Registry.entry(named: "string.\(method[1])") : Registry.entry(named: function)
        guard let entry, entry.isFunction else { return nil }
        let shown = entry.parameters.map { $0.isOptional ? "[\($0.name)]" : $0.name }
        return method.count == 2 ? Array(shown.dropFirst()) : shown
    }

    /// Whether a global, or its field, is defined.
    package func isKnown(_ path: String) -> Bool {
        if Registry.entry(named: path) != nil { return true }
        return names(path.split { $0 == "." || $0 == ":" }.map { .text(String($0)) }).type != "nil"
    }
}

extension ReplSession {
    /// A completer for the present state. To be used on the event loop, while no Lua runs.
    package var completer: Completer {
        Completer(
            names: { [scripts] in scripts.names(at: $0) }, rules: { [engine] in engine.outline.rules.map(\.name) },
            codes: { [setup] in setup.codeList().flatMap(\.rows) }, settings: changeableSettings,
            numbers: (scripts.backgroundNumbers, questions.numbersForCommands),
            isSimulated: setup.simulator != nil, home: setup.environment("HOME"))
    }
}
