// SPDX-License-Identifier: MIT

import LuaSyntax

/// Checks Lua files without running them.
///
/// A finding is reported only when it is certain that the line fails, does nothing, or hides a word; nothing is
/// reported about values whose type is not known.
package struct Checker {
    private let vocabulary: Vocabulary

    package init(_ vocabulary: Vocabulary) { self.vocabulary = vocabulary }

    /// What was found in files that are loaded together, in the order of the files and of their lines.
    package func check(_ files: [CheckedFile]) -> [Finding] {
        var analyses: [Analysis?] = []
        var findings: [[Finding]] = []
        for file in files {
            do throws(SyntaxProblem) {
                var vocabulary = vocabulary
                vocabulary.globals.merge(file.words) { $1 }
                vocabulary.words.formUnion(file.words.keys)
                analyses.append(Analysis(file, try SyntaxTree(file: file.bytes), vocabulary))
                findings.append([])
            } catch {
                analyses.append(nil)
                findings.append([
                    Finding(
                        .syntaxError, error.message, file: file.name, error.range, of: SourceText(file.bytes), hint: nil
                    )
                ])
            }
        }
        let shared = SharedNames(analyses.compactMap(\.self))
        for (index, analysis) in analyses.enumerated() {
            guard let analysis else { continue }
            var check = FileCheck(analysis, shared)
            check.run()
            let comments = IgnoreComments(analysis.file.name, analysis.tree, otherCodes: vocabulary.otherCodes)
            findings[index] = comments.filter(check.findings)
        }
        return findings.flatMap { $0 }
    }

    /// The codes that comments of a file switch off, each with the line of its findings.
    package static func ignoredCodes(in bytes: [UInt8]) -> [(code: String, line: Int)] {
        guard let tree = try? SyntaxTree(file: bytes) else { return [] }
        return IgnoreComments("", tree, otherCodes: []).codes
    }

    /// Whether a file that is given as a rule file is a script: it waits for the network while it loads, or calls
    /// `verify` outside of hooks.
    package func isScript(_ bytes: [UInt8]) -> Bool {
        guard let tree = try? SyntaxTree(file: bytes) else { return false }
        return Analysis(CheckedFile(name: "", bytes: bytes, kind: .rules), tree, vocabulary).kind == .script
    }

    /// The names of modules that a file requires by a literal, each with its place.
    package static func requiredModules(in bytes: [UInt8]) -> [RequiredModule] {
        guard let tree = try? SyntaxTree(file: bytes) else { return [] }
        return tree.expressions.compactMap { expression in
            guard case .call(let callee, let arguments) = expression.kind, arguments.count == 1,
                tree.isGlobal(callee, "require"), let name = tree.string(arguments[0])
            else { return nil }
            return RequiredModule(name: name, range: tree[arguments[0]].range, isProtected: false)
        }
            + tree.expressions.compactMap { expression in
                // pcall(require, "name")
                guard case .call(let callee, let arguments) = expression.kind, arguments.count == 2,
                    tree.isGlobal(callee, "pcall"), tree.isGlobal(arguments[0], "require"),
                    let name = tree.string(arguments[1])
                else { return nil }
                return RequiredModule(name: name, range: tree[arguments[1]].range, isProtected: true)
            }
    }

    package struct RequiredModule: Sendable {
        package let name: String
        /// The bytes of the literal.
        package let range: Range<Int>
        /// Whether the file goes on without the module: it calls `pcall(require, "name")`.
        package let isProtected: Bool
    }
}

/// Names that one file defines and others use.
struct SharedNames {
    /// Globals that are assigned, by their name or through `_G`.
    private(set) var globals: Set<String> = []
    /// Globals that are assigned through `_G`, which is how rule files share them.
    private(set) var declared: Set<String> = []
    /// Keys of table constructors, which may be fields of decisions.
    private(set) var keys: Set<String> = []

    init(_ analyses: [Analysis]) {
        for analysis in analyses {
            let tree = analysis.tree
            for expression in tree.expressions {
                switch expression.kind {
                case .name(let name, .global) where expression.isTarget: globals.insert(name)
                case .field(let object, let key) where expression.isTarget && tree.isGlobal(object, "_G"),
                    .element(let object, let key) where expression.isTarget && tree.isGlobal(object, "_G"):
                    if let name = tree.string(key) { declared.insert(name) }
                case .call(let callee, let arguments)
                where tree.isGlobal(callee, "rawset") && arguments.count == 3 && tree.isGlobal(arguments[0], "_G"):
                    if let name = tree.string(arguments[1]) { declared.insert(name) }
                case .table(let fields):
                    for field in fields {
                        switch field {
                        case .named(let key, _), .keyed(let key, _):
                            if let name = tree.string(key) { keys.insert(name) }
                        case .positional: break
                        }
                    }
                default: break
                }
            }
        }
        globals.formUnion(declared)
    }
}
