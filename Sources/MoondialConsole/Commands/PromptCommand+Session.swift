// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules

extension PromptCommand {
    static let sessionCommands = [
        PromptCommand(
            "history", "[-n COUNT] [WORD]", "lists what was entered last, with time and outcome",
            text: """
                The number of a block of this session is what :save takes. The last 20 blocks are listed, or as many as
                -n says, also those of earlier sessions, at any target; with a word, only those that hold it.
                """
        ) { call throws(Diagnostic) in
            try call.session.listHistory(call.words)
        },
        PromptCommand(
            "save", "[-f] [NUMBERS] FILE", "writes what has worked as a script, without tokens and phones",
            text: """
                :save 3-7,9 FILE takes only these of :history. A file that is there is replaced with -f only.
                Run it with moondial run FILE: it does the same again.
                """
        ) { call throws(Diagnostic) in
            try call.session.save(call)
        },
        PromptCommand("record", "FILE|off", "writes a transcript from now on, without tokens and phones") {
            call throws(Diagnostic) in
            let path = try call.path("a file, or off", for: "record")
            let session = call.session
            if path == "off" {
                session.saveRecording()
                session.note(session.recording.map { "recorded in \($0.path)" } ?? "nothing is recorded")
                session.recording = nil
                return
            }
            try Files.write("", to: path, replaces: false)
            session.recording = Recording(path: path)
            session.screen.notes("recording in \(path)\n")
        },
        PromptCommand("replay", "FILE", "runs what was typed in a transcript") { call throws(Diagnostic) in
            let path = try call.path("a transcript", for: "replay")
            let inputs = Transcript(String(decoding: try Files.read(path), as: UTF8.self)).inputs
            guard !inputs.isEmpty else {
                throw Diagnostic(.usage, "'\(path)' holds no lines after a prompt", fix: "write one with :record FILE")
            }
            call.session.queue = inputs.filter { !$0.hasPrefix(":replay") } + call.session.queue
        },
        PromptCommand(
            "set", "[NAME VALUE]", "shows all settings, or changes how values are shown: depth, items, bytes, trace",
            text: "depth: tables in tables; items: entries of a table; bytes: of a string. :full shows everything."
        ) { call throws(Diagnostic) in
            try call.session.set(call.words)
        },
        PromptCommand("quit", "", "ends the session, as Ctrl-D does") { call throws(Diagnostic) in
            call.session.endDone()
        },
    ]
}

extension ReplSession {
    // MARK: - Saving

    fileprivate func save(_ call: PromptCommand.Call) throws(Diagnostic) {
        var rest = try call.required("a file", for: "save")
        let replaces = rest == "-f" || rest.hasPrefix("-f ")
        if replaces { rest = String(rest.dropFirst(2)).trimmingSpaces }
        var entries = journal.entries
        // The last entry is the command itself.
        if entries.last?.isCommand == true { entries.removeLast() }
        let word = rest.prefix { $0 != " " }
        if word.count < rest.count, let numbers = EntryNumbers(word) {
            rest = String(rest.dropFirst(word.count)).trimmingSpaces
            guard let last = entries.last?.number, numbers.ranges.allSatisfy({ $0.lowerBound <= last }) else {
                throw Diagnostic(.usage, ":save: there is no block \(word)", fix: "see :history")
            }
            entries = entries.filter { numbers.contains($0.number) }
        } else if word.count < rest.count, EntryNumbers.isMeant(by: word) {
            throw Diagnostic(.usage, ":save: \(word) is no list of blocks", fix: "write it as in :save 3-7,9 FILE")
        }
        guard !rest.isEmpty else { throw Diagnostic(.usage, ":save needs a file", fix: "see :help save") }
        let path = PromptCommand.Call.path(rest, home: setup.environment("HOME"))
        let script = SavedScript(
            entries: entries, rulePaths: setup.rulePaths, isLive: setup.isLive,
            kind: { [scripts] in
                if !scripts.isStatement($0) { return .expression }
                return scripts.isValue($0) ? .call : .statement
            }, redacted: { [engine] in HistoryRedaction.redacted($0, engine.redactor) })
        try Files.write(script.text, to: path, replaces: replaces, fix: ":save -f FILE replaces it")
        note("saved \(script.count) block\(script.count == 1 ? "" : "s") in \(path)")
    }

    // MARK: - Settings

    private static var limits: [(name: String, path: WritableKeyPath<ValuePrinter.Limits, Int>, what: String)] {
        [
            ("depth", \.depth, "tables in tables that are shown"),
            ("items", \.items, "entries of a table that are shown"),
            ("bytes", \.bytes, "bytes of a string that are shown"),
        ]
    }

    fileprivate func set(_ words: [String]) throws(Diagnostic) {
        if words.isEmpty { return listSettings() }
        if words[0] == "trace" {
            guard words.count == 2, let mode = SessionOptions.TraceMode(rawValue: words[1]) else {
                throw Diagnostic(.usage, ":set trace: on, full or off expected")
            }
            options.trace = mode
            return
        }
        guard let setting = Self.limits.first(where: { $0.name == words[0] }) else {
            let clause = Suggestion.clause(for: words[0], in: Self.limits.map(\.name) + ["trace"])
            throw Diagnostic(.usage, "there is no setting '\(words[0])'\(clause)", fix: "see :help set")
        }
        guard words.count == 2, let value = Int(words[1]), (1...1_000_000).contains(value) else {
            throw Diagnostic(.usage, ":set \(setting.name): a whole number from 1 to 1000000 expected")
        }
        options.limits[keyPath: setting.path] = value
    }
}

/// Numbers of blocks, as :save takes them: "3", "3-7", "3-", "1,3-7".
struct EntryNumbers {
    let ranges: [ClosedRange<Int>]

    /// Nil when the text is no list of numbers.
    init?(_ text: some StringProtocol) {
        var ranges: [ClosedRange<Int>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = Int(ends[0]), first > 0 else { return nil }
            let last = ends.count == 1 ? first : ends[1].isEmpty ? Int.max : Int(ends[1])
            guard let last, last >= first else { return nil }
            ranges.append(first...last)
        }
        self.ranges = ranges
    }

    /// Whether a word can only be meant as a list of numbers.
    static func isMeant(by word: some StringProtocol) -> Bool {
        guard let first = word.utf8.first, LuaLexer.isDigit(first) || "-,".utf8.contains(first) else { return false }
        return word.utf8.contains(where: LuaLexer.isDigit)
            && !word.utf8.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/") }
    }

    func contains(_ number: Int) -> Bool { ranges.contains { $0.contains(number) } }
}
