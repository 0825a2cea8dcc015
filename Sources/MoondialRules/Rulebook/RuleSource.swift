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

    /// Bytes that one rule file, script or module may have.
    static let maximumSize = 1 << 20

    /// Reads one file.
    ///
    /// - Throws: A diagnostic with code `rule_file`.
    package static func read(_ path: String) throws(Diagnostic) -> RuleSource {
        do throws(FileSystem.Failure) {
            return RuleSource(name: .file(path), text: try FileSystem.read(path, limit: maximumSize))
        } catch {
            throw Diagnostic(unreadable: error)
        }
    }

    /// What is compiled: the text without byte order mark, and without a first line that begins with `#`, as the
    /// standalone interpreter reads files. Line numbers stay.
    var chunk: [UInt8] {
        var chunk = text[...]
        if chunk.starts(with: [0xEF, 0xBB, 0xBF]) { chunk = chunk.dropFirst(3) }
        if chunk.first == UInt8(ascii: "#") { chunk = chunk.drop { $0 != UInt8(ascii: "\n") } }
        return chunk.count == text.count ? text : Array(chunk)
    }
}

extension Diagnostic {
    /// A rule file or folder that cannot be read.
    init(unreadable failure: FileSystem.Failure) {
        self.init(
            .ruleFile, "cannot read '\(String(escaping: failure.path.utf8))': \(failure.reason)",
            fix: DiagnosticCode.ruleFile.advice)
    }
}
