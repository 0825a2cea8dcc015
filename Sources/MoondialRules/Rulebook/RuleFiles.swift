// SPDX-License-Identifier: MIT

import MoondialLua

/// The files of one rulebook, read once, in the order in which they load.
package struct RuleFiles: Sendable {
    package private(set) var sources: [RuleSource] = []
    /// The folders in which `require` looks for modules, in order.
    package private(set) var roots: [String] = []

    /// Of the files read so far.
    private var realPaths: Set<String> = []

    /// No files: the default rules decide.
    package static let none = RuleFiles()

    private init() {}

    /// Texts that are at hand already.
    package init(_ sources: [RuleSource], roots: [String] = []) {
        self.sources = sources
        self.roots = roots
    }

    /// Reads files, and of folders the `*.lua` files that lie directly in them, sorted by name. Tests (`*_test.lua`)
    /// and hidden files are left out; subfolders are for modules. A file named twice loads once.
    ///
    /// - Throws: A diagnostic with code `rule_file`.
    package static func read(_ paths: [String]) throws(Diagnostic) -> RuleFiles {
        var files = RuleFiles()
        do throws(FileSystem.Failure) {
            for path in paths { try files.add(path) }
        } catch {
            throw Diagnostic(unreadable: error)
        }
        return files
    }

    /// Files that load after these.
    mutating func add(_ others: RuleFiles) {
        sources += others.sources
        for root in others.roots { addRoot(root) }
    }

    private mutating func add(_ path: String) throws(FileSystem.Failure) {
        guard try FileSystem.kind(of: path) == .folder else {
            addRoot(Self.folder(of: path))
            return try addFile(path)
        }
        let folder = Self.withoutTrailingSlashes(path)
        addRoot(folder)
        let names = try FileSystem.names(in: folder, suffix: ".lua")
            .filter { !$0.hasSuffix("_test.lua") && !$0.hasPrefix(".") }
        if names.isEmpty {
            throw FileSystem.Failure(path: path, reason: "the folder holds no rule files (*.lua)")
        }
        for name in names { try addFile(folder == "/" ? "/\(name)" : "\(folder)/\(name)") }
    }

    private mutating func addFile(_ path: String) throws(FileSystem.Failure) {
        let text = try FileSystem.read(path, limit: RuleSource.maximumSize)
        guard realPaths.insert(try FileSystem.realPath(path) ?? path).inserted else { return }
        sources.append(RuleSource(name: .file(path), text: text))
    }

    private mutating func addRoot(_ folder: String) {
        if !roots.contains(folder) { roots.append(folder) }
    }

    private static func withoutTrailingSlashes(_ path: String) -> String {
        var path = path[...]
        while path.count > 1, path.last == "/" { path = path.dropLast() }
        return String(path)
    }

    /// "rules" for "rules/a.lua", "." for "a.lua".
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
