// SPDX-License-Identifier: MIT

/// The argument parser's messages in the manner of our own: one line, no capital, no full stop.
enum UsageText {
    static func message(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        guard let first = line.first else { return "the command line is wrong" }
        let start = first.lowercased() + line.dropFirst()
        return start.last == "." ? String(start.dropLast()) : start
    }
}
