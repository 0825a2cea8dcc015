// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialPresentation
import MoondialRules
import NumberVerification

/// Names, members, keys and codes.
extension Completer {
    /// `offset`: where the Lua code begins in the text, in bytes; `rest`: the text after the cursor.
    func completeLua(_ typed: String, rest: ArraySlice<UInt8>, offset: Int) -> Completion {
        let text = LuaText(Array(typed.utf8))
        let end = text.bytes.count
        if let literal = text.literal(around: end) {
            guard literal.kind == .unclosed, literal.opening > 0 else { return .none(at: offset + end) }
            return completeString(literal, in: text, rest: rest, offset: offset)
        }
        let count = countBeforeWord(in: text)
        let prefix = count < text.tokens.count ? text.text(text.tokens[count].range.lowerBound..<end) : ""
        let isNumber = count < text.tokens.count && text.tokens[count].kind == .number
        let found = isNumber ? numbers(before: count, in: text) : candidates(before: count, end: end, in: text)
        return Self.completion(of: prefix, from: offset + end - prefix.utf8.count, among: found)
    }

    /// How many tokens there are before the word that the text ends with. Letters that are no part of Lua's names belong to
    /// the word: they may be part of a key.
    private func countBeforeWord(in text: LuaText) -> Int {
        var count = text.tokens.count
        var end = text.bytes.count
        while count > 0, text.tokens[count - 1].range.upperBound == end {
            let token = text.tokens[count - 1]
            let isLetters = token.kind == .invalid && text.bytes[token.range.lowerBound] >= 0x80
            guard isLetters || [.name, .keyword, .number].contains(token.kind) else { break }
            count -= 1
            end = token.range.lowerBound
        }
        return count
    }

    /// What may stand after the tokens before an index; `end`: the length of the text.
    private func candidates(before index: Int, end: Int, in text: LuaText) -> [Candidate] {
        let isMethod = text.isSign(index - 1, ":")
        if isMethod || text.isSign(index - 1, ".") {
            let word = index < text.tokens.count ? text.tokens[index].range.lowerBound : end
            let lead = word - text.tokens[index - 1].range.lowerBound
            return members(after: index - 1, in: text, areMethods: isMethod, lead: lead)
        }
        if CallSite.isAtHook(before: index, in: text) {
            return Registry.hooks.map { Candidate($0.name, summary: $0.summary) }
        }
        switch CallSite.mapPlace(before: index, in: text) {
        case .key?: return Self.verdicts + Self.codes.map { Candidate("[\($0.text)]", summary: $0.summary) }
        case .index?: return Self.codes
        case nil: break
        }
        if let call = CallSite(before: index, in: text), call.isAtKey, let options = call.parameter?.options,
            !options.isEmpty
        {
            return options.map { Candidate($0.name, summary: "\($0.type): \($0.summary)") }
        }
        return numbers(before: index, in: text) + words(before: index, in: text)
    }

    private func words(before index: Int, in text: LuaText) -> [Candidate] {
        let globals = names([]).fields.filter { LuaWords.isName($0.name) }.map {
            candidate($0.name, type: $0.type, path: "")
        }
        let arguments = shapes(of: text).arguments(around: index).map {
            Candidate($0.name, summary: "of the hook: see :doc \($0.record)")
        }
        let locals = text.tokens.indices.prefix(index).filter { text.keyword($0 - 1) == .local && text.isName($0) }
            .map { Candidate(text.text(text.tokens[$0]), summary: "local") }
        let keywords = LuaKeyword.allCases.map { Candidate($0.rawValue, summary: "keyword") }
        return arguments + locals + globals + keywords
    }

    // MARK: - Members

    /// What may follow the dot or colon with this index. `lead`: the bytes from it to the end of the blanks after it.
    private func members(after index: Int, in text: LuaText, areMethods: Bool, lead: Int) -> [Candidate] {
        guard let chain = LuaChain(endingAt: index - 1, in: text) else { return [] }
        let shapes = shapes(of: text)
        let shape = shapes.shape(of: chain)
        if shape == .string { return areMethods ? strings : [] }
        if case .record(let record)? = shape, !areMethods {
            let known = Registry.fields(of: record).map { Candidate($0.name.afterLastDot, summary: $0.summary) }
            return known + live(chain, areMethods: false, lead: lead)
        }
        return live(chain, areMethods: areMethods, lead: lead)
    }

    /// The fields of the present value.
    private func live(_ chain: LuaChain, areMethods: Bool, lead: Int) -> [Candidate] {
        guard let keys = chain.keys else { return [] }
        let path = keys.compactMap { if case .text(let name) = $0 { name } else { nil } }.map { $0 + "." }.joined()
        return names(keys).fields.filter { !areMethods || ($0.type == "function" && LuaWords.isName($0.name)) }.map {
            LuaWords.isName($0.name)
                ? candidate($0.name, type: $0.type, path: path)
                : Candidate("[\(LuaWords.quoted($0.name.utf8))]", label: $0.name, summary: $0.type, lead: lead)
        }
    }

    func shapes(of text: LuaText) -> ValueShapes { ValueShapes(text: text, names: names) }

    private var strings: [Candidate] {
        Registry.library.filter { $0.name.hasPrefix("string.") && $0.isFunction }.map {
            Candidate($0.name.afterLastDot, summary: $0.summary)
        }
    }

    private func candidate(_ name: String, type: String, path: String) -> Candidate {
        Candidate(name, summary: Registry.entry(named: path + name)?.summary ?? type)
    }

    // MARK: - Codes

    /// The codes of number verification, each with its verdict and its meaning.
    static let codes: [Candidate] = ResponseCode.table.filter { $0.layer == .verify }.map {
        Candidate($0.code.description, summary: "\($0.code.verdict.rawValue): \($0.meaning)")
    }

    static let verdicts = [
        Candidate("match", summary: "code 9000"), Candidate("mismatch", summary: "code 9001"),
        Candidate("unknown", summary: "every other code, and no usable reply"),
        Candidate("default", summary: "what no other entry is for"),
    ]

    /// Candidates for a number: codes, where a code is compared or is a key of `map_result`.
    private func numbers(before index: Int, in text: LuaText) -> [Candidate] {
        if CallSite.mapPlace(before: index, in: text) == .index { return Self.codes }
        guard let (record, field) = comparedField(before: index, in: text), field == "code",
            ["attempt", "decision"].contains(record)
        else { return [] }
        return Self.codes
    }

    /// The field of a record that a comparison before an index is about: "attempt" and "code" after `attempt.code == `.
    func comparedField(before index: Int, in text: LuaText) -> (record: String, field: String)? {
        guard text.tokens.indices.contains(index - 1), ["==", "~="].contains(text.text(text.tokens[index - 1])),
            let chain = LuaChain(endingAt: index - 2, in: text), case .key(.text(let field))? = chain.steps.last,
            case .record(let record)? = shapes(of: text).shape(of: chain.withoutLastStep)
        else { return nil }
        return (record, field)
    }
}

extension String {
    var afterLastDot: String { split(separator: ".").last.map(String.init) ?? self }
}
