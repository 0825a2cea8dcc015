// SPDX-License-Identifier: MIT

package import MoondialRules

/// Test files that are run again when a file has changed that they, or their rules, have loaded.
package struct WatchedTests: Sendable {
    /// The results of a test file, or why it does not load.
    package typealias Outcome = Result<[TestResult], Diagnostic>

    private struct File: Sendable {
        /// The stamps of the loaded files, taken before these were read.
        var stamps: FileStamps
        var outcome: Outcome
    }

    private let paths: [String]
    private let rules: [String]?
    private let settings: TestSettings
    private let selection: TestSuite.Selection
    private var files: [String: File] = [:]

    /// - Parameters:
    ///   - paths: Test files, and folders of them.
    ///   - rules: The files of the rules; nil for those next to each test file.
    ///   - settings: How tests are run.
    ///   - selection: Which tests of each file are run.
    package init(_ paths: [String], rules: [String]?, _ settings: TestSettings, _ selection: TestSuite.Selection) {
        self.paths = paths
        self.rules = rules
        self.settings = settings
        self.selection = selection
    }

    /// The last outcomes of all files, sorted by their paths.
    package var outcomes: [(path: String, outcome: Outcome)] {
        files.sorted { $0.key < $1.key }.map { ($0.key, $0.value.outcome) }
    }

    /// Finds the test files that have to run since the last call, as they or loaded files are new or have changed, and
    /// those that were deleted, which are forgotten.
    ///
    /// - Throws: When a folder cannot be read.
    package mutating func look() throws(Diagnostic) -> (changed: [String], gone: [String]) {
        let found = try TestFile.find(paths)
        let gone = files.keys.filter { !found.contains($0) }.sorted()
        for path in gone { files[path] = nil }
        let changed = found.filter { path in
            guard let stamps = files[path]?.stamps else { return true }
            return stamps.refreshed() != stamps
        }
        return (changed, gone)
    }

    /// Runs a test file, and returns when its last test has ended.
    package mutating func run(_ path: String) {
        var stamps = FileStamps(file: path)
        do throws(Diagnostic) {
            let limits = settings.run.limits
            let given = try rules.map { paths throws(Diagnostic) in try RuleFiles.read(paths, limits: limits) }
            let suite = try TestSuite([try TestFile(path, rules: given, limits: limits)], settings, selection)
            stamps.addMissing(from: suite.loadedFiles)
            let results = suite.run { _ in }
            // If a file has changed during the run, the first stamp counts, so that the tests run again.
            for result in results { stamps.addMissing(from: result.loadedFiles) }
            files[path] = File(stamps: stamps, outcome: .success(results))
        } catch {
            // The files that it would have loaded are not known: a change of any file in the folder may correct the
            // error.
            stamps.addMissing(from: FileStamps(folder: FileSystem.folder(of: path)))
            for rules in rules ?? [] {
                let isFolder = (try? FileSystem.kind(of: rules)) == .folder
                stamps.addMissing(from: isFolder ? FileStamps(folder: rules) : FileStamps(file: rules))
            }
            files[path] = File(stamps: stamps, outcome: .failure(error))
        }
    }
}
