// SPDX-License-Identifier: MIT

import MoondialLua
import TextFormats

/// Finds the modules that `require` names: for a file of the rules in its own folder and nowhere else, for a script in
/// its folder and then in those of the rules.
struct Modules {
    /// Where `require` looks for the modules of a text.
    private enum Scope: Hashable {
        case folder(String)
        case script(String)
        /// For text outside of files, such as a block typed at a prompt.
        case everywhere
    }

    /// The longest name of a module, in bytes.
    private static let longestName = 256

    /// A file that was found for a name.
    private struct File {
        let path: String
        let root: String
    }

    private struct Request: Hashable {
        let name: String
        let scope: Scope
    }

    /// Why there is no such module.
    struct NotFound: Error {
        let message: String
        var fix: String?
    }

    /// The folders of the rules, in order.
    private var ruleRoots: [String]
    /// The folders of the scripts that have run, the latest first.
    private var scriptRoots: [String] = []
    private var scopes: [LuaSourceName: Scope] = [:]
    /// The scope of the rule file that is loading, also for text that the file compiles with `load`.
    private var loading: Scope?
    /// The real path of each module that was required.
    private var found: [Request: String] = [:]
    private var files: [String: File] = [:]
    /// The names of modules that were read.
    private var names: Set<LuaSourceName> = []
    private let limit: FileSystem.SizeLimit
    /// The stamps of every file that was read or looked for.
    private(set) var stamps = FileStamps()

    init(roots: [String], limits: RunLimits) {
        ruleRoots = roots
        limit = .source(limits)
    }

    // MARK: - Where to look

    /// Adds the folders of further rule files.
    mutating func addRoots(_ roots: [String]) {
        ruleRoots = roots + ruleRoots.filter { !roots.contains($0) }
    }

    /// Prepares for other rule files in place of the present ones: every module is looked for again.
    mutating func forgetFiles(roots: [String]) {
        ruleRoots = roots
        scopes = scopes.filter { if case .script = $0.value { true } else { false } }
        (loading, found, files, stamps) = (nil, [:], [:], FileStamps())
    }

    /// A rule file begins to load.
    mutating func beginFile(_ source: RuleSource) {
        loading = source.root.map(Scope.folder)
        scopes[source.name] = loading
    }

    /// All rule files have loaded.
    mutating func endFiles() { loading = nil }

    /// A script begins to run.
    mutating func beginScript(_ source: RuleSource, root: String) {
        scriptRoots = [root] + scriptRoots.filter { $0 != root }
        scopes[source.name] = .script(root)
    }

    private func roots(of scope: Scope) -> [String] {
        switch scope {
        case .folder(let root): [root]
        case .script(let root): [root] + ruleRoots.filter { $0 != root }
        case .everywhere: scriptRoots + ruleRoots.filter { !scriptRoots.contains($0) }
        }
    }

    // MARK: - Finding modules

    /// The file of a module as seen from a source: its real path, which is the same for two names of one file.
    /// "lib.phones" is `lib/phones.lua` or `lib/phones/init.lua`. A name that was found once keeps its file.
    ///
    /// - Returns: Nil when it was not found before and `mayLook` is false.
    mutating func file(
        named name: String, for source: LuaSourceName?, mayLook: Bool
    ) throws(NotFound) -> String? {
        let scope = source.flatMap { scopes[$0] } ?? loading ?? .everywhere
        let request = Request(name: name, scope: scope)
        if let file = found[request] { return file }
        guard mayLook else { return nil }
        let (file, place) = try look(for: name, in: roots(of: scope))
        found[request] = file
        if files[file] == nil { files[file] = place }
        return file
    }

    private mutating func look(for name: String, in roots: [String]) throws(NotFound) -> (String, File) {
        guard name.utf8.count <= Self.longestName else {
            throw NotFound(
                message: "module name '\(String(shortening: name.utf8))' has \(name.utf8.count) bytes, at most "
                    + "\(Self.longestName) are allowed")
        }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isNameByte) }) else {
            throw NotFound(
                message: "module name '\(String(escaping: name.utf8.prefix(100)))' is not made of letters, digits, '_' "
                    + "and '-' with dots between")
        }
        let path = parts.joined(separator: "/")
        var tried: [String] = []
        for root in roots {
            for candidate in ["\(path).lua", "\(path)/init.lua"].map({ FileSystem.path($0, in: root) }) {
                tried.append(ByteText.shown(candidate))
                stamps.note(candidate)
                do throws(FileSystem.Failure) {
                    if let file = try Self.realPath(candidate, in: root) {
                        return (file, File(path: candidate, root: root))
                    }
                } catch {
                    throw NotFound(unreadable: error, candidate, module: name)
                }
            }
        }
        if tried.isEmpty { throw NotFound(message: "module '\(name)' not found: there is no folder to look in") }
        throw NotFound(message: "module '\(name)' not found: no \(tried.joined(separator: ", no "))")
    }

    /// The text of a file that was found.
    mutating func source(of file: String, module name: String) throws(NotFound) -> RuleSource {
        guard let place = files[file] else { throw NotFound(message: "module '\(name)' not found") }
        stamps.note(place.path)
        do throws(FileSystem.Failure) {
            let text = try FileSystem.read(file, limit: limit)
            let source = RuleSource(path: place.path, text: text, root: place.root)
            names.insert(source.name)
            if scopes[source.name] == nil { scopes[source.name] = .folder(place.root) }
            return source
        } catch {
            // The next `require` looks for the module again.
            found = found.filter { $0.value != file }
            files[file] = nil
            throw NotFound(unreadable: error, place.path, module: name)
        }
    }

    /// The real path of a file inside the folder, nil when there is none. A link may lead anywhere inside.
    private static func realPath(_ path: String, in root: String) throws(FileSystem.Failure) -> String? {
        guard let file = try FileSystem.realPath(path), let folder = try FileSystem.realPath(root) else { return nil }
        guard folder == "/" || file.utf8.starts(with: "\(folder)/".utf8) else {
            throw FileSystem.Failure(path: path, reason: "it leads out of the rules folder")
        }
        return file
    }

    /// Whether a text is that of a module.
    func isModule(_ source: LuaSourceName?) -> Bool { source.map(names.contains) ?? false }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        LuaLexer.isWord(byte) || byte == UInt8(ascii: "-")
    }
}

extension Modules.NotFound {
    fileprivate init(unreadable failure: FileSystem.Failure, _ path: String, module name: String) {
        self.init(
            message: "module '\(name)': cannot read '\(ByteText.shown(path))': \(failure.reason)", fix: failure.fix)
    }
}
