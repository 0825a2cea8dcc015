// SPDX-License-Identifier: MIT

import Dispatch
import MoondialLua
import MoondialRules
import NIOConcurrencyHelpers
import NIOCore
import Synchronization

/// Answers the editor's questions about a session, on the thread that reads keys.
///
/// The answers come from the event loop. Lua code that never waits may block it: then the editor works without them.
final class SessionSources: Sendable {
    /// How long the editor waits for answers that it can do without.
    private static let patience = DispatchTimeInterval.milliseconds(100)
    /// How long Enter may take.
    private static let enterPatience = DispatchTimeInterval.seconds(1)

    /// How long Enter may take after a paste, which may be long.
    private static let pastePatience = DispatchTimeInterval.seconds(10)

    private let session: NIOLoopBound<ReplSession>
    private let eventLoop: any EventLoop
    private let interrupter: LuaInterrupter
    /// Questions that the event loop has not answered yet.
    private let open = Atomic<Int>(0)
    /// Paths that were looked up since ``forget()``.
    private let known = NIOLockedValueBox<[String: Bool]>([:])

    /// To be called on the event loop.
    init(_ session: ReplSession) {
        self.session = NIOLoopBound(session, eventLoop: session.eventLoop)
        eventLoop = session.eventLoop
        interrupter = session.engine.interrupter
    }

    /// All sources, for an editor.
    var all: EditorSources { EditorSources(completeness: self, names: self, hints: self, completions: self) }

    /// Clears the cache. To be called after a block has run, which may have defined names.
    func forget() { known.withLockedValue { $0 = [:] } }

    /// Stops Lua code in the background that blocks the event loop.
    func interruptWhatDoesNotWait() {
        guard ask(within: Self.patience, { _ in }) == nil else { return }
        interrupter.interrupt()
        // The interrupt must not stop code that runs later.
        eventLoop.execute { [interrupter] in interrupter.clear() }
    }

    /// - Returns: nil when there is no answer in time, or an earlier question is still open.
    private func ask<Answer: Sendable>(
        within patience: DispatchTimeInterval, _ question: @escaping @Sendable (ReplSession) -> Answer
    ) -> Answer? {
        guard open.load(ordering: .acquiring) == 0 else { return nil }
        open.add(1, ordering: .acquiringAndReleasing)
        let answer = BlockingPromise<Answer>()
        eventLoop.execute { [self] in
            let value = question(session.value)
            // Before the answer is given, since the next question may follow at once.
            open.subtract(1, ordering: .acquiringAndReleasing)
            answer.give(value)
        }
        return answer.wait(until: .now() + patience)
    }
}

extension SessionSources: CompletenessSource, NameSource, HintSource, CompletionSource {
    func isIncomplete(_ text: String) -> Bool {
        if ReplSession.isCommand(text) { return false }
        return ask(within: Self.enterPatience) { $0.isIncomplete(text) }
            ?? LuaCompleteness.isIncomplete(Array(text.utf8))
    }

    func inputs(ofPasted text: String) -> [String] {
        ask(within: Self.pastePatience) { $0.inputs(ofPasted: text) } ?? [text]
    }

    func isKnown(_ path: String) -> Bool {
        if Registry.entry(named: path) != nil { return true }
        if let isKnown = known.withLockedValue({ $0[path] }) { return isKnown }
        guard let isKnown = ask(within: Self.patience, { $0.completer.isKnown(path) }) else { return false }
        known.withLockedValue { $0[path] = isKnown }
        return isKnown
    }

    func parameters(of function: String) -> [String]? { Completer.parameters(of: function) }

    func completions(for text: String, at cursor: Int) -> Completions {
        guard let found = ask(within: Self.patience, { $0.completer.complete(text, at: cursor) }) else { return .none }
        return Completions(
            range: found.range,
            candidates: found.candidates.map {
                .init($0.text, label: $0.label, summary: $0.summary, lead: $0.lead)
            })
    }
}
