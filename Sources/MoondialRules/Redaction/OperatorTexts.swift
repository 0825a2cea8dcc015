// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import NIOConcurrencyHelpers
import NumberVerification

/// Texts of the operator, and the words of the language and of the provider: redaction leaves them as they are,
/// whatever tokens callers submit.
///
/// Of rule files and modules, everything but the comments counts, and strings both as they are written and with escape
/// sequences decoded. A token that is part of such a text is public already, and no secret. Scripts do not count, since
/// their authors also submit the tokens in them. Used from any thread.
package final class OperatorTexts: Sendable {
    private struct State {
        /// Rule files and modules by their names, as they were read.
        var sources: [String: [UInt8]] = [:]
        /// The values of the configuration.
        var values: [UInt8] = []
        /// The searchable form of `sources`, made when it is first needed.
        var searched: [String: [UInt8]] = [:]
        /// The names of all files, scripts included.
        var names: Set<String> = []
        /// Earlier answers, by the hash of the text and of `isWord`.
        var known: [UInt64: Bool] = [:]
    }

    /// How many answers are kept: enough for one search per token, instead of one per occurrence.
    private static let remembered = 1 << 16
    private let state = NIOLockedValueBox(State())
    private let keys = HashKeys()

    package init() {}

    /// Adds a rule file or module that was loaded. It replaces an earlier one of the same name.
    func add(_ source: RuleSource) {
        let name = source.name.description
        state.withLockedValue { state in
            guard state.sources[name] != source.text else { return }
            state.sources[name] = source.text
            state.searched[name] = nil
            state.names.insert(name)
            state.known = [:]
        }
    }

    /// Sets the values that rules read as `moondial.config`.
    func add(config: JSONObject) {
        var values: [UInt8] = []
        Self.append(.object(config), to: &values)
        state.withLockedValue { state in
            state.values = values
            state.known = [:]
        }
    }

    /// Adds the name of a script.
    func add(name: String) { state.withLockedValue { _ = $0.names.insert(name) } }

    /// Whether a file or script that was loaded has this name.
    func isName(_ name: String) -> Bool { state.withLockedValue { $0.names.contains(name) } }

    /// Whether a rule file or module has this name.
    func isSource(_ name: String) -> Bool { state.withLockedValue { $0.sources[name] != nil } }

    /// Whether a text is part of the operator's texts, or names a place in them; punctuation around the text is
    /// ignored. `isWord`: only the unchanged text counts, and only as a whole word.
    func contains(
        _ text: UnsafeBufferPointer<UInt8>, isWord: Bool, _ work: RedactionWork = RedactionWork()
    ) -> Bool {
        guard !text.isEmpty else { return true }
        _ = work.count(text.count)
        let question = keys.hash(of: text) << 1 | (isWord ? 1 : 0)
        return state.withLockedValue { state in
            if let answer = state.known[question] { return answer }
            var answer = Self.holds(Array(text), isWord: isWord, &state, work)
            if !answer, !isWord, let core = Self.core(of: text) {
                answer = Self.holds(core, isWord: false, &state, work)
            }
            if work.isStopping { return false }
            if state.known.count >= Self.remembered { state.known = [:] }
            state.known[question] = answer
            return answer
        }
    }

    private static func holds(_ text: [UInt8], isWord: Bool, _ state: inout State, _ work: RedactionWork) -> Bool {
        let search = ByteSearch(text)
        if search.isHeld(by: OurWords.bytes, isWord: isWord, work)
            || search.isHeld(by: state.values, isWord: isWord, work)
        {
            return true
        }
        for (name, source) in state.sources {
            let searched = state.searched[name] ?? withoutComments(source)
            state.searched[name] = searched
            if search.isHeld(by: searched, isWord: isWord, work) { return true }
        }
        return isPlace(text, state.names)
    }

    /// The text without punctuation at both ends, since messages put quotation marks around names. Nil when less than
    /// half of the text remains.
    private static func core(of text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        func isPunctuation(_ byte: UInt8) -> Bool { byte < 0x80 && !LuaLexer.isWord(byte) }
        let core = text.drop(while: isPunctuation).reversed().drop(while: isPunctuation)
        return core.count < text.count && core.count * 2 >= text.count ? core.reversed() : nil
    }

    // MARK: - Searchable texts

    /// The text without its comments, and the strings in it that hold escape sequences.
    private static func withoutComments(_ source: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var strings: [UInt8] = []
        var position = 0
        for token in LuaLexer.tokens(of: source) {
            if token.kind == .comment {
                result += source[position..<token.range.lowerBound] + [0]
                position = token.range.upperBound
            } else if token.kind == .string, token.opening == 1, source[token.content].contains(UInt8(ascii: "\\")) {
                strings += [0] + LuaEscapes.decoded(source[token.content])
            }
        }
        return result + source[position...] + strings
    }

    /// Part of the name of a file, or its end with the number of a line, with or without a colon: "rules.lua:12:".
    private static func isPlace(_ text: [UInt8], _ names: Set<String>) -> Bool {
        let name = Array(text.reversed().drop { $0 == UInt8(ascii: ":") || LuaLexer.isDigit($0) }.reversed())
        let search = ByteSearch(text)
        let hasLine = text[name.count...].contains(UInt8(ascii: ":"))
        return names.contains { known in
            let bytes = Array(known.utf8)
            return hasLine && !name.isEmpty && bytes.suffix(name.count) == name[...]
                || search.isHeld(by: bytes, isWord: false)
        }
    }

    private static func append(_ value: JSONValue, to bytes: inout [UInt8]) {
        switch value {
        case .null, .bool: break
        case .integer, .double: bytes += value.bytes
        case .string(let text): bytes += text.utf8
        case .array(let elements): for element in elements { append(element, to: &bytes) }
        case .object(let object):
            for member in object.members {
                bytes += member.key.utf8
                bytes.append(0)
                append(member.value, to: &bytes)
            }
        }
        bytes.append(0)
    }
}

/// The words of the language, of traces and of the provider.
private enum OurWords {
    static let bytes: [UInt8] = {
        var words = Registry.entries.map(\.name) + StandardLibrary.allowed + StandardLibrary.omitted.map(\.name)
        words += Hook.names + Decision.Outcome.allCases.map(\.rawValue) + Verdict.allCases.map(\.rawValue)
        words += Endpoint.allCases.map(\.rawValue) + Guard.allCases.flatMap { [$0.rawValue, $0.explanation] }
        words += HookFailure.Kind.allCases.flatMap { [$0.rawValue, $0.reason, $0.explanation] }
        words += AttemptError.Kind.allCases.map(\.rawValue) + DiagnosticCode.allCases.map(\.rawValue)
        words += Channel.allCases.map(\.rawValue) + RunRequest.Carrier.allCases.map(\.rawValue)
        words += Delivered.allCases.map(\.rawValue) + RunRequest.keys + Prelude.resultFields + Prelude.requestFields
        words += Prelude.attemptFields + Prelude.errorFields
        words += ResponseCode.table.flatMap { [$0.content, $0.meaning, "code_\($0.code)"] }
        words += [RunMachine.cancellationReason, Decision.defaultRule, "stdin", "simulator", "nil", "true", "false"]
        return Array(words.joined(separator: "\n").utf8)
    }()
}
