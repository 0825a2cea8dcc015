// SPDX-License-Identifier: MIT

import LuaSyntax
package import MoondialRules
import TextFormats

/// Test files in which the expected values of failing rows are replaced by the actual ones. Only values that a row
/// names are replaced; the rest of the files does not change.
package struct ExpectationUpdate: Sendable {
    /// A value that is replaced.
    package struct Change: Sendable, Hashable {
        /// `file:line`.
        package let place: String
        package let name: String
        package let old: String
        package let new: String
    }

    /// A failing test that stays as it is.
    package struct Kept: Sendable, Hashable {
        /// `file:line`.
        package let place: String
        /// Why the test is not changed.
        package let reason: String
    }

    private struct File: Sendable {
        let path: String
        let old: [UInt8]
        let new: [UInt8]
    }

    package private(set) var changes: [Change] = []
    package private(set) var kept: [Kept] = []
    private var files: [File] = []

    /// - Parameter results: The results of all tests that have run.
    package init(_ results: [TestResult]) {
        var names: [String] = []
        for result in results where !names.contains(result.test.file.name) { names.append(result.test.file.name) }
        for name in names { update(results.filter { $0.test.file.name == name }) }
    }

    /// Writes each file under another name first, and then replaces the old file.
    ///
    /// - Throws: When a file cannot be written, or has changed since it was run.
    package func write() throws(Diagnostic) {
        for file in files {
            let shown = ByteText.shown(file.path)
            guard let present = try? FileSystem.read(file.path, limit: .fixed(64 << 20)), present == file.old else {
                throw Diagnostic(.inputOutput, "'\(shown)' has changed since it was read", fix: "run the tests again")
            }
            do throws(FolderWriter.Failure) {
                try FolderWriter.replace(file.path, with: file.new)
            } catch {
                throw Diagnostic(.inputOutput, "cannot write '\(shown)': \(error.reason)", fix: nil)
            }
        }
    }

    private mutating func update(_ results: [TestResult]) {
        guard let file = results.first?.test.file, let tree = try? SyntaxTree(file: file.source.text) else { return }
        let tables = ExpectationTables(tree)
        var edits: [(range: Range<Int>, text: String)] = []
        for result in results where result.status == .failed {
            let failure = result.failures.first
            if let reason = reason(toKeep: result, among: results) {
                kept.append(Kept(place: failure?.place ?? result.test.place, reason: reason))
                continue
            }
            guard let table = result.test.table, let failure, let values = tables.values(of: table) else {
                kept.append(
                    Kept(place: result.test.place, reason: "what it expects does not stand in the table itself"))
                continue
            }
            for difference in failure.differences {
                let place = { (offset: Int) in "\(file.name):\(tree.source.line(at: offset))" }
                guard difference.got != "nil" else {
                    kept.append(Kept(place: result.test.place, reason: "there is no \(difference.name) to expect"))
                    continue
                }
                guard let range = values[difference.name] else {
                    kept.append(
                        Kept(place: result.test.place, reason: "\(difference.name) does not stand in the table"))
                    continue
                }
                edits.append((range, difference.got))
                changes.append(
                    Change(
                        place: place(range.lowerBound), name: difference.name, old: tree.source.text(in: range),
                        new: difference.got))
            }
        }
        guard !edits.isEmpty else { return }
        var text = file.source.text
        for edit in edits.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
            text.replaceSubrange(edit.range, with: Array(edit.text.utf8))
        }
        files.append(File(path: file.path, old: file.source.text, new: text))
    }

    private func reason(toKeep result: TestResult, among results: [TestResult]) -> String? {
        guard let table = result.test.table else { return "it is a function" }
        guard let failure = result.failures.first, result.failures.count == 1, !failure.differences.isEmpty else {
            return "it fails for another reason: \(result.failures.last?.message ?? "")"
        }
        if failure.path != nil { return "it holds for all outcomes" }
        return results.count { $0.test.table == table } > 1 ? "several tests come from this place" : nil
    }
}

/// The places of the values of `expect` in a test file.
private struct ExpectationTables {
    private let tree: SyntaxTree
    /// The tables after the word `test`.
    private var tables: [(name: String, line: Int, table: ExpressionID)] = []

    init(_ tree: SyntaxTree) {
        self.tree = tree
        for expression in tree.expressions {
            guard case .call(let callee, let arguments) = expression.kind else { continue }
            let line = tree.source.line(at: expression.range.lowerBound)
            if arguments.count == 2, isTestWord(callee), let name = string(arguments[0]) {
                tables.append((name, line, arguments[1]))
            } else if arguments.count == 1, case .call(let word, let names) = tree[callee].kind, names.count == 1,
                isTestWord(word), let name = string(names[0])
            {
                tables.append((name, line, arguments[0]))
            }
        }
    }

    /// The ranges of the values that a test expects, by their names.
    func values(of test: TestTable) -> [String: Range<Int>]? {
        let found = tables.filter { $0.name == test.name && $0.line == test.line }
        guard found.count == 1, var fields = fields(found[0].table) else { return nil }
        if let row = test.row {
            let rows = fields.filter { if case .positional = $0 { true } else { false } }
            guard rows.indices.contains(row), let inner = self.fields(rows[row].value) else { return nil }
            fields = inner
        }
        guard let expect = fields.last(where: { key(of: $0) == "expect" }), let values = self.fields(expect.value)
        else { return nil }
        var ranges: [String: Range<Int>] = [:]
        for field in values {
            if let key = key(of: field) { ranges[key] = tree[field.value].range }
        }
        return ranges
    }

    private func fields(_ id: ExpressionID) -> [TableField]? {
        if case .table(let fields) = tree[id].kind { fields } else { nil }
    }

    private func key(of field: TableField) -> String? {
        switch field {
        case .positional: nil
        case .named(let key, _), .keyed(let key, _): string(key)
        }
    }

    private func string(_ id: ExpressionID) -> String? {
        if case .string(let bytes) = tree[id].kind { String(decoding: bytes, as: UTF8.self) } else { nil }
    }

    /// `test`, `test.only` and so on.
    private func isTestWord(_ id: ExpressionID) -> Bool {
        switch tree[id].kind {
        case .name("test", .global): true
        case .field(let object, let key):
            isTestWord(object) && ["only", "skip", "todo"].contains(string(key) ?? "")
        default: false
        }
    }
}
