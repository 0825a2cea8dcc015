// SPDX-License-Identifier: MIT

import MoondialPresentation
import MoondialRules

/// The input and output since `:record`, for reading and for `:replay`.
struct Recording {
    let path: String
    private enum Piece {
        case input(String, ReplPrompt)
        case output(String)
    }

    /// As typed and shown: secrets are removed when the recording is saved, since they are known only after they were
    /// submitted.
    private var pieces: [Piece] = []

    init(path: String) { self.path = path }

    /// A block as it was typed.
    mutating func add(input block: String, prompt: ReplPrompt) {
        if block.trimmingSpaces.hasPrefix(":record") { return }
        pieces.append(.input(block, prompt))
    }

    mutating func add(output lines: String) {
        pieces.append(.output(lines))
    }

    func save(redactor: Redactor) throws(Diagnostic) {
        let redactor = redactor.maskingPhones
        var text = ""
        for piece in pieces {
            switch piece {
            case .input(let block, let prompt):
                let lines = HistoryRedaction.redacted(block, redactor)
                    .split(separator: "\n", omittingEmptySubsequences: false)
                for (index, line) in lines.enumerated() {
                    text += (index == 0 ? prompt.text : prompt.continuation) + line + "\n"
                }
            case .output(let lines):
                // Each line is redacted by itself, since a whole line may be a secret.
                text += DisplayText.withoutStyles(lines).split(separator: "\n", omittingEmptySubsequences: false)
                    .map { redactor.text(String($0)) }.joined(separator: "\n")
            }
        }
        try Files.write(text, to: path, replaces: true)
    }
}
