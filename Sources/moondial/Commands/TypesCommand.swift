// SPDX-License-Identifier: MIT

import ArgumentParser
import MoondialPresentation
import MoondialRules
import MoondialWorkbench
import TextFormats

struct TypesCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "types",
        abstract: "Write files with which editors know the rule language.",
        discussion: """
            Writes types/moondial.lua and .luarc.json for the Lua language server, and .luacheckrc for luacheck. Files that \
            this command has not written are kept.
            """)

    @Argument(
        help: ArgumentHelp("The folder to write to (default: the working folder).", valueName: "folder"),
        completion: .directory)
    var folder = "."

    func perform(_ shell: Shell) throws -> ExitStatus {
        let files = EditorFiles(version: Version.number)
        let writer = FolderWriter(folder)
        var report = WrittenFiles(folder)
        try report.note(EditorFiles.definitionsPath) { path throws(FolderWriter.Failure) in
            try writer.write(files.definitions, to: path) { $0.hasPrefix(EditorFiles.mark) }
        }
        try report.note(EditorFiles.languageServerPath) { path throws(FolderWriter.Failure) in
            try writer.write(files.languageServerConfiguration, to: path)
        }
        try report.note(EditorFiles.luacheckPath) { path throws(FolderWriter.Failure) in
            try writer.write(files.luacheckConfiguration, to: path) { $0.hasPrefix(EditorFiles.luacheckMark) }
        }
        shell.output.write(report.text)
        return .done
    }
}

struct ReferenceCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference", abstract: "Print the reference of the rule language as Markdown.")

    func perform(_ shell: Shell) throws -> ExitStatus {
        shell.output.write(ReferencePage(version: Version.number).markdown)
        return .done
    }
}

/// A report of the files that a command has written or kept.
struct WrittenFiles {
    private let folder: String
    private var rows: [[String]] = []
    /// Whether a file was kept since it existed with other content.
    private(set) var hasKept = false

    init(_ folder: String) { self.folder = folder }

    mutating func note(
        _ path: String, _ write: (String) throws(FolderWriter.Failure) -> FolderWriter.Outcome
    ) throws(Failure) {
        do throws(FolderWriter.Failure) {
            let outcome = try write(path)
            if outcome == .kept { hasKept = true }
            rows.append([outcome.rawValue, String(escaping: ByteText.shown(FileSystem.path(path, in: folder)).utf8)])
        } catch {
            throw Failure(
                Diagnostic(
                    .inputOutput, "cannot write '\(ByteText.shown(error.path))': \(error.reason)",
                    fix: DiagnosticCode.inputOutput.advice))
        }
    }

    /// A line for each file.
    var text: String { TextTable(rows).text }
}
