// SPDX-License-Identifier: MIT

/// Says when a block is finished.
package protocol CompletenessSource {
    /// Whether more lines must follow before the text can be run. A text that is wrong is not incomplete: it is to be run
    /// and to fail.
    func isIncomplete(_ text: String) -> Bool
    /// The inputs in a pasted text, at least one. The default is the text.
    func inputs(ofPasted text: String) -> [String]
}

extension CompletenessSource {
    package func inputs(ofPasted text: String) -> [String] { [text] }
}

/// Knows names, for colours.
package protocol NameSource {
    /// Whether a global or its field is defined, as in `verify`, `moondial.attempt` or `req:match`.
    func isKnown(_ path: String) -> Bool
}

/// Knows the parameters of functions, for the grey hints after `verify(`.
package protocol HintSource {
    /// - Parameter function: As called: `verify`, `moondial.attempt`, `text:match`.
    /// - Returns: The parameters in order as they shall be shown, or nil for functions that are not known.
    func parameters(of function: String) -> [String]?
}

/// Knows how a text may go on.
package protocol CompletionSource {
    /// Candidates to replace a part of `text`, which is the whole block; `cursor` is in bytes of its UTF-8.
    func completions(for text: String, at cursor: Int) -> Completions
}

/// Candidates to replace a part of the text.
package struct Completions: Sendable, Hashable {
    package struct Candidate: Sendable, Hashable {
        /// What is inserted.
        package var text: String
        /// What the menu shows. The default is the text.
        package var label: String
        /// One line about it, or nothing.
        package var summary: String
        /// Bytes before the range that the candidate replaces as well. The default is 0.
        package var lead: Int

        package init(_ text: String, label: String? = nil, summary: String = "", lead: Int = 0) {
            self.text = text
            self.label = label ?? text
            self.summary = summary
            self.lead = lead
        }
    }

    /// What is replaced, in bytes; it ends at the cursor or later.
    package var range: Range<Int>
    /// In the order of the menu.
    package var candidates: [Candidate]

    package init(range: Range<Int>, candidates: [Candidate]) {
        self.range = range
        self.candidates = candidates
    }

    package static let none = Completions(range: 0..<0, candidates: [])
}

/// The sources of an editor. Each is optional. They are called while a key is handled, and must return at once.
package struct EditorSources {
    package var completeness: (any CompletenessSource)?
    package var names: (any NameSource)?
    package var hints: (any HintSource)?
    package var completions: (any CompletionSource)?

    package init(
        completeness: (any CompletenessSource)? = nil, names: (any NameSource)? = nil, hints: (any HintSource)? = nil,
        completions: (any CompletionSource)? = nil
    ) {
        self.completeness = completeness
        self.names = names
        self.hints = hints
        self.completions = completions
    }
}
