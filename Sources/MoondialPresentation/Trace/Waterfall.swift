// SPDX-License-Identifier: MIT

import JSON
package import MoondialRules
import NumberVerification
import TextFormats

/// Draws a trace as text: one row per step with its duration in milliseconds, a bar to scale and what happened.
///
///        0.018  ▏                     pre_check    mainland mobile numbers only (rules.lua:2)
///       41.300  ██████████▎           attempt 1    mobile · HTTP 200 · 9020 The token could not be read
///       42.100            ██████████  attempt 2    h5 · HTTP 200 · 9000 The number is the one of the SIM ... · billed
///        0.000                     ▏  decision     allow — map_result entry 'match' of rule 'verdicts become decisions'
///       83.455  ├──────────────────┤  total        2 attempts
package struct Waterfall: Sendable {
    /// The characters for bars and punctuation.
    package enum Repertoire: Sendable {
        case unicode
        /// Other characters, such as a rule's Chinese name, are escaped.
        case ascii
    }

    private let width: Int
    private let repertoire: Repertoire
    private let style: TextStyle

    /// - Parameters:
    ///   - width: The cells of a line. Less than 60 leaves out the bars; less than 40 counts as 40.
    ///   - repertoire: What the terminal can show.
    ///   - style: The default is plain.
    package init(width: Int, repertoire: Repertoire, style: TextStyle = .plain) {
        self.width = max(40, width)
        self.repertoire = repertoire
        self.style = style
    }

    /// The lines of the drawing, each ended by a newline.
    package func draw(_ trace: Trace) -> String {
        let steps = trace.steps
        let total = steps.map { $0.start + $0.duration }.max() ?? .zero
        let attempts = steps.count { if case .attempt = $0.kind { true } else { false } }
        var lines = header(of: trace)
        for row in rows(for: steps, of: trace, total: total) { lines += draw(row, total: total) }
        lines += draw(
            Row(
                took: total, bar: .scale, label: "total", body: "\(attempts) attempt\(attempts == 1 ? "" : "s")",
                tint: nil),
            total: total)
        return lines.map { $0 + "\n" }.joined()
    }

    private func header(of trace: Trace) -> [String] {
        let (run, redactor) = (trace.run, trace.redactor)
        var parts = ["trace \(trace.id)", redactor.phone(run.request.phone)]
        if let exID = run.request.exID { parts.append("exID \(redactor.text(exID))") }
        if let channel = run.channel { parts.append("channel \(channel.rawValue)") }
        for member in redactor.object(run.options).members {
            parts.append("\(member.key) \(member.value.stringValue ?? member.value.description)")
        }
        parts.append("rules \(trace.revision)")
        return DisplayText.wrapped(visible(parts.joined(separator: marks.separator)), width: width).map(style.bold)
    }
}

// MARK: - Rows

extension Waterfall {
    private enum Bar {
        case span(Range<Duration>)
        case gap(Range<Duration>)
        case scale
    }

    private struct Row {
        let took: Duration
        let bar: Bar
        let label: String
        let body: String
        let tint: Style.Colour?
    }

    /// A row per step, and one for every stretch of time, long enough to fill a cell, in which nothing happened.
    private func rows(for steps: [TraceStep], of trace: Trace, total: Duration) -> [Row] {
        var rows: [Row] = []
        var covered = Duration.zero
        for step in steps {
            if step.start > covered, (step.start - covered) * max(10, barWidth) >= total {
                let gap = covered..<step.start
                rows.append(
                    Row(
                        took: step.start - covered, bar: .gap(gap), label: "gap", body: "no hook and no attempt",
                        tint: nil))
            }
            covered = max(covered, step.start + step.duration)
            let entry = Entry(step, of: trace, marks)
            rows.append(
                Row(
                    took: step.duration, bar: .span(step.start..<(step.start + step.duration)), label: entry.label,
                    body: entry.body, tint: entry.tint))
        }
        return rows
    }

    private func draw(_ row: Row, total: Duration) -> [String] {
        let took = row.took.millisecondsText
        var prefix = String(repeating: " ", count: max(0, Waterfall.tookWidth - took.count)) + took + "  "
        var indent = prefix.count
        if barWidth > 0 {
            prefix += tinted(draw(row.bar, total: total), row.tint) + "  "
            indent += barWidth + 2
        }
        prefix += tinted(DisplayText.padded(row.label, to: Waterfall.labelWidth), row.tint) + " "
        indent += Waterfall.labelWidth + 1
        let body = DisplayText.wrapped(visible(row.body), width: width - indent)
        let blank = String(repeating: " ", count: indent)
        return body.enumerated().map { ($0 == 0 ? prefix : blank) + $1 }
    }

    private func tinted(_ text: String, _ colour: Style.Colour?) -> String {
        colour.map { style.colour(text, $0) } ?? style.dim(text)
    }
}

// MARK: - Bars

extension Waterfall {
    private static let tookWidth = 9
    private static let labelWidth = 12

    private var barWidth: Int { width < 60 ? 0 : min(40, width / 4) }

    private func draw(_ bar: Bar, total: Duration) -> String {
        switch bar {
        case .scale:
            let line = String(repeating: repertoire == .unicode ? "─" : "-", count: barWidth - 2)
            return repertoire == .unicode ? "├\(line)┤" : "|\(line)|"
        case .gap(let span):
            return place(span, total: total) { eighths in
                String(repeating: repertoire == .unicode ? "·" : ".", count: (eighths + 7) / 8)
            }
        case .span(let span):
            return place(span, total: total, draw: block)
        }
    }

    /// Places a text at the beginning of a span. `draw` gets the length of the span in eighths of a cell, at least one.
    ///
    /// A span that crosses cells is drawn from the edge of its first cell, since no character begins within one.
    private func place(_ span: Range<Duration>, total: Duration, draw: (Int) -> String) -> String {
        let (start, end) = (eighths(span.lowerBound, of: total), eighths(span.upperBound, of: total))
        let first = min(start / 8, barWidth - 1)
        let length = end / 8 > start / 8 ? end - first * 8 : max(1, end - start)
        return DisplayText.padded(String(repeating: " ", count: first) + draw(length), to: barWidth)
    }

    private func eighths(_ time: Duration, of total: Duration) -> Int {
        total > .zero ? Int((time / total * Double(barWidth * 8)).rounded()) : 0
    }

    private func block(eighths: Int) -> String {
        switch repertoire {
        case .unicode:
            let rest = eighths % 8
            let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][rest]
            return String(repeating: "█", count: eighths / 8) + partial
        case .ascii:
            return eighths < 4 ? "|" : String(repeating: "#", count: (eighths + 4) / 8)
        }
    }

    private var marks: Marks {
        switch repertoire {
        case .unicode: Marks(separator: " · ", arrow: "→", dash: "—")
        case .ascii: Marks(separator: " | ", arrow: "->", dash: "-")
        }
    }

    private func visible(_ text: String) -> String {
        DisplayText.visible(text, ascii: repertoire == .ascii)
    }
}
