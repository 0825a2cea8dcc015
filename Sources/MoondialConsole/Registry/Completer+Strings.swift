// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialPresentation
import MoondialRules
import NumberVerification
import NumberVerificationSimulator

/// Candidates for the content of a string, by the place of the string.
extension Completer {
    /// A value that the string could have.
    private struct Value {
        let text: String
        var summary = ""
        /// Nothing follows: the string can be closed.
        var isWhole = true
    }

    /// `literal`: the string that the text ends in.
    func completeString(
        _ literal: LuaToken, in text: LuaText, rest: ArraySlice<UInt8>, offset: Int
    ) -> Completion {
        let index = text.index(endingAfter: literal.range.lowerBound)
        let typed = text.value(ofString: literal)
        let quote = literal.opening == 1 ? text.bytes[literal.range.lowerBound] : nil
        var start = literal.range.lowerBound + literal.opening
        var prefix = typed
        var values = values(at: index, typed: typed, in: text)
        if let directives = directives(at: index, typed: typed, in: text) {
            // Each directive is completed by itself; those before it stay.
            prefix = String(typed[(typed.lastIndex { $0 == "," || $0 == ":" } ?? typed.startIndex)...].dropFirst())
            start = text.bytes.count - prefix.utf8.count
            values = directives
        }
        let end = closing(after: quote, isKey: text.isSign(index - 1, "["), rest: rest)
        let candidates = values.map { value in
            Candidate(
                Self.escaped(value.text, quote: quote) + (value.isWhole ? end : ""), label: value.text,
                summary: value.summary)
        }
        let found = Self.completion(of: prefix, from: 0, among: candidates)
        return Completion(range: offset + start..<offset + text.bytes.count, candidates: found.candidates)
    }

    /// The closing quote and bracket, as far as the text does not have them already.
    private func closing(after quote: UInt8?, isKey: Bool, rest: ArraySlice<UInt8>) -> String {
        guard let quote, rest.first != quote else { return "" }
        return String(UnicodeScalar(quote)) + (isKey && rest.first != UInt8(ascii: "]") ? "]" : "")
    }

    /// The text as it is written between these quotes. `quote` is nil for long brackets, in which nothing is escaped.
    private static func escaped(_ text: String, quote: UInt8?) -> String {
        guard let quote else { return text }
        let escaped = String(LuaWords.quoted(text.utf8).dropFirst().dropLast())
        return quote == UInt8(ascii: "'") ? escaped.replacing("'", with: "\\'") : escaped
    }

    // MARK: - Places

    private func values(at index: Int, typed: String, in text: LuaText) -> [Value] {
        if CallSite.mapPlace(before: index, in: text) == .index {
            return Self.verdicts.map { Value(text: $0.text, summary: $0.summary) }
        }
        if text.isSign(index - 1, "["), let chain = LuaChain(endingAt: index - 2, in: text) {
            return keys(of: chain, in: text)
        }
        if let (record, field) = comparedField(before: index, in: text) {
            return Self.values(ofField: field, in: record)
        }
        if text.isSign(index - 1, "="), let values = entry(at: index - 2, in: text) { return values }
        if text.path(endingAt: index - 1) == "rule" {
            return rules().map { Value(text: $0, summary: "replaces this rule") }
        }
        if let hook = CallSite.functions(around: index, in: text).last?.name, ["route", "fallback"].contains(hook),
            [.return, .and, .or].contains(text.keyword(index - 1))
        {
            return Self.described(Endpoint.allCases.map(\.rawValue))
        }
        guard let parameter = parameter(at: index, in: text) else { return [] }
        if isSimulated, parameter.name == "phone" { return Self.phones }
        if isSimulated, parameter.name == "token" {
            return [Value(text: "sim:", summary: Self.simulator, isWhole: false)]
        }
        return Self.described(Registry.alternatives(in: parameter.type))
    }

    private static let simulator = "asks the simulator for something; Tab again lists what"

    /// The parameter for which a string at an index is the argument: in parentheses, or right after the function.
    private func parameter(at index: Int, in text: LuaText) -> RegistryEntry.Parameter? {
        if let path = text.path(endingAt: index - 1) { return Registry.entry(named: path)?.parameters.first }
        guard let call = CallSite(before: index, in: text), !call.isInTable else { return nil }
        return call.parameter
    }

    private func keys(of chain: LuaChain, in text: LuaText) -> [Value] {
        if case .record(let record)? = shapes(of: text).shape(of: chain) {
            return Registry.fields(of: record).map { Value(text: $0.name.afterLastDot, summary: $0.summary) }
        }
        return chain.keys.map { names($0).fields.map { Value(text: $0.name, summary: $0.type) } } ?? []
    }

    /// Values for the field of a table whose name is at an index: an option of a call, or the endpoint of a fallback.
    private func entry(at name: Int, in text: LuaText) -> [Value]? {
        guard text.isName(name) else { return nil }
        let key = text.text(text.tokens[name])
        if let call = CallSite(before: name, in: text), call.isAtKey,
            let option = call.parameter?.options.first(where: { $0.name == key })
        {
            return Self.described(Registry.alternatives(in: option.type))
        }
        let isFallback = CallSite.functions(around: name, in: text).last?.name == "fallback"
        return isFallback && key == "endpoint" ? Self.described(Endpoint.allCases.map(\.rawValue)) : nil
    }

    private static func values(ofField field: String, in record: String) -> [Value] {
        if (record, field) == ("error", "kind") { return AttemptError.Kind.allCases.map { Value(text: $0.rawValue) } }
        return described(Registry.entry(named: "\(record).\(field)")?.type.map(Registry.alternatives) ?? [])
    }

    private static func described(_ words: [String]) -> [Value] {
        words.map { Value(text: $0, summary: meanings[$0] ?? "") }
    }

    private static let meanings = [
        "mobile": "tokens of the Android, iOS and Harmony SDKs", "h5": "tokens of the Web SDK",
        "native": "the Android, iOS and Harmony SDKs", "web": "the Web SDK",
        "CM": "China Mobile", "CU": "China Unicom", "CT": "China Telecom",
        "match": "code 9000", "mismatch": "code 9001", "unknown": "every other code, and no usable reply",
        "allow": "let the user in", "deny": "do not let the user in",
        "review": "a person or another check has to decide",
    ]

    // MARK: - The simulator

    /// Phones that ask the simulator for a code.
    private static let phones = Simulator.magicTable.filter { $0.section == .phone && $0.given.utf8.count == 11 }.map {
        Value(text: $0.given, summary: $0.outcome)
    }

    /// Directives that may follow in a token that begins with `sim:`; nil for other strings.
    private func directives(at index: Int, typed: String, in text: LuaText) -> [Value]? {
        guard isSimulated, typed.hasPrefix("sim:"), parameter(at: index, in: text)?.name == "token" else { return nil }
        let list = typed.dropFirst(4).split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let names = list.map { String($0.prefix { $0 != "=" }) }
        let current = list.last ?? ""
        guard current.contains("="), let directive = Simulator.directives.first(where: { $0.name == names.last }) else {
            let used = Set(names.dropLast())
            return Simulator.directives.filter { !used.contains($0.name) }.map {
                Value(text: "\($0.name)=", summary: $0.summary, isWhole: false)
            }
        }
        return directive.values.map {
            // Another directive may follow.
            Value(text: "\(directive.name)=\($0.value)", summary: $0.summary, isWhole: false)
        }
    }
}
