// SPDX-License-Identifier: MIT

import MoondialLua
package import MoondialRules
import TextFormats

/// A diagnostic as it is shown to people, printable whatever its texts hold:
///
///     error[rule_definition]: rule 'repair' has no hook 'fallbck'; did you mean 'fallback'?
///       --> rules.lua:12
///        |
///     12 |   fallbck = function(req, attempt)
///        |   ^^^^^^^
///        = fix: use one of pre_check, route, fallback, map_result, on_decision
package struct DiagnosticText {
    private let diagnostic: Diagnostic
    private let style: TextStyle
    private let width: Int?

    /// - Parameters:
    ///   - diagnostic: What is shown.
    ///   - style: The default is plain.
    ///   - width: Lines are broken at words to fit into this number of cells, except source lines. The default is nil:
    ///     no line is broken.
    package init(_ diagnostic: Diagnostic, style: TextStyle = .plain, width: Int? = nil) {
        self.diagnostic = diagnostic
        self.style = style
        self.width = width
    }

    /// Lines that end with newlines.
    package var text: String {
        let kind = "error[\(diagnostic.code.rawValue)]"
        var lines = broken(shown(diagnostic.message), after: kind + ": ", indent: 2)
        lines[0] = style.bold(style.colour(kind, .red)) + lines[0].dropFirst(kind.count)
        let number = diagnostic.site.map { String($0.line) } ?? ""
        let margin = String(repeating: " ", count: max(1, number.count))
        if let site = diagnostic.site {
            lines.append("\(margin)\(style.colour("-->", .cyan)) \(shown(site.description))")
        }
        if diagnostic.site != nil, let source = diagnostic.sourceLine.map(shown) {
            let bar = style.colour("|", .cyan)
            lines.append("\(margin) \(bar)")
            lines.append("\(style.colour(number, .cyan)) \(bar) \(source)")
            if let marker = marker(under: source) { lines.append("\(margin) \(bar) \(style.colour(marker, .red))") }
        }
        if let fix = diagnostic.fix.map(shown) {
            let start = "\(margin) = fix: "
            var fixes = broken(fix, after: start, indent: start.count)
            fixes[0] = "\(margin) \(style.colour("=", .cyan))" + fixes[0].dropFirst(margin.count + 2)
            lines += fixes
        }
        if !diagnostic.traceback.isEmpty {
            lines.append("\(margin) \(style.colour("=", .cyan)) traceback:")
            lines += diagnostic.traceback.map { "\(margin)     \(shown($0.description))" }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// A text after `start`, in as many lines as it needs.
    private func broken(_ text: String, after start: String, indent: Int) -> [String] {
        guard let width, DisplayText.width(start + text) > width, width > 2 * indent else { return [start + text] }
        let pieces = DisplayText.wrapped(text, width: width - indent, taken: start.count - indent, cutsWords: false)
        return [start + pieces[0]] + pieces.dropFirst().map { String(repeating: " ", count: indent) + $0 }
    }

    private func shown(_ text: String) -> String { String(escaping: text.utf8) }

    /// Carets under the subject, or under the whole line but its indentation when the subject is not in it.
    private func marker(under source: String) -> String? {
        let start: String.Index
        let marked: Substring
        if let subject = diagnostic.subject,
            let range = knownRange(of: subject, in: source) ?? range(of: subject, in: source)
        {
            (start, marked) = (range.lowerBound, source[range])
        } else {
            guard let first = source.firstIndex(where: { $0 != " " }) else { return nil }
            (start, marked) = (first, source[first...])
        }
        let indentation = String(repeating: " ", count: DisplayText.width(String(source[..<start])))
        return indentation + String(repeating: "^", count: max(1, DisplayText.width(String(marked))))
    }

    /// The subject at its offset; nil when the offset does not fit, as after a secret was removed from the line.
    private func knownRange(of subject: String, in source: String) -> Range<String.Index>? {
        guard let offset = diagnostic.subjectOffset, !subject.isEmpty, offset <= source.utf8.count else { return nil }
        let start = source.utf8.index(source.startIndex, offsetBy: offset)
        guard source[start...].hasPrefix(subject),
            let end = source.index(start, offsetBy: subject.count, limitedBy: source.endIndex)
        else { return nil }
        return start..<end
    }

    /// The first place of the subject as a whole word, else its first place.
    private func range(of subject: String, in source: String) -> Range<String.Index>? {
        guard !subject.isEmpty else { return nil }
        var first: Range<String.Index>?
        var start = source.startIndex
        while start < source.endIndex {
            if source[start...].hasPrefix(subject) {
                let end = source.index(start, offsetBy: subject.count)
                first = first ?? start..<end
                let isPartOfWord =
                    start > source.startIndex && source[source.index(before: start)].isWordCharacter
                    || end < source.endIndex && source[end].isWordCharacter
                if !isPartOfWord { return start..<end }
            }
            start = source.index(after: start)
        }
        return first
    }
}

extension Character {
    fileprivate var isWordCharacter: Bool { isLetter || isNumber || self == "_" }
}
