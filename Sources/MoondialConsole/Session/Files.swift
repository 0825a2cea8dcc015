// SPDX-License-Identifier: MIT

import MoondialRules
import Platform
import TextFormats

/// Functions of the file system for a session.
enum Files {
    /// The whole content, of at most 64 MiB. Pipes and devices are refused, so that reading never waits.
    ///
    /// - Throws: A diagnostic with code `io`.
    static func read(_ path: String) throws(Diagnostic) -> [UInt8] {
        do throws(FileSystem.Failure) {
            return try FileSystem.read(path, limit: .fixed(64 << 20))
        } catch {
            throw Diagnostic(unreadable: error, code: .inputOutput)
        }
    }

    /// Writes a file that only its owner can read. The name appears only when the whole content is on the disk. An
    /// existing file of that name stays, unless `replaces`; then the new file has its permissions. `fix` says what to
    /// do when there is such a file.
    ///
    /// - Throws: A diagnostic with code `io`.
    static func write(
        _ text: String, to path: String, replaces: Bool, fix: String = "name another file"
    ) throws(Diagnostic) {
        let kind = try? FileSystem.kind(of: path)
        if let kind, kind != .file {
            throw Diagnostic(.inputOutput, "cannot write '\(ByteText.shown(path))': it is not a regular file")
        }
        let taken = Diagnostic(.inputOutput, "cannot write '\(ByteText.shown(path))': there is such a file", fix: fix)
        if kind != nil, !replaces { throw taken }
        do throws(Errno) {
            try ByteText.withPath(path) { path throws(Errno) in
                try FileReplacement(present: replaces ? .isReplaced : .stays, permissions: 0o600)
                    .write(ByteText.bytes(text), to: path)
            }
        } catch {
            throw error == .fileExists ? taken : failure(path, error)
        }
    }

    /// The names in a folder, sorted; those of folders end with a slash. Empty when it cannot be read.
    static func names(in folder: String) -> [String] {
        let names = (try? FileSystem.names(in: folder)) ?? []
        return names.map { name in
            (try? FileSystem.kind(of: FileSystem.path(name, in: folder))) == .folder ? name + "/" : name
        }
        .sorted()
    }

    private static func failure(_ path: String, _ error: Errno) -> Diagnostic {
        Diagnostic(
            .inputOutput, "cannot write '\(ByteText.shown(path))': \(error.description)",
            fix: DiagnosticCode.inputOutput.advice)
    }
}
