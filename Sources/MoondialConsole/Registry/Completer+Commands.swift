// SPDX-License-Identifier: MIT

import MoondialPresentation
import MoondialRules
import NumberVerification

/// Commands and their arguments.
extension Completer {
    func completeCommand(_ typed: String, rest: ArraySlice<UInt8>) -> Completion {
        let line = typed.dropFirst()
        guard let space = line.firstIndex(of: " ") else {
            let commands = PromptCommand.all.map {
                Candidate($0.arguments.isEmpty ? $0.name : "\($0.name) ", label: $0.name, summary: $0.summary)
            }
            return Self.completion(of: String(line), from: 1, among: commands)
        }
        let argument = String(line[space...].drop { $0 == " " })
        let start = typed.utf8.count - argument.utf8.count
        guard let command = PromptCommand.find(String(line[..<space])) else {
            return .none(at: typed.utf8.count)
        }
        if ["time", "full"].contains(command.name) { return completeLua(argument, rest: rest, offset: start) }
        if command.arguments.contains("FILE") { return completeFile(argument, from: start, command) }
        return Self.completion(of: argument, from: start, among: arguments(of: command, typed: argument))
    }

    private func arguments(of command: PromptCommand, typed: String) -> [Candidate] {
        switch command.name {
        case "help": return PromptCommand.all.map { Candidate($0.name, summary: $0.summary) }
        case "doc":
            let functions = names([]).fields.filter { $0.type == "function" && LuaWords.isName($0.name) }
            let own = functions.filter { Registry.entry(named: $0.name) == nil }
            return DocTopics.words.map { Candidate($0.name, summary: $0.summary) }
                + Registry.entries.map { Candidate($0.name, summary: $0.summary) }
                + own.map { Candidate($0.name, summary: "your own function") }
        case "explain":
            let known = Dictionary(Self.codes.map { ($0.text, $0.summary) }) { first, _ in first }
            return codes().map { Candidate($0.code, summary: known[$0.code] ?? $0.meaning) }
        case "drop", "edit": return rules().map { Candidate($0, summary: "rule") }
        case "stop": return numbers.stop.map { Candidate(String($0), summary: "goes on in the background") }
        case "allow", "refuse": return numbers.answer.map { Candidate(String($0), summary: "waits for an answer") }
        case "sim" where typed.hasPrefix("code "):
            return Self.codes.map { Candidate("code \($0.text)", summary: $0.summary) }
                + [Candidate("code off", summary: "the code that phone and token ask for")]
        case "sim":
            return [
                Candidate("code ", label: "code", summary: "every reply has this code"),
                Candidate("delay ", label: "delay", summary: "every reply comes this much later, such as 250ms"),
                Candidate("rules on", summary: "tokens work once and expire"), Candidate("rules off"),
                Candidate("clock +", summary: "its clock goes on that much, such as 30s"),
            ]
        case "set" where typed.hasPrefix("trace "):
            return SessionOptions.TraceMode.allCases.map { Candidate("trace \($0.rawValue)") }
        case "set":
            return settings.map { Candidate($0.name + " ", label: $0.name, summary: "\($0.what), now \($0.value)") }
        case "store":
            return [
                Candidate("get ", label: "get", summary: "shows what stands under a key"),
                Candidate("set ", label: "set", summary: "puts a value under a key"),
                Candidate("delete ", label: "delete", summary: "takes a key away"),
            ]
        case "history": return [Candidate("-n ", label: "-n", summary: "how many blocks are listed")]
        case "explore": return rules().map { Candidate($0, summary: "rule") } + Self.codes
        default: return Self.choices(in: command.arguments)
        }
    }

    /// The words of a usage such as "on|full|off" and "[on|off]".
    private static func choices(in usage: String) -> [Candidate] {
        let words = usage.split { "[]|".contains($0) }.map(String.init)
        return words.filter { $0.allSatisfy { $0.isLowercase && $0.isLetter } }.map { Candidate($0) }
    }

    // MARK: - Files

    private func completeFile(_ typed: String, from begin: Int, _ command: PromptCommand) -> Completion {
        // The words before the file belong to the command; a quotation mark stays.
        let isFirst = command.arguments.hasPrefix("FILE")
        let before =
            isFirst
            ? 0
            : typed.utf8.count - (typed.split(separator: " ", omittingEmptySubsequences: false).last?.utf8.count ?? 0)
        let rest = String(decoding: Array(typed.utf8)[before...], as: UTF8.self)
        let isQuoted = rest.hasPrefix("\"") || rest.hasPrefix("'")
        let argument = isQuoted ? String(rest.dropFirst()) : rest
        let start = begin + before + (isQuoted ? 1 : 0)
        let folder = argument.lastIndex(of: "/").map { String(argument[...$0]) } ?? ""
        let name = String(argument.dropFirst(folder.count))
        let names = Files.names(in: path(of: folder)).filter { !$0.hasPrefix(".") || name.hasPrefix(".") }
        let option = command.arguments.hasPrefix("[-f]") && start == begin
        let words =
            option
            ? [Candidate("-f ", label: "-f", summary: "replaces a file that is there")]
            : folder.isEmpty ? Self.choices(in: command.arguments) : []
        return Self.completion(
            of: name, from: start + folder.utf8.count,
            among: names.map { Candidate($0) } + words)
    }

    private func path(of folder: String) -> String {
        if folder.isEmpty { return "." }
        if folder.hasPrefix("~/"), let home { return home + folder.dropFirst() }
        return folder
    }
}
