// SPDX-License-Identifier: MIT

import TextFormats

/// The inputs in the text of a conversation: a transcript of `:record`, or text that was copied from a terminal or from
/// documentation.
struct Transcript {
    /// The inputs in order; none when no line begins with a prompt.
    private(set) var inputs: [String] = []

    /// Lines that begin with a prompt are inputs, with the lines after them that begin with a continuation of it. All
    /// other lines are ignored. All lines may be indented by as many blanks as the first prompt.
    init(_ text: String) {
        var indentation: Int?
        var isInInput = false
        for line in text.lines {
            let blanks = line.prefix { $0 == " " }.count
            if indentation == nil, Self.afterPrompt(line.dropFirst(blanks)) != nil { indentation = blanks }
            guard let indentation else { continue }
            let line = line.dropFirst(min(blanks, indentation))
            if blanks == indentation, let typed = Self.afterPrompt(line) {
                inputs.append(String(typed))
                isInInput = true
            } else if isInInput, let typed = Self.afterContinuation(line) {
                inputs[inputs.count - 1] += "\n" + typed
            } else {
                isInInput = false
            }
        }
    }

    /// What follows a prompt: "sim> ", "LIVE(host)> " or "host:port> ". The blank at its end may be lost.
    private static func afterPrompt(_ line: Substring) -> Substring? {
        guard let end = line.firstIndex(of: ">"), end != line.startIndex else { return nil }
        let target = line[..<end]
        guard target.allSatisfy({ $0.isLetter || $0.isNumber || ".:-()[]".contains($0) }) else { return nil }
        guard target == "sim" || target.hasPrefix("LIVE(") || target.contains(":") || target.contains(".") else {
            return nil
        }
        return afterMark(line, end)
    }

    private static func afterContinuation(_ line: Substring) -> Substring? {
        guard line.first == " ", let end = line.firstIndex(where: { $0 != " " }), line[end] == ">" else { return nil }
        return afterMark(line, end)
    }

    private static func afterMark(_ line: Substring, _ mark: Substring.Index) -> Substring? {
        let rest = line[line.index(after: mark)...]
        if rest.isEmpty { return rest }
        return rest.first == " " ? rest.dropFirst() : nil
    }
}
