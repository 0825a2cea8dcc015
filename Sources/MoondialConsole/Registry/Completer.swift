// SPDX-License-Identifier: MIT

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
            let commands = PromptCommand.all.map { Candidate(text: $0.name, summary: $0.summary) }
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
        var pieces = LuaScanner.pieces(of: typed)
        let end = typed.utf8.count
        var prefix = ""
        if let last = pieces.last, last.range.upperBound == end {
            switch last.kind {
            case .name, .keyword:
                prefix = last.text
                pieces.removeLast()
            case .string(isClosed: false), .comment(isClosed: false), .number:
                return Completion(range: offset + end..<offset + end, candidates: [])
            default: break
            }
        }
        let start = offset + end - prefix.utf8.count
        return completion(of: prefix, from: start, among: candidates(after: pieces))
    }

    private func candidates(after pieces: [LuaPiece]) -> [Candidate] {
        if let last = pieces.last, last.isSign(".") || last.isSign(":") {
            return members(before: pieces.count - 1, in: pieces, areMethods: last.text == ":")
        }
        if LuaCall.isAtHook(before: pieces.count, in: pieces) {
            return Registry.hooks.map { Candidate(text: $0.name, summary: $0.summary) }
        }
        if let call = LuaCall(before: pieces.count, in: pieces), call.isAtKey, let options = call.parameter?.options {
            return options.map { Candidate(text: $0.name, summary: "\($0.type): \($0.summary)") }
        }
        let globals = names("").fields.map { candidate($0.name, type: $0.type, path: "") }
        let arguments = hookArguments(in: pieces).map { Candidate(text: $0, summary: "of the hook") }
        let keywords = LuaWords.keywords.map { Candidate(text: $0, summary: "keyword") }
        return globals + arguments + keywords
    }

    /// What may follow the dot or colon with this index.
    private func members(before index: Int, in pieces: [LuaPiece], areMethods: Bool) -> [Candidate] {
        if index > 0, pieces[index - 1].isString { return strings }
        guard let path = LuaCall.path(endingBefore: index, in: pieces) else { return [] }
        if let record = record(path, in: pieces) {
            return areMethods
                ? [] : Registry.fields(of: record).map { Candidate(text: $0.name.afterLastDot, summary: $0.summary) }
        }
        if areMethods, isStringField(path, in: pieces) { return strings }
        let (type, fields) = names(path)
        if type == "string" { return areMethods ? strings : [] }
        return fields.filter { !areMethods || $0.type == "function" }.map {
            candidate($0.name, type: $0.type, path: path + ".")
        }
    }

    /// The record that a hook's argument is: "req", or "error" for "attempt.error".
    private func record(_ path: String, in pieces: [LuaPiece]) -> String? {
        guard hookArguments(in: pieces).contains(where: { path == $0 || path.hasPrefix("\($0).") }) else { return nil }
        return path == "attempt.error" ? "error" : path.contains(".") ? nil : path
    }

    private func isStringField(_ path: String, in pieces: [LuaPiece]) -> Bool {
        guard let root = path.split(separator: ".").first, hookArguments(in: pieces).contains(String(root)) else {
            return false
        }
        return Registry.entry(named: path)?.type?.contains("string") == true
    }

    /// "req" and so on, when the end of the text is in a hook.
    private func hookArguments(in pieces: [LuaPiece]) -> [String] {
        LuaCall.hooks(around: pieces.count, in: pieces).flatMap { name in
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
    /// What to show behind the cursor of the call that is being written: its parameters, and what the present one is.
    package func hint(_ text: String, at cursor: Int) -> String? {
        let typed = String(decoding: Array(text.utf8).prefix(cursor), as: UTF8.self)
        let pieces = LuaScanner.pieces(of: typed)
        guard let call = LuaCall(before: pieces.count, in: pieces), let entry = Registry.entry(named: call.path) else {
            return nil
        }
        guard let parameter = call.parameter, !parameter.summary.isEmpty else { return entry.signature }
        return "\(entry.signature)  \(parameter.name): \(parameter.summary)"
    }

    /// The parameters of a function, in order, optional ones in brackets; nil for functions that are not known. The
    /// function is named as it is called: `verify`, `moondial.attempt`, `text:match`.
    package func parameters(of function: String) -> [String]? {
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
            names: { [engine] in engine.names(at: $0) }, rules: { [engine] in engine.outline.rules.map(\.name) },
            codes: setup.codes)
    }
}
