// SPDX-License-Identifier: MIT

import MoondialPresentation
import MoondialRules
import Platform

/// Shows texts that are longer than the window: with `$PAGER`, or a page at a time.
///
/// To be used while no block is edited, on the terminal that standard input and output are.
package struct TerminalPager {
    private let command: String?
    private let temporaryFolder: String

    /// - Parameter environment: `PAGER` names a program, "cat" or an empty text means none.
    package init(environment: (String) -> String?) {
        command = environment("PAGER")
        temporaryFolder = environment("TMPDIR") ?? "/tmp"
    }

    /// Shows lines that end with newlines.
    ///
    /// - Returns: False when they fit into the window, or there is no terminal: then nothing was shown.
    package func show(_ text: String) -> Bool {
        guard let terminal = try? TerminalSession(), isatty(STDIN_FILENO) == 1 else { return false }
        let size = terminal.size
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        guard lines.reduce(0, { $0 + Self.rows(of: $1, width: size.width) }) >= size.height else { return false }
        switch command?.trimmingSpaces {
        case nil: return showPages(lines, on: terminal)
        case ""?, "cat"?: return false
        case let command?: return show(text, with: command) || showPages(lines, on: terminal)
        }
    }

    private func show(_ text: String, with command: String) -> Bool {
        // The options that git gives to less: short texts stay on the screen, and colours are shown.
        let script = "LESS=${LESS-FRX}; export LESS; (\(command)) < \"$1\""
        let shown: Void? = try? TerminalProgram.withFile(text, in: temporaryFolder, suffix: ".txt") {
            path throws(Diagnostic) in
            try TerminalProgram.run(script, [path], name: command)
        }
        return shown != nil
    }

    // MARK: - The built-in pager

    private enum Answer {
        case page, line, end
    }

    private func showPages(_ lines: [String], on terminal: TerminalSession) -> Bool {
        var next = 0
        var room = terminal.size.height - 1
        while next < lines.count {
            var page = ""
            while next < lines.count, room > 0 {
                page += lines[next] + "\n"
                room -= Self.rows(of: lines[next], width: terminal.size.width)
                next += 1
            }
            terminal.write(Array(page.utf8))
            guard next < lines.count else { break }
            switch ask("\(next) of \(lines.count) lines: Space goes on, Enter by a line, q ends", on: terminal) {
            case .page: room = terminal.size.height - 1
            case .line: room = 1
            case .end: return true
            }
        }
        return true
    }

    private func ask(_ question: String, on terminal: TerminalSession) -> Answer {
        guard (try? terminal.enter()) != nil else { return .end }
        var shown = show(question, on: terminal)
        defer {
            remove(shown, from: terminal)
            terminal.leave()
        }
        while true {
            guard let wakeup = try? terminal.wait(timeout: nil) else { return .end }
            if wakeup.contains(.continued) {
                try? terminal.reenter()
            }
            if wakeup.contains(.continued) || wakeup.contains(.resized) {
                remove(shown, from: terminal)
                shown = show(question, on: terminal)
            }
            guard wakeup.contains(.input), let input = try? terminal.read() else { continue }
            switch input {
            case .nothing: continue
            case .end: return .end
            case .bytes([0x1A]):
                remove(shown, from: terminal)
                guard (try? terminal.suspend()) != nil else { return .end }
                shown = show(question, on: terminal)
            case .bytes(let bytes):
                if let answer = Self.answer(to: bytes) { return answer }
            }
        }
    }

    /// - Returns: How many cells the question takes.
    private func show(_ question: String, on terminal: TerminalSession) -> Int {
        let text = question.prefix(max(1, terminal.size.width - 1))
        terminal.write(Array("\u{1B}[7m\(text)\u{1B}[0m".utf8))
        return text.count
    }

    /// Removes a question, which takes several rows if the window has become narrower.
    private func remove(_ cells: Int, from terminal: TerminalSession) {
        let above = max(0, cells - 1) / max(1, terminal.size.width)
        terminal.write(Array("\r\(above > 0 ? "\u{1B}[\(above)A" : "")\u{1B}[J".utf8))
    }

    /// What a key means; nil for those that mean nothing.
    private static func answer(to bytes: [UInt8]) -> Answer? {
        switch bytes {
        case [0x20], [UInt8(ascii: "f")], Array("\u{1B}[6~".utf8), [0x06], [0x16]: .page
        case [0x0D], [0x0A], [UInt8(ascii: "j")], Array("\u{1B}[B".utf8), [0x0E]: .line
        case [UInt8(ascii: "q")], [UInt8(ascii: "Q")], [0x03], [0x04], [0x1B]: .end
        default: nil
        }
    }

    /// How many rows a line takes, whose escape sequences take none.
    private static func rows(of line: String, width: Int) -> Int {
        let cells = DisplayText.width(DisplayText.withoutStyles(line))
        return max(1, (cells + width - 1) / max(1, width))
    }
}
