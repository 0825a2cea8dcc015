// SPDX-License-Identifier: MIT

import MoondialPresentation
import MoondialRules
import Platform
import TextFormats

/// What `:history` and `:set` list.
extension ReplSession {
    func listSettings() {
        let run = engine.settings.run
        let elsewhere = [
            ("watch", watch == nil ? "off" : "on", "see :watch"),
            ("record", recording?.path ?? "off", "see :record"),
            ("target", setup.target, setup.isLive ? "calls are billed" : "costs nothing"),
            ("timeout", run.timeout.shortText, "of a run, --timeout"),
            ("max_attempts", "\(run.maxAttempts)", "of a run, --max-attempts"),
            ("on_error", run.onError.rawValue, "what a failing hook leads to, --on-error"),
            ("show_phones", run.showPhones ? "on" : "off", "--show-phones"),
        ]
        let simulator =
            setup.simulator.map {
                [("simulator", String(PromptCommand.state(of: $0).dropFirst("simulator: ".count)), "see :sim")]
            } ?? []
        let all = changeableSettings + elsewhere + simulator
        guard setup.isInteractive else { return list(TextTable(all.map { [$0.name, $0.what, $0.value] })) }
        var help = helpText
        help.list(all.map { ($0.name, "\($0.value) (\($0.what))") })
        result(lines: help.text)
    }

    /// The settings that `:set` changes.
    var changeableSettings: [(name: String, value: String, what: String)] {
        [
            ("depth", "\(options.limits.depth)", "tables in tables that are shown"),
            ("items", "\(options.limits.items)", "entries of a table that are shown"),
            ("bytes", "\(options.limits.bytes)", "bytes of a string that are shown"),
            ("trace", options.trace.rawValue, "what is drawn of runs"),
        ]
    }

    func listHistory(_ words: [String]) throws(Diagnostic) {
        var words = words[...]
        var count = 20
        if words.first == "-n" {
            guard let number = words.dropFirst().first.flatMap({ Int($0) }), number > 0 else {
                throw Diagnostic(.usage, ":history -n: a number of blocks expected", fix: "see :help history")
            }
            count = number
            words = words.dropFirst(2)
        }
        let word = words.joined(separator: " ")
        let typed = journal.entries.dropLast().map { entry in
            HistoryLine(
                number: "\(entry.number)", time: entry.time, outcome: entry.outcome, target: setup.target,
                text: HistoryRedaction.redacted(entry.text, engine.redactor))
        }
        let isWide = !word.isEmpty || count > typed.count
        let earlier = isWide ? setup.earlierHistory().map(HistoryLine.init) : []
        let found = (earlier + typed).filter { word.isEmpty || $0.text.contains(word) }.suffix(count)
        let target = found.contains { $0.target != setup.target } ? setup.target : nil
        list(TextTable(found.map { $0.row(unlessAt: target) }))
    }

    private func list(_ table: TextTable) { result(lines: fitted(table).text) }

    /// For people as it fits the window, for programs in full.
    func fitted(_ table: TextTable) -> TextTable { setup.isInteractive ? table.fitting(screen.width()) : table }
}

/// A row of `:history`.
private struct HistoryLine {
    /// The number of the block in this session; empty for a block of an earlier one.
    let number: String
    let time: Int64?
    let outcome: BlockOutcome?
    let target: String?
    let text: String

    init(number: String, time: Int64?, outcome: BlockOutcome?, target: String?, text: String) {
        (self.number, self.time, self.outcome, self.target, self.text) = (number, time, outcome, target, text)
    }

    init(_ kept: KeptBlock) {
        self.init(number: "", time: kept.time, outcome: kept.outcome, target: kept.target, text: kept.text)
    }

    /// The columns of the row. The column of targets is left out when `target` is nil.
    func row(unlessAt target: String?) -> [String] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let more = lines.count > 1 ? " … \(lines.count - 1) more line\(lines.count == 2 ? "" : "s")" : ""
        let start = [number, time.map(LocalTime.text) ?? "", outcome?.rawValue ?? ""]
        return start + (target == nil ? [] : [self.target ?? ""]) + [String(escaping: lines[0].utf8) + more]
    }
}

/// Points in time for people, in the time zone of the system.
enum LocalTime {
    /// "2026-11-29 08:55:40".
    static func text(_ milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M:%S", &parts)
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
