// SPDX-License-Identifier: MIT

import MoondialRules
import Platform
import TextFormats

/// Writes new files into a folder, which it makes if needed. Existing files stay as they are, unless they may be
/// replaced.
package struct FolderWriter {
    package enum Outcome: String, Sendable {
        case written
        /// The existing file has the same content.
        case unchanged
        /// The existing file has another content, and was not changed.
        case kept
    }

    package struct Failure: Error {
        package let path: String
        /// The error text of the system.
        package let reason: String
    }

    private let folder: String

    /// - Parameter folder: A path as `ByteText` makes it.
    package init(_ folder: String) { self.folder = folder }

    /// Writes one file.
    ///
    /// - Parameters:
    ///   - text: The content of the file.
    ///   - path: Relative to the folder.
    ///   - mayReplace: Called with the text of an existing file; returns whether it may be replaced. The default is
    ///     never.
    /// - Returns: Whether the file was written.
    /// - Throws: ``Failure`` when a folder or the file cannot be made.
    package func write(
        _ text: String, to path: String, mayReplace: (String) -> Bool = { _ in false }
    ) throws(Failure) -> Outcome {
        let file = FileSystem.path(path, in: folder)
        try makeFolder(FileSystem.folder(of: file))
        if FileSystem.hasEntry(file) {
            let present = (try? FileSystem.read(file, limit: .fixed(1 << 20))).map {
                String(decoding: $0, as: UTF8.self)
            }
            if present == text { return .unchanged }
            guard let present, mayReplace(present) else { return .kept }
            try Self.replace(file, with: Array(text.utf8))
            return .written
        }
        try Self.write(Array(text.utf8), to: file, .stays)
        return .written
    }

    /// Replaces the content of a file in one step. The file that a link leads to is replaced, not the link. Its mode
    /// stays.
    ///
    /// - Throws: ``Failure`` when the file cannot be written; then it is unchanged.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(Failure) {
        try write(bytes, to: path, .isReplaced)
    }

    private static func write(
        _ bytes: [UInt8], to path: String, _ present: FileReplacement.Present
    ) throws(Failure) {
        do throws(Errno) {
            try ByteText.withPath(path) { path throws(Errno) in
                try FileReplacement(present: present, permissions: 0o644).write(bytes, to: path)
            }
        } catch {
            throw Failure(path: path, reason: error.description)
        }
    }

    /// Makes a folder with its parent folders.
    private func makeFolder(_ path: String) throws(Failure) {
        if (try? FileSystem.kind(of: path)) == .folder { return }
        let parent = FileSystem.folder(of: path)
        if parent != path { try makeFolder(parent) }
        guard ByteText.withPath(path, { mkdir($0, 0o755) }) == 0 || Errno.last == .fileExists else {
            throw Failure(path: path, reason: Errno.last.description)
        }
    }
}
