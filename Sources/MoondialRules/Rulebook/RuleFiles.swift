// SPDX-License-Identifier: MIT

import MoondialLua
import TextFormats

/// The files of one rulebook, read once, in the order in which they load.
package struct RuleFiles: Sendable {
    package private(set) var sources: [RuleSource] = []
    /// The folders of the files, in order. `require` finds the modules of a file in its own folder.
    package private(set) var roots: [String] = []
    /// The files and folders that the operator named; nil when rules were not asked for.
    package private(set) var named: [String]?
    /// The stamps of the files when they were read, and of those in the named folders.
    private(set) var stamps = FileStamps()

    /// The real paths of the files read so far.
    private var realPaths: Set<String> = []

    /// No files: the default rules decide.
    package static let none = RuleFiles()

    private init() {}

    /// Makes a rulebook's files from texts that were read before.
    package init(_ sources: [RuleSource], roots: [String] = []) {
        self.sources = sources
        self.roots = roots
    }

    /// Reads files, and of folders the `*.lua` files directly in them, sorted by name. Tests (`*_test.lua`)
    /// and hidden files are left out; subfolders are for modules. A file named twice loads once. Paths that are not UTF-8
    /// are as `ByteText` makes them.
    ///
    /// - Throws: A diagnostic with code `rule_file`.
    package static func read(_ paths: [String], limits: RunLimits = RunLimits()) throws(Diagnostic) -> RuleFiles {
        var files = RuleFiles()
        files.named = paths
        do throws(FileSystem.Failure) {
            for path in paths { try files.add(path, .source(limits)) }
        } catch {
            throw Diagnostic(unreadable: error)
        }
        return files
    }

    /// Adds files that load after the present ones.
    mutating func add(_ others: RuleFiles) {
        sources += others.sources
        for root in others.roots { addRoot(root) }
        if let more = others.named { named = (named ?? []) + more }
        stamps.merge(others.stamps)
    }

    /// The same files, and these texts after them.
    func with(_ more: [RuleSource]) -> RuleFiles {
        var files = self
        files.sources += more
        return files
    }

    private mutating func add(_ path: String, _ limit: FileSystem.SizeLimit) throws(FileSystem.Failure) {
        guard try FileSystem.kind(of: path) == .folder else {
            let folder = FileSystem.folder(of: path)
            addRoot(folder)
            return try addFile(path, folder, limit)
        }
        let folder = Self.withoutTrailingSlashes(path)
        addRoot(folder)
        stamps.noteFolder(folder)
        let names = try FileSystem.names(in: folder, suffix: ".lua")
            .filter { !$0.hasSuffix("_test.lua") && !$0.hasPrefix(".") }
        if names.isEmpty {
            throw FileSystem.Failure(path: path, reason: "the folder holds no rule files (*.lua)")
        }
        for name in names { try addFile(FileSystem.path(name, in: folder), folder, limit) }
    }

    private mutating func addFile(
        _ path: String, _ root: String, _ limit: FileSystem.SizeLimit
    ) throws(FileSystem.Failure) {
        stamps.note(path)
        let text = try FileSystem.read(path, limit: limit)
        guard realPaths.insert(try FileSystem.realPath(path) ?? path).inserted else { return }
        sources.append(RuleSource(path: path, text: text, root: root))
    }

    private mutating func addRoot(_ folder: String) {
        if !roots.contains(folder) { roots.append(folder) }
    }

    private static func withoutTrailingSlashes(_ path: String) -> String {
        var bytes = path.utf8[...]
        while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes = bytes.dropLast() }
        return String(Substring(bytes))
    }

    /// The error when the operator named rules but no rule is in force: without rules every match would be allowed.
    func withoutRules() -> Diagnostic? {
        guard let named else { return nil }
        let message =
            named.isEmpty
            ? "rules are set, but no file is named"
            : "no rule is in force: \(named.map { "'\(ByteText.shown($0))'" }.joined(separator: ", ")) "
                + "\(named.count == 1 ? "defines" : "define") none"
        return Diagnostic(
            .ruleDefinition, message,
            fix: "define one with rule \"name\" { … }, or name no rules to decide by the verdict alone")
    }
}
