// SPDX-License-Identifier: MIT

import MoondialRules

extension PromptCommand {
    static let sessionCommands = [
        PromptCommand(
            "save", "FILE", "writes what has worked as a script, without tokens and phones",
            text: "Run it with moondial run FILE. A file that is there is not replaced."
        ) { call throws(Diagnostic) in
            let path = try call.required("a file", for: "save")
            let session = call.session
            try Files.write(
                session.journal.script { HistoryRedaction.redacted($0, session.engine.redactor) }, to: path,
                replaces: false)
            let count = session.journal.entries.count
            session.note("saved \(count) block\(count == 1 ? "" : "s") in \(path)")
        },
        PromptCommand("record", "FILE|off", "writes a transcript from now on, without tokens and phones") {
            call throws(Diagnostic) in
            let path = try call.required("a file, or off", for: "record")
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
            let path = try call.required("a transcript", for: "replay")
            let blocks = Recording.blocks(of: String(decoding: try Files.read(path), as: UTF8.self))
            guard !blocks.isEmpty else {
                throw Diagnostic(.usage, "'\(path)' holds no lines after a prompt", fix: "write one with :record FILE")
            }
            call.session.queue = blocks.filter { !$0.hasPrefix(":replay") } + call.session.queue
        },
        PromptCommand(
            "set", "[NAME VALUE]", "shows or changes how values are shown: depth, items, bytes",
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
    private static var settings: [(name: String, path: WritableKeyPath<ValuePrinter.Limits, Int>)] {
        [("depth", \.depth), ("items", \.items), ("bytes", \.bytes)]
    }

    fileprivate func set(_ words: [String]) throws(Diagnostic) {
        if words.isEmpty {
            for setting in Self.settings { result(lines: "\(setting.name) \(options.limits[keyPath: setting.path])\n") }
            return result(lines: "trace \(options.trace.rawValue)\n")
        }
        guard let setting = Self.settings.first(where: { $0.name == words[0] }) else {
            let clause = Suggestion.clause(for: words[0], in: Self.settings.map(\.name))
            throw Diagnostic(.usage, "there is no setting '\(words[0])'\(clause)", fix: "see :help set")
        }
        guard words.count == 2, let value = Int(words[1]), (1...1_000_000).contains(value) else {
            throw Diagnostic(.usage, ":set \(setting.name): a whole number from 1 to 1000000 expected")
        }
        options.limits[keyPath: setting.path] = value
    }
}
