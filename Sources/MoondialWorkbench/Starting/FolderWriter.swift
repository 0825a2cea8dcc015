// SPDX-License-Identifier: MIT

import MoondialRules
import TextFormats

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Writes new files into a folder, which it makes if needed. Files that are there stay as they are, unless they may be
/// replaced.
package struct FolderWriter {
    package enum Outcome: String, Sendable {
        case written
        /// A file that is there holds the same.
        case unchanged
        /// A file that is there holds something else, and was not touched.
        case kept
    }

    package struct Failure: Error {
        package let path: String
        /// As `strerror` puts it.
        package let reason: String
    }

    private let folder: String

    /// - Parameter folder: A path as `ByteText` makes it.
    package init(_ folder: String) { self.folder = folder }

    /// Writes one file.
    ///
    /// - Parameters:
    ///   - text: What the file shall hold.
    ///   - path: Relative to the folder.
    ///   - mayReplace: Gets the text of a file that is there, and says whether it may be replaced. The default is never.
    /// - Returns: What became of the file.
    /// - Throws: Why a folder or the file cannot be made.
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
            let draft = file + ".new"
            _ = Self.withBytes(draft) { unlink($0) }
            try create(draft, text)
            guard Self.withBytes(draft, { from in Self.withBytes(file) { rename(from, $0) } }) == 0 else {
                throw Self.failure(file)
            }
            return .written
        }
        try create(file, text)
        return .written
    }

    /// Never follows a link, and never writes over something.
    private func create(_ path: String, _ text: String) throws(Failure) {
        let descriptor = Self.withBytes(path) { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) }
        guard descriptor >= 0 else { throw Self.failure(path) }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Self.write(descriptor, $0) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure(path) }
            rest = rest.dropFirst(count)
        }
    }

    private static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Darwin)
            Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
            Musl.write(descriptor, bytes.baseAddress, bytes.count)
        #else
            Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }

    /// With the folders around it.
    private func makeFolder(_ path: String) throws(Failure) {
        if (try? FileSystem.kind(of: path)) == .folder { return }
        let parent = FileSystem.folder(of: path)
        if parent != path { try makeFolder(parent) }
        guard Self.withBytes(path, { mkdir($0, 0o755) }) == 0 || errno == EEXIST else { throw Self.failure(path) }
    }

    private static func failure(_ path: String) -> Failure {
        Failure(path: path, reason: String(cString: strerror(errno)))
    }

    private static func withBytes<Result>(_ path: String, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (ByteText.bytes(path) + [0]).withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { pointer in
                guard let start = pointer.baseAddress else { preconditionFailure("the buffer holds the final zero") }
                return body(start)
            }
        }
    }
}
