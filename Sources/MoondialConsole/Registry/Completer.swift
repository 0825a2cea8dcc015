// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules

/// Knows how what is being typed may go on. Reads what there is without running any code.
package struct Completer {
    package struct Candidate: Sendable, Hashable {
        package let text: String
        /// One line about it, or empty.
        package let summary: String
    }

    package struct Completion: Sendable, Hashable {
        /// What is replaced, in bytes; ends at the cursor.
        package let range: Range<Int>
        /// Sorted.
        package let candidates: [Candidate]
    }

    /// The type of what stands at a dotted path, and a table's fields with their types.
    let names: (String) -> (type: String, fields: [(name: String, type: String)])
    let rules: () -> [String]
    let codes: () -> [String]

    package init(
        names: @escaping (String) -> (type: String, fields: [(name: String, type: String)]),
        rules: @escaping () -> [String] = { [] }, codes: @escaping () -> [String] = { [] }
    ) {
        self.names = names
        self.rules = rules
        self.codes = codes
    }

    /// What may stand where the cursor is, which is given in bytes of the text.
    package func complete(_ text: String, at cursor: Int) -> Completion {
        let typed = String(decoding: Array(text.utf8).prefix(cursor), as: UTF8.self)
        if typed.hasPrefix(":") { return completeCommand(typed) }
        return completeLua(typed, offset: 0)
    }

    // MARK: - Commands

    private func completeCommand(_ typed: String) -> Completion {
        let line = typed.dropFirst()
        guard let space = line.firstIndex(of: " ") else {
            let commands = PromptCommand.all.map {
                Candidate(text: $0.arguments.isEmpty ? $0.name : "\($0.name) ", summary: $0.summary)
            }
            return completion(of: String(line), from: 1, among: commands)
        }
        let argument = String(line[space...].drop { $0 == " " })
        let start = typed.utf8.count - argument.utf8.count
        func choices(_ names: [String]) -> Completion {
            completion(of: argument, from: start, among: names.map { Candidate(text: $0, summary: "") })
        }
        switch line[..<space] {
        case "load", "try", "save", "record", "replay": return completeFile(argument, from: start)
        case "help": return choices(PromptCommand.all.map(\.name))
        case "doc":
            let entries = Registry.entries.map { Candidate(text: $0.name, summary: $0.summary) }
            return completion(of: argument, from: start, among: entries)
        case "explain": return choices(codes())
        case "drop", "edit": return choices(rules())
        case "sim": return choices(["code", "delay", "rules on", "rules off", "clock +"])
        case "trace": return choices(SessionOptions.TraceMode.allCases.map(\.rawValue))
        case "watch": return choices(["on", "off"])
        case "set": return choices(["depth", "items", "bytes"])
        case "time", "full": return completeLua(argument, offset: start)
        default: return Completion(range: start..<typed.utf8.count, candidates: [])
        }
    }

    private func completeFile(_ path: String, from start: Int) -> Completion {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        let name = String(path.dropFirst(folder.count))
        let names = Files.names(in: folder.isEmpty ? "." : folder).filter { !$0.hasPrefix(".") || name.hasPrefix(".") }
        return completion(
            of: name, from: start + folder.utf8.count, among: names.map { Candidate(text: $0, summary: "") })
    }

    // MARK: - Lua

    private func completeLua(_ typed: String, offset: Int) -> Completion {
        let text = LuaText(Array(typed.utf8))
        let end = text.bytes.count
        var count = text.tokens.count
        var prefix = ""
        if let last = text.tokens.last, last.range.upperBound == end {
            if last.kind == .number || text.literal(around: end) != nil {
                return Completion(range: offset + end..<offset + end, candidates: [])
            }
            if last.kind == .name || last.kind == .keyword {
                prefix = text.text(last)
                count -= 1
            }
        }
        return completion(
            of: prefix, from: offset + end - prefix.utf8.count, among: candidates(before: count, in: text))
    }

    /// What may stand after the tokens before an index.
    private func candidates(before index: Int, in text: LuaText) -> [Candidate] {
        if text.isSign(index - 1, ".") || text.isSign(index - 1, ":") {
            return members(after: index - 1, in: text, areMethods: text.isSign(index - 1, ":"))
        }
        if CallSite.isAtHook(before: index, in: text) {
            return Registry.hooks.map { Candidate(text: $0.name, summary: $0.summary) }
        }
        if let call = CallSite(before: index, in: text), call.isAtKey, let options = call.parameter?.options {
            return options.map { Candidate(text: $0.name, summary: "\($0.type): \($0.summary)") }
        }
        let globals = names("").fields.map { candidate($0.name, type: $0.type, path: "") }
        let arguments = hookArguments(around: index, in: text).map { Candidate(text: $0, summary: "of the hook") }
        let keywords = LuaKeyword.allCases.map { Candidate(text: $0.rawValue, summary: "keyword") }
        return globals + arguments + keywords
    }

    /// What may follow the dot or colon with this index.
    private func members(after index: Int, in text: LuaText, areMethods: Bool) -> [Candidate] {
        if text.isString(index - 1) { return strings }
        guard let path = text.path(endingAt: index - 1) else { return [] }
        let arguments = hookArguments(around: text.tokens.count, in: text)
        if let record = Self.record(path, arguments: arguments) {
            return areMethods
                ? [] : Registry.fields(of: record).map { Candidate(text: $0.name.afterLastDot, summary: $0.summary) }
        }
        if areMethods, Self.isStringField(path, arguments: arguments) { return strings }
        let (type, fields) = names(path)
        if type == "string" { return areMethods ? strings : [] }
        return fields.filter { !areMethods || $0.type == "function" }.map {
            candidate($0.name, type: $0.type, path: path + ".")
        }
    }

    /// The record that a hook's argument is: "req", or "error" for "attempt.error".
    private static func record(_ path: String, arguments: [String]) -> String? {
        guard arguments.contains(where: { path == $0 || path.hasPrefix("\($0).") }) else { return nil }
        return path == "attempt.error" ? "error" : path.contains(".") ? nil : path
    }

    private static func isStringField(_ path: String, arguments: [String]) -> Bool {
        guard let root = path.split(separator: ".").first, arguments.contains(String(root)) else { return false }
        return Registry.entry(named: path)?.type?.contains("string") == true
    }

    /// "req" and so on, when the place is in a hook.
    private func hookArguments(around index: Int, in text: LuaText) -> [String] {
        CallSite.hooks(around: index, in: text).flatMap { name in
            Registry.hooks.first { $0.name == name }?.parameters.map(\.name) ?? []
        }
    }

    private var strings: [Candidate] {
        Registry.library.filter { $0.name.hasPrefix("string.") && $0.isFunction }.map {
            Candidate(text: $0.name.afterLastDot, summary: $0.summary)
        }
    }

    private func candidate(_ name: String, type: String, path: String) -> Candidate {
        Candidate(text: name, summary: Registry.entry(named: path + name)?.summary ?? type)
    }

    private func completion(of prefix: String, from start: Int, among all: [Candidate]) -> Completion {
        var seen: Set<String> = []
        let fitting = all.filter { $0.text.hasPrefix(prefix) && seen.insert($0.text).inserted }
        return Completion(
            range: start..<start + prefix.utf8.count, candidates: fitting.sorted { $0.text < $1.text })
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

    /// Whether a global, or its field, stands for something.
    package func isKnown(_ path: String) -> Bool {
        Registry.entry(named: path) != nil || names(path).type != "nil"
    }
}

extension String {
    fileprivate var afterLastDot: String { split(separator: ".").last.map(String.init) ?? self }
}

extension ReplSession {
    /// Completes by what there is now. On the event loop, while no Lua runs.
    package var completer: Completer {
        Completer(
            names: { [scripts] in scripts.names(at: $0) }, rules: { [engine] in engine.outline.rules.map(\.name) },
            codes: setup.codes)
    }
}
