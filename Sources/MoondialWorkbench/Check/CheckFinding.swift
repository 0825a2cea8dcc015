// SPDX-License-Identifier: MIT

package import LuaCheck
package import LuaSyntax
import MoondialRules
import TextFormats

/// One thing that `moondial check` has found, by reading files or by exploring rules.
package struct CheckFinding: Sendable {
    /// The code of the finding, which `moondial explain` accepts.
    package let code: String
    package let severity: Severity
    /// The finding in one line; may hold bytes that have to be escaped.
    package let message: String
    /// The name of the file, as the user gave it.
    package let file: String
    package let start: SourcePosition
    /// After the last character.
    package let end: SourcePosition
    /// The line in which the finding starts; empty when it is about no line.
    package let sourceLine: String
    /// What to do in this case, if there is more to say than the advice.
    package let hint: String?
    /// The meaning of the code, as `advice` is its advice.
    let meaning: String
    let advice: String
    /// A test in Lua that shows the finding; nil if it was found by reading the file.
    let example: String?

    package init(_ finding: Finding) {
        code = finding.code.rawValue
        severity = finding.severity
        message = finding.message
        file = finding.file
        start = finding.start
        end = finding.end
        sourceLine = finding.sourceLine
        hint = finding.hint
        meaning = finding.code.meaning
        advice = finding.code.advice
        example = nil
    }

    /// A finding about a line of a file. A finding about all rules is placed at the beginning of the file.
    init(_ finding: RulebookFinding, file: String, line: Int?, text: String, example: String?) {
        code = finding.code.rawValue
        severity = Severity(finding.severity)
        message = finding.message
        self.file = file
        sourceLine = text
        let indentation = text.prefix { $0 == " " || $0 == "\t" }.count
        start = SourcePosition(line: line ?? 1, column: indentation + 1)
        end = SourcePosition(line: line ?? 1, column: max(indentation, text.count) + 1)
        hint = finding.code.advice
        meaning = finding.code.meaning
        advice = finding.code.advice
        self.example = example
    }

    /// "rules.lua:3:12".
    package var place: String { "\(file):\(start.line):\(start.column)" }
}

extension Severity {
    init(_ severity: RulebookFinding.Severity) {
        self =
            switch severity {
            case .error: .error
            case .warning: .warning
            case .note: .note
            }
    }
}

/// The findings of an exploration of rules.
package struct ExploredFindings: Sendable {
    /// The worst first.
    package let findings: [CheckFinding]
    /// How many paths were taken.
    package let pathCount: Int
    /// What the exploration left out, or nil.
    package let omission: String?

    /// - Parameters:
    ///   - exploration: The exploration of the rules.
    ///   - files: The rule files and their modules. Findings about no line are placed in the first file.
    init(_ exploration: Exploration, files: [CheckedFile]) {
        pathCount = exploration.paths.count
        omission = exploration.omission
        let ignored = Dictionary(uniqueKeysWithValues: files.map { ($0.name, Checker.ignoredCodes(in: $0.bytes)) })
        findings = RulebookFindings(exploration).all.compactMap { finding in
            let place = finding.place?.fileAndLine
            let file = files.first { $0.name == place?.file } ?? files.first
            let line = place.flatMap { Int($0.line) }
            let code = finding.code.rawValue
            let isIgnored =
                if let line, let place {
                    ignored[place.file]?.contains { $0.code == code && $0.line == line } ?? false
                } else {
                    ignored.values.contains { $0.contains { $0.code == code } }
                }
            guard !isIgnored else { return nil }
            let source = SourceText(file?.bytes ?? [])
            let text = line.flatMap { line in
                (1...source.lineStarts.count).contains(line)
                    ? String(decoding: source.bytes(ofLine: line), as: UTF8.self) : nil
            }
            return CheckFinding(
                finding, file: place?.file ?? file?.name ?? "rules", line: line, text: text ?? "",
                example: finding.example.map {
                    ExplorationReport.example($0, exploration, name: finding.message)
                })
        }
    }
}
