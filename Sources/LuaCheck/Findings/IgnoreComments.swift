// SPDX-License-Identifier: MIT

import LuaSyntax

/// Comments that switch findings off: `-- moondial: ignore CODE reason`, on the line of the finding or alone on the line
/// before it.
struct IgnoreComments {
    private struct Mark {
        let code: String
        let hasReason: Bool
        /// The line whose findings the comment switches off.
        let line: Int
        let range: Range<Int>
    }

    private let file: String
    private let source: SourceText
    /// See ``Vocabulary/otherCodes``.
    private let otherCodes: Set<String>
    private var marks: [Mark] = []

    init(_ file: String, _ tree: SyntaxTree, otherCodes: Set<String>) {
        self.file = file
        self.otherCodes = otherCodes
        source = tree.source
        var alone: [Mark] = []
        for comment in tree.comments where comment.isLine {
            guard let words = Self.words(source.text(in: comment.range)) else { continue }
            let line = source.line(at: comment.range.lowerBound)
            let isAlone = source.bytes[source.lineStarts[line - 1]..<comment.range.lowerBound].allSatisfy {
                $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t")
            }
            let mark = Mark(
                code: words.first.map(String.init) ?? "", hasReason: words.count > 1, line: isAlone ? line + 1 : line,
                range: comment.range)
            if !isAlone {
                marks.append(mark)
                continue
            }
            // Several such comments in a row apply to the line after the last one.
            if alone.last.map({ $0.line != line }) ?? false { alone = flush(alone) }
            alone.append(mark)
        }
        _ = flush(alone)
    }

    private mutating func flush(_ alone: [Mark]) -> [Mark] {
        guard let line = alone.last?.line else { return [] }
        marks += alone.map { Mark(code: $0.code, hasReason: $0.hasReason, line: line, range: $0.range) }
        return []
    }

    /// The words after `moondial: ignore`, or nil for another comment.
    private static func words(_ comment: String) -> [Substring]? {
        let words = comment.drop { $0 == "-" }.split { $0 == " " || $0 == "\t" }
        guard words.count >= 2, words[0] == "moondial:", words[1] == "ignore" else { return nil }
        return Array(words.dropFirst(2))
    }

    /// The codes that are switched off, each with the line of its findings.
    var codes: [(code: String, line: Int)] { marks.map { ($0.code, $0.line) } }

    /// The findings that are not switched off, with those about the comments.
    func filter(_ findings: [Finding]) -> [Finding] {
        guard !marks.isEmpty else { return findings }
        var used = Set<Int>()
        var kept = findings.filter { finding in
            guard finding.code.canBeIgnored,
                let index = marks.firstIndex(where: {
                    $0.line == finding.start.line && $0.code == finding.code.rawValue
                })
            else { return true }
            used.insert(index)
            return false
        }
        for (index, mark) in marks.enumerated() {
            if let problem = problem(of: mark, isUsed: used.contains(index)) { kept.append(problem) }
        }
        return kept.sorted { ($0.start, $0.code.rawValue) < ($1.start, $1.code.rawValue) }
    }

    private func problem(of mark: Mark, isUsed: Bool) -> Finding? {
        func finding(_ code: FindingCode, _ message: String, _ hint: String? = nil) -> Finding {
            Finding(code, message, file: file, mark.range, of: source, hint: hint)
        }
        if mark.code.isEmpty {
            return finding(.ignoreUnknownCode, "the comment names no code", "write '-- moondial: ignore CODE reason'")
        }
        let withoutReason = { finding(.ignoreWithoutReason, "the comment does not say why it ignores \(mark.code)") }
        if otherCodes.contains(mark.code) { return mark.hasReason ? nil : withoutReason() }
        guard let code = FindingCode(rawValue: mark.code) else {
            return finding(.ignoreUnknownCode, "there is no finding '\(mark.code)'")
        }
        if !code.canBeIgnored { return finding(.ignoreWithoutEffect, "\(code.rawValue) cannot be ignored") }
        if !isUsed {
            return finding(.ignoreWithoutEffect, "line \(mark.line) has no finding \(code.rawValue) to ignore")
        }
        return mark.hasReason ? nil : withoutReason()
    }
}
