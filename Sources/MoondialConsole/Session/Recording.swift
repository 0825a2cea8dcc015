// SPDX-License-Identifier: MIT

import MoondialPresentation
import MoondialRules

/// What was typed and shown since `:record`, to be read, or played again.
struct Recording {
    let path: String
    private enum Piece {
        case input(String, ReplPrompt)
        case output(String)
    }

    /// As typed and shown: secrets are taken out when it is saved, since they are known only after they were submitted.
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
                // A line may be a value of its own.
                text += DisplayText.withoutStyles(lines).split(separator: "\n", omittingEmptySubsequences: false)
                    .map { redactor.text(String($0)) }.joined(separator: "\n")
            }
        }
        try Files.write(text, to: path, replaces: true)
    }

    /// The blocks of a transcript, in order.
    static func blocks(of transcript: String) -> [String] {
        var blocks: [String] = []
        var isInBlock = false
        for line in transcript.split(separator: "\n", omittingEmptySubsequences: false) {
            if let typed = typed(line) {
                blocks.append(typed)
                isInBlock = true
            } else if isInBlock, line.first == " ", let end = line.firstRange(of: "> "),
                line[..<end.lowerBound].allSatisfy({ $0 == " " })
            {
                blocks[blocks.count - 1] += "\n" + line[end.upperBound...]
            } else {
                isInBlock = false
            }
        }
        return blocks
    }

    /// What follows a prompt, which is "sim> ", "LIVE(host)> " or "host:port> ".
    private static func typed(_ line: Substring) -> String? {
        guard let end = line.firstRange(of: "> ") else { return nil }
        let target = line[..<end.lowerBound]
        guard !target.isEmpty, target.allSatisfy({ $0.isLetter || $0.isNumber || ".:-()[]".contains($0) }) else {
            return nil
        }
        guard target == "sim" || target.hasPrefix("LIVE(") || target.contains(":") || target.contains(".") else {
            return nil
        }
        return String(line[end.upperBound...])
    }
}
