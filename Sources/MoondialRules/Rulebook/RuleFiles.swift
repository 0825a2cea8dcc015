// SPDX-License-Identifier: MIT

package import MoondialLua

/// Lua text with the name that errors give it.
package struct RuleSource: Sendable {
    package let name: LuaSourceName
    package let text: [UInt8]

    package init(name: LuaSourceName, text: [UInt8]) {
        self.name = name
        self.text = text
    }

    /// Reads one file.
    ///
    /// - Throws: A diagnostic with code `rule_file`.
    package static func read(_ path: String) throws(Diagnostic) -> RuleSource {
        do {
            return RuleSource(name: .file(path), text: try FileSystem.read(path, limit: RuleFiles.maximumFileSize))
        } catch {
            throw Diagnostic(.ruleFile, "cannot read '\(path)': \(error.reason)", fix: DiagnosticCode.ruleFile.advice)
        }
    }
}

/// The files of one rulebook, read once, in the order in which they load.
package struct RuleFiles: Sendable {
    /// Bytes that one rule file, script or module may have.
    static let maximumFileSize = 1 << 20

    package private(set) var sources: [RuleSource] = []
    /// The folders in which `require` looks for modules, in order.
    package private(set) var roots: [String] = []

    /// No files: the default rules decide.
    package static let none = RuleFiles()

    private init() {}

    /// Texts that are at hand already.
    package init(_ sources: [RuleSource], roots: [String] = []) {
        self.sources = sources
        self.roots = roots
    }

    /// Reads files, and of folders the `*.lua` files that lie directly in them, sorted by name. Tests (`*_test.lua`)
    /// are left out; subfolders are for modules. A file named twice loads once.
    ///
    /// - Throws: A diagnostic with code `rule_file`.
    package static func read(_ paths: [String]) throws(Diagnostic) -> RuleFiles {
        var files = RuleFiles()
        for path in paths { try files.add(path) }
        return files
    }

    private mutating func add(_ path: String) throws(Diagnostic) {
        let kind: FileSystem.Kind
        let names: [String]
        do {
            kind = try FileSystem.kind(of: path)
            names = kind == .folder ? try FileSystem.names(in: path) : []
        } catch {
            throw Diagnostic(.ruleFile, "cannot read '\(path)': \(error.reason)", fix: DiagnosticCode.ruleFile.advice)
        }
        guard kind == .folder else {
            addRoot(Self.folder(of: path))
            return try addFile(path)
        }
        let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
        addRoot(folder)
        let ruleNames = names.filter { $0.hasSuffix(".lua") && !$0.hasSuffix("_test.lua") && !$0.hasPrefix(".") }
        guard !ruleNames.isEmpty else {
            throw Diagnostic(
                .ruleFile, "the folder '\(path)' holds no rule files (*.lua)", fix: "name a folder with rule files")
        }
        for name in ruleNames { try addFile("\(folder)/\(name)") }
    }

    private mutating func addFile(_ path: String) throws(Diagnostic) {
        let source = try RuleSource.read(path)
        if !sources.contains(where: { $0.name == source.name }) { sources.append(source) }
    }

    private mutating func addRoot(_ folder: String) {
        if !roots.contains(folder) { roots.append(folder) }
    }

    /// "rules" for "rules/a.lua", "." for "a.lua".
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
