// SPDX-License-Identifier: MIT

package import LuaCheck
import LuaSyntax
import MoondialLua
package import MoondialRules
import TextFormats

/// Checks rule files, scripts, tests and the modules that they require, and loads the rules.
package struct RuleCheck {
    /// In the order of the files and of their lines.
    package private(set) var findings: [Finding] = []
    /// How many files were checked, modules included.
    package private(set) var fileCount = 0
    /// Whether each file is a Lua program that moondial accepts.
    package private(set) var loads = true
    /// The rules, if they have loaded and there are any.
    private var rules: LoadedRulebook?
    private let files: [CheckedFile]

    /// Reads and checks files and folders.
    ///
    /// - Parameters:
    ///   - paths: Files and folders, as for `--rules`.
    ///   - settings: The settings with which the rules load.
    /// - Throws: A diagnostic when a file cannot be read.
    package init(_ paths: [String], settings: RuleEngine.Settings) throws(Diagnostic) {
        let files = try RuleFiles.read(paths, limits: settings.run.limits)
        var collector = FileCollector(limits: settings.run.limits)
        for source in files.sources { collector.add(source) }
        let checker = Checker(.ofRules)
        findings = checker.check(collector.files).map { $0.code == .syntaxError ? $0.explained(collector.files) : $0 }
        fileCount = collector.files.count
        self.files = collector.files
        let names = collector.files.map(\.name)
        for missing in collector.missing { insert(missing, order: names) }
        loads = !findings.contains { $0.code == .syntaxError }
        load(files, checker, settings, order: names)
    }

    /// Explores every path through the rules.
    ///
    /// - Parameter time: When runs begin, in milliseconds since 1970.
    /// - Returns: Nil when there are no rules: all files are modules, scripts or tests, or do not load.
    package func explore(at time: Int64) -> ExploredFindings? {
        guard let rules else { return nil }
        return ExploredFindings(Exploration.of(rules, settings: Explorer.Settings(times: [time])), files: files)
    }

    private mutating func insert(_ finding: Finding, order: [String]) {
        let rank = { (finding: Finding) in (order.firstIndex(of: finding.file) ?? order.count, finding.start) }
        let index = findings.firstIndex { rank($0) > rank(finding) } ?? findings.count
        findings.insert(finding, at: index)
    }

    /// Scripts run by themselves; all other files must load together.
    private mutating func load(
        _ files: RuleFiles, _ checker: Checker, _ settings: RuleEngine.Settings, order: [String]
    ) {
        guard loads else { return }
        let rules = files.sources.filter { !$0.isTest && !checker.isScript($0.text) }
        guard !rules.isEmpty else { return }
        do throws(Diagnostic) {
            let loaded = try RulebookLoader(settings).load(RuleFiles(rules, roots: files.roots))
            if !loaded.outline.rules.isEmpty { self.rules = loaded }
        } catch {
            loads = false
            let site = error.site
            let file = site?.source.description ?? rules[0].name.description
            let line = site?.line ?? 1
            // The checks may have reported the error already, with a column.
            let isKnown = findings.contains {
                $0.severity == .error && $0.file == file && $0.start.line <= line && line <= $0.end.line
            }
            if !isKnown { insert(Finding(error, file: file, line: line), order: order) }
        }
    }
}

/// Collects files with the modules that they require, each once.
private struct FileCollector {
    private(set) var files: [CheckedFile] = []
    private(set) var missing: [Finding] = []
    private var paths: Set<String> = []
    private let limits: RunLimits

    init(limits: RunLimits) { self.limits = limits }

    mutating func add(_ source: RuleSource) {
        let name = source.name.description
        if let path = (try? FileSystem.realPath(name)) ?? nil, !paths.insert(path).inserted { return }
        files.append(
            source.isTest
                ? CheckedFile(name: name, bytes: source.text, kind: .script, words: Vocabulary.wordsOfTests)
                : CheckedFile(name: name, bytes: source.text, kind: .rules))
        addModules(of: source.text, name, root: FileSystem.folder(of: name))
    }

    private mutating func addModules(of text: [UInt8], _ file: String, root: String) {
        for module in Checker.requiredModules(in: text) where !Self.libraries.contains(module.name) {
            let path = module.name.replacing(".", with: "/")
            let candidates = ["\(path).lua", "\(path)/init.lua"].map { FileSystem.path($0, in: root) }
            guard let found = candidates.first(where: FileSystem.hasEntry) else {
                if !module.isProtected { noteMissing(module, in: text, file, candidates) }
                continue
            }
            guard let real = (try? FileSystem.realPath(found)) ?? nil, paths.insert(real).inserted,
                let bytes = try? FileSystem.read(found, limit: .source(limits))
            else { continue }
            files.append(CheckedFile(name: ByteText.shown(found), bytes: bytes, kind: .module))
            addModules(of: bytes, ByteText.shown(found), root: root)
        }
    }

    /// The libraries that stock Lua has loaded before any module.
    private static let libraries: Set<String> = [
        "_G", "coroutine", "debug", "io", "math", "os", "package", "string", "table", "utf8",
    ]

    private mutating func noteMissing(
        _ module: Checker.RequiredModule, in text: [UInt8], _ file: String, _ candidates: [String]
    ) {
        let source = SourceText(text)
        let start = source.position(at: module.range.lowerBound)
        missing.append(
            Finding(
                .moduleNotFound, "module '\(module.name)' not found: no \(candidates.joined(separator: ", no "))",
                file: file, start: start, end: source.position(at: module.range.upperBound),
                sourceLine: String(decoding: source.bytes(ofLine: start.line), as: UTF8.self)))
    }
}

extension RuleSource {
    fileprivate var isTest: Bool { name.description.hasSuffix("_test.lua") }
}

extension Finding {
    /// A syntax error with the words and the advice that Lua's own error would have when the file is loaded.
    fileprivate func explained(_ files: [CheckedFile]) -> Finding {
        guard let file = files.first(where: { $0.name == file }), let vm = try? LuaVM() else { return self }
        do throws(LuaError) {
            _ = try vm.load(file.bytes, name: .label("file"))
            return self
        } catch {
            let error = vm.explained(error)
            guard error.site?.line == start.line, let fix = error.fix else { return self }
            return Finding(
                code, error.message, file: self.file, start: start, end: end, sourceLine: sourceLine, hint: fix)
        }
    }

    /// Why a file does not load.
    fileprivate init(_ diagnostic: Diagnostic, file: String, line: Int) {
        let text = diagnostic.sourceLine ?? ""
        var (start, end) = (1, text.count + 1)
        if let subject = diagnostic.subject, !subject.isEmpty, let range = text.firstRange(of: subject) {
            start = text.distance(from: text.startIndex, to: range.lowerBound) + 1
            end = start + subject.count
        } else if let first = text.firstIndex(where: { $0 != " " && $0 != "\t" }) {
            start = text.distance(from: text.startIndex, to: first) + 1
        }
        self.init(
            .doesNotLoad, diagnostic.message, file: file, start: SourcePosition(line: line, column: start),
            end: SourcePosition(line: line, column: end), sourceLine: text, hint: diagnostic.fix)
    }
}
