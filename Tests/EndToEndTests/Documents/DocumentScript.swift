// SPDX-License-Identifier: MIT

import Foundation

/// What a document asks its reader to do, in order.
struct DocumentScript {
    enum Step {
        /// A command after `$ ` in a `console` block, with the lines that stand below it: their text, and which lines of
        /// the file they are, from 0.
        case command(String, output: String, lines: Range<Int>)
        /// A `diff` block: replaces one line of a file.
        case change(file: String, old: String, new: String)
        /// A `lua` or `yaml` block, whose first line is a comment with the path of the file: `-- rules/web.lua`.
        case file(path: String, text: String)
        /// A `lua` or `yaml` block that does not begin with the path of a file, so that it cannot be tried.
        case nameless
    }

    /// Each step with the number of its line.
    private(set) var steps: [(line: Int, step: Step)] = []

    private let text: [Substring]

    init(markdown: String) {
        text = markdown.split(separator: "\n", omittingEmptySubsequences: false)
        var language: Substring?
        var block: [Substring] = []
        for (index, line) in text.enumerated() {
            if language == nil {
                if line.hasPrefix("```") { language = line.dropFirst(3) }
            } else if line == "```" {
                let first = index + 1 - block.count
                if language == "console" { addCommands(block, at: first) }
                if language == "diff" { addChange(block, at: first) }
                if language == "lua" { addFile(block, at: first, comment: "-- ") }
                if language == "yaml" { addFile(block, at: first, comment: "# ") }
                language = nil
                block = []
            } else {
                block.append(line)
            }
        }
    }

    /// The document with the lines of some outputs replaced.
    func markdown(replacing outputs: [(lines: Range<Int>, output: String)]) -> String {
        var text = text
        for (lines, output) in outputs.reversed() {
            text.replaceSubrange(lines, with: output.split(separator: "\n", omittingEmptySubsequences: false))
        }
        return text.joined(separator: "\n")
    }

    /// A command continues in the next line when it ends with `\` or `|`.
    private mutating func addCommands(_ block: [Substring], at first: Int) {
        var command: (line: Int, text: String)?
        var output: [Substring] = []
        var end = first - 1
        func step() -> (Int, Step)? {
            command.map {
                let lines = end - output.count..<end
                return ($0.line, .command($0.text, output: output.joined(separator: "\n"), lines: lines))
            }
        }
        var goesOn = false
        for (index, line) in block.enumerated() {
            defer { end += 1 }
            if goesOn {
                command?.text += "\n" + line
            } else if line.hasPrefix("$ ") {
                if let step = step() { steps.append(step) }
                command = (first + index, String(line.dropFirst(2)))
                output = []
            } else {
                output.append(line)
                continue
            }
            goesOn = line.hasSuffix("\\") || line.hasSuffix("|")
        }
        if let step = step() { steps.append(step) }
    }

    private mutating func addFile(_ block: [Substring], at first: Int, comment: String) {
        guard let line = block.first, line.hasPrefix(comment),
            let path = line.dropFirst(comment.count).wholeMatch(of: /[\w\/]+\.(lua|yaml)/)
        else {
            steps.append((first, .nameless))
            return
        }
        steps.append((first, .file(path: String(path.0), text: block.joined(separator: "\n") + "\n")))
    }

    private mutating func addChange(_ block: [Substring], at first: Int) {
        guard block.count == 3, block[0].hasPrefix("--- "), block[1].hasPrefix("-"), block[2].hasPrefix("+") else {
            return
        }
        steps.append(
            (
                first,
                .change(
                    file: String(block[0].dropFirst(4)), old: String(block[1].dropFirst()),
                    new: String(block[2].dropFirst()))
            ))
    }
}

extension String {
    /// The text without what differs from run to run: times, bars drawn to scale, rows for gaps, trace ids, revisions.
    var withoutVolatileParts: String {
        replacing(/[^\n]* gap +no hook and no(?: attempt|\n +attempt)\n/, with: "")
            .split(separator: "\n", omittingEmptySubsequences: false)
            .map { line in
                line.replacing(/^ +\d+\.\d{3} [ ▏▎▍▌▋▊▉█├─┤]+/, with: "TIME ")
                    .replacing(/^moondial \d.*\)$/, with: "moondial VERSION")
                    .replacing(/trace [0-9a-f]{16}/, with: "trace ID")
                    .replacing(/rules [0-9a-f]{12}/, with: "rules REVISION")
                    .replacing(/"elapsed_ms":[0-9.]+/, with: "\"elapsed_ms\":TIME")
                    .replacing(/"trace_id":"[0-9a-f]+"/, with: "\"trace_id\":ID")
                    .replacing(/"rules_revision":"[0-9a-f]+"/, with: "\"rules_revision\":REVISION")
            }
            .joined(separator: "\n")
    }
}
