// SPDX-License-Identifier: MIT

import MoondialLua
import NumberVerification
import Synchronization

/// What the operator wrote, and the words of the language and of the provider: text that no caller's token can change.
///
/// A token that is part of it is no secret, since it is public already. Scripts do not count: who writes a script also
/// submits the tokens in it. Used from any thread.
package final class OperatorTexts: Sendable {
    private struct State {
        /// The texts of rule files and modules by their names, and of the configuration.
        var texts: [String: [UInt8]] = [:]
        /// The names of all files, scripts included.
        var names: Set<String> = []
        /// Answers that were given, by the hash of the text and whether it was asked for as a word.
        var known: [UInt64: Bool] = [:]
    }

    /// So many that a search is made once for each token, and not each time it is met.
    private static let remembered = 1 << 16
    private let state = Mutex(State())
    private let keys = HashKeys()

    package init() {}

    /// A rule file or module was loaded. One of the same name takes the place of the last.
    func add(_ source: RuleSource) { add(source.text, named: source.name.description) }

    func add(_ text: [UInt8], named name: String) {
        state.withLock { state in
            state.texts[name] = text + [0] + Array(name.utf8)
            state.names.insert(name)
            state.known = [:]
        }
    }

    /// A script has that name.
    func add(name: String) { state.withLock { _ = $0.names.insert(name) } }

    /// Whether a file or script that was loaded has this name.
    func isName(_ name: String) -> Bool { state.withLock { $0.names.contains(name) } }

    /// Whether a text is part of what the operator wrote. `isWord`: only with something before and after it that is
    /// neither letter nor digit.
    func contains(_ text: UnsafeBufferPointer<UInt8>, isWord: Bool) -> Bool {
        guard !text.isEmpty else { return true }
        let question = keys.hash(of: text) << 1 | (isWord ? 1 : 0)
        return state.withLock { state in
            if let answer = state.known[question] { return answer }
            let search = ByteSearch(Array(text))
            let answer =
                search.isHeld(by: OurWords.bytes, isWord: isWord)
                || state.texts.values.contains { search.isHeld(by: $0, isWord: isWord) }
            if state.known.count >= Self.remembered { state.known = [:] }
            state.known[question] = answer
            return answer
        }
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
