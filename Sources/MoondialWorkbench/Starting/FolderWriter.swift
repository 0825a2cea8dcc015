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
            try Self.replace(file, with: Array(text.utf8))
            return .written
        }
        try Self.create(file, Array(text.utf8))
        return .written
    }

    /// Puts other bytes in the place of a file at once: they are written beside it first. The file that a link leads to is
    /// replaced, and not the link. Its mode stays.
    ///
    /// - Throws: Why it cannot be written; then it is as it was.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(Failure) {
        let file = (try? FileSystem.realPath(path)) ?? nil ?? path
        let draft = "\(file).\(getpid()).new"
        _ = withBytes(draft) { unlink($0) }
        do throws(Failure) {
            try create(draft, bytes)
        } catch {
            _ = withBytes(draft) { unlink($0) }
            throw error
        }
        var status = stat()
        if withBytes(file, { stat($0, &status) }) == 0 {
            _ = withBytes(draft) { chmod($0, status.st_mode & 0o7777) }
        }
        guard withBytes(draft, { from in withBytes(file) { rename(from, $0) } }) == 0 else {
            let failure = failure(file)
            _ = withBytes(draft) { unlink($0) }
            throw failure
        }
    }

    /// Never follows a link, and never writes over something.
    private static func create(_ path: String, _ bytes: [UInt8]) throws(Failure) {
        let descriptor = withBytes(path) { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) }
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
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
