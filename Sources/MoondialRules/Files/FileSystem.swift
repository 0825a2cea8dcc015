// SPDX-License-Identifier: MIT

import MoondialLua
import Platform
import TextFormats

/// Functions of the file system for loading rules and settings. Errors have the texts of the system.
///
/// Paths are texts as `ByteText` makes them, so that names that are not UTF-8 work.
package enum FileSystem {
    /// Why a file or folder cannot be used.
    package struct Failure: Error {
        /// The file or folder.
        package let path: String
        /// The text of `strerror`, such as "No such file or directory", or one in the same style.
        package let reason: String
        /// What to do, when that is more than checking path and permissions.
        package var fix: String?
    }

    /// The error of the last system call.
    private static func failure(at path: String) -> Failure {
        Failure(path: path, reason: Errno.last.description)
    }

    /// What a path leads to, after links were followed.
    package enum Kind: Equatable {
        case file, folder
        /// Anything else, in words: "a pipe".
        case other(String)
    }

    /// - Throws: A failure when nothing is there, or when access is denied.
    package static func kind(of path: String) throws(Failure) -> Kind {
        var status = stat()
        guard ByteText.withPath(path, { stat($0, &status) }) == 0 else { throw failure(at: path) }
        return kind(status)
    }

    private static func kind(_ status: stat) -> Kind {
        switch status.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .folder
        case S_IFIFO: .other("a pipe")
        case S_IFSOCK: .other("a socket")
        default: .other("a device")
        }
    }

    /// Whether there is an entry of that name, which may be a link to nothing.
    package static func hasEntry(_ path: String) -> Bool {
        var status = stat()
        return ByteText.withPath(path) { lstat($0, &status) } == 0
    }

    /// Whether users other than the owner and the group can read or change the file.
    package static func isOpenToOthers(_ path: String) -> Bool {
        var status = stat()
        return ByteText.withPath(path) { stat($0, &status) } == 0 && status.st_mode & (S_IROTH | S_IWOTH) != 0
    }

    /// The most bytes that a file may have.
    package struct SizeLimit {
        let bytes: Int
        /// The setting that raises it, or nil.
        let setting: String?

        /// A limit that no setting raises.
        package static func fixed(_ bytes: Int) -> SizeLimit { SizeLimit(bytes: bytes, setting: nil) }

        /// The limit of `limits.source_bytes`.
        package static func source(_ limits: RunLimits) -> SizeLimit {
            SizeLimit(bytes: limits.sourceBytes, setting: "limits.source_bytes")
        }

        fileprivate func failure(at path: String) -> Failure {
            guard let setting else {
                return Failure(path: path, reason: "it is larger than \(bytes) bytes")
            }
            return Failure(
                path: path, reason: "it is larger than the \(bytes) bytes of \(setting)",
                fix: "raise \(setting) in moondial.yaml, or split the file")
        }
    }

    /// The whole content of a file. Pipes and devices are refused, so that reading never waits, unless `takesStreams`.
    package static func read(
        _ path: String, limit: SizeLimit, takesStreams: Bool = false
    ) throws(Failure) -> [UInt8] {
        // Checked before and after opening: opening a device can have an effect, and the file can be replaced in
        // between.
        if !takesStreams { try checkIsFile(try kind(of: path), path) }
        let mode = takesStreams ? O_RDONLY : O_RDONLY | O_NONBLOCK | O_NOCTTY
        let descriptor = ByteText.withPath(path) { open($0, mode | O_CLOEXEC) }
        guard descriptor >= 0 else { throw failure(at: path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(at: path) }
        if !takesStreams || kind(status) == .folder { try checkIsFile(kind(status), path) }
        return try read(descriptor, path, limit)
    }

    private static func checkIsFile(_ kind: Kind, _ path: String) throws(Failure) {
        switch kind {
        case .file: break
        case .folder: throw Failure(path: path, reason: Errno.isDirectory.description)
        case .other(let what): throw Failure(path: path, reason: "it is \(what), not a file")
        }
    }

    private static func read(_ descriptor: Int32, _ path: String, _ limit: SizeLimit) throws(Failure) -> [UInt8] {
        var content: [UInt8] = []
        while content.count <= limit.bytes {
            switch Descriptors.read(descriptor) {
            case .bytes(let bytes): content += bytes
            case .end: return content
            case .interrupted: break
            case .failure(let error): throw Failure(path: path, reason: error.description)
            }
        }
        throw limit.failure(at: path)
    }

    /// The names in a folder that end with `suffix`, sorted by their bytes; without `.` and `..`.
    package static func names(in folder: String, suffix: String = "") throws(Failure) -> [String] {
        guard let stream = ByteText.withPath(folder, { opendir($0) }) else { throw failure(at: folder) }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard bytes.count > suffix.utf8.count, bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8),
                bytes != Array(".".utf8), bytes != Array("..".utf8)
            else { continue }
            names.append(bytes)
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }.map { ByteText.text($0) }
    }

    /// The absolute path without links; nil when there is no such file.
    package static func realPath(_ path: String) throws(Failure) -> String? {
        guard let resolved = ByteText.withPath(path, { realpath($0, nil) }) else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure(at: path)
        }
        defer { free(resolved) }
        return ByteText.text(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
    }

    /// "rules" for "rules/a.lua", "." for "a.lua".
    package static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// A name in a folder.
    package static func path(_ name: String, in folder: String) -> String {
        folder == "/" ? "/\(name)" : folder == "." ? name : "\(folder)/\(name)"
    }
}

/// A value that differs after a file was changed or replaced.
package struct FileStamp: Hashable, Sendable {
    private let device: UInt64
    private let file: UInt64
    private let size: Int64
    private let changed: [Int]

    /// Nil when there is no such file.
    package init?(_ path: String) {
        var status = stat()
        guard ByteText.withPath(path, { stat($0, &status) }) == 0 else { return nil }
        #if canImport(Darwin)
            let times = (status.st_mtimespec, status.st_ctimespec)
        #else
            let times = (status.st_mtim, status.st_ctim)
        #endif
        device = UInt64(truncatingIfNeeded: status.st_dev)
        file = UInt64(status.st_ino)
        size = Int64(status.st_size)
        changed = [times.0.tv_sec, times.0.tv_nsec, times.1.tv_sec, times.1.tv_nsec].map { Int($0) }
    }
}
