// SPDX-License-Identifier: MIT

package import MoondialLua
import TextFormats

/// Lua text with its name in error messages.
package struct RuleSource: Sendable {
    package let name: LuaSourceName
    package let text: [UInt8]
    /// The folder of its modules; nil for all folders of the rules.
    let root: String?

    package init(name: LuaSourceName, text: [UInt8]) {
        self.name = name
        self.text = text
        root = nil
    }

    /// The text of a file. The name is the printable form of the path.
    init(path: String, text: [UInt8], root: String?) {
        name = .file(ByteText.shown(path))
        self.text = text
        self.root = root
    }

    /// Reads one script, which may come through a pipe. A path that is not UTF-8 is as `ByteText` makes it.
    ///
    /// - Throws: A diagnostic with code `rule_file`.
    package static func read(_ path: String, limits: RunLimits = RunLimits()) throws(Diagnostic) -> RuleSource {
        do throws(FileSystem.Failure) {
            let text = try FileSystem.read(path, limit: .source(limits), takesStreams: true)
            return RuleSource(path: path, text: text, root: FileSystem.folder(of: path))
        } catch {
            throw Diagnostic(unreadable: error)
        }
    }

    /// The text to compile: without byte order mark, and without a first line that begins with `#`, as the standalone
    /// interpreter reads files. Line numbers stay.
    var chunk: [UInt8] {
        var chunk = text[...]
        if chunk.starts(with: [0xEF, 0xBB, 0xBF]) { chunk = chunk.dropFirst(3) }
        if chunk.first == UInt8(ascii: "#") { chunk = chunk.drop { $0 != UInt8(ascii: "\n") } }
        return chunk.count == text.count ? text : Array(chunk)
    }
}

extension Diagnostic {
    /// A file or folder that cannot be read.
    package init(unreadable failure: FileSystem.Failure, code: DiagnosticCode = .ruleFile) {
        self.init(
            code, "cannot read '\(ByteText.shown(failure.path))': \(failure.reason)",
            fix: failure.fix ?? DiagnosticCode.ruleFile.advice)
    }
}
