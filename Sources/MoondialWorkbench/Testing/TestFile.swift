// SPDX-License-Identifier: MIT

package import JSON
import MoondialLua
package import MoondialRules
import TextFormats

/// A file of tests with the rules that they are about.
package struct TestFile: Sendable {
    /// The name of the file, printable.
    package let name: String
    let path: String
    let source: RuleSource
    let folder: String
    let rules: RuleFiles

    /// Reads a test file, and the rules next to it: for `strict_test.lua` those in `strict.lua` or, if that file does
    /// not exist, those of the folder.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - given: The rules to test; nil for those next to the file.
    ///   - limits: The limits of the size of files.
    /// - Throws: A diagnostic when a file or folder cannot be read.
    package init(_ path: String, rules given: RuleFiles?, limits: RunLimits) throws(Diagnostic) {
        name = ByteText.shown(path)
        self.path = path
        source = try RuleSource.read(path, limits: limits)
        folder = FileSystem.folder(of: path)
        if let given {
            rules = given
        } else {
            let sibling = String(path.dropLast("_test.lua".count)) + ".lua"
            let isThere = (try? FileSystem.kind(of: sibling)) == .file
            rules = try RuleFiles.read([isThere ? sibling : folder], limits: limits)
        }
    }

    /// The test files of these paths: each named file, and all `*_test.lua` in named folders and their subfolders,
    /// sorted.
    ///
    /// - Throws: A diagnostic when a file or folder cannot be read.
    package static func find(_ paths: [String]) throws(Diagnostic) -> [String] {
        var found: [String] = []
        do throws(FileSystem.Failure) {
            for path in paths { try find(path, &found, isNamed: true, depth: 0) }
        } catch {
            throw Diagnostic(unreadable: error)
        }
        return found
    }

    private static func find(
        _ path: String, _ found: inout [String], isNamed: Bool, depth: Int
    ) throws(FileSystem.Failure) {
        guard try FileSystem.kind(of: path) == .folder else {
            if isNamed || path.hasSuffix("_test.lua"), !found.contains(path) { found.append(path) }
            return
        }
        // Symbolic links can form a cycle.
        guard depth < 32 else { return }
        for name in try FileSystem.names(in: path, suffix: "") where !name.hasPrefix(".") {
            let child = FileSystem.path(name, in: path)
            if name.hasSuffix("_test.lua") || (try? FileSystem.kind(of: child)) == .folder {
                try find(child, &found, isNamed: false, depth: depth + 1)
            }
        }
    }
}

/// How tests are run.
package struct TestSettings: Sendable {
    package var run = RunSettings()
    /// The fields that rules read in `moondial.config`.
    package var config = JSONObject()
    /// The limit of processor time of one test. The default is 5 seconds.
    package var cpuLimit = Duration.seconds(5)
    /// The time at which tests without `at` begin, in milliseconds since 1970. The default is noon of 2026-01-01 in
    /// Beijing.
    package var time: Int64 = 1_767_240_000_000
    /// The seed of random numbers. The default is 1.
    package var seed: Int64 = 1
    /// Whether the lines of rules are counted. The default is false.
    package private(set) var countsLines = false

    package init() {}

    /// Counts the lines of rules. Lua then takes several times as long for the same code, so limits on processor time
    /// become ten times as high.
    package mutating func countLines() {
        countsLines = true
        run.limits.hookCPU *= 10
        run.limits.runCPU *= 10
        run.limits.loadCPU *= 10
        cpuLimit *= 10
    }
}

/// One test of a file.
package struct TestCase: Sendable {
    package let file: TestFile
    /// The index of the test among the definitions of the file.
    let index: Int
    package let name: String
    /// `file:line`.
    package let place: String
    package let mode: TestMode
    /// The place of the table, if the test is one.
    let table: TestTable?
}
