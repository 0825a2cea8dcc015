// SPDX-License-Identifier: MIT

import MoondialLua

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The few things that loading rules needs of the file system, with errors in the system's own words.
enum FileSystem {
    struct Failure: Error {
        let path: String
        /// As `strerror` puts it: "No such file or directory".
        let reason: String
    }

    /// What the last call of the system ended with.
    private static func failure(at path: String) -> Failure {
        Failure(path: path, reason: String(cString: strerror(errno)))
    }

    enum Kind {
        case file, folder, other
    }

    static func kind(of path: String) throws(Failure) -> Kind {
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure(at: path) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .other
        }
    }

    /// The whole content; fails when it is larger than `limit` bytes.
    static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(at: path) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while content.count <= limit {
            #if canImport(Darwin)
                let count = Darwin.read(descriptor, &chunk, chunk.count)
            #elseif canImport(Musl)
                let count = Musl.read(descriptor, &chunk, chunk.count)
            #else
                let count = Glibc.read(descriptor, &chunk, chunk.count)
            #endif
            if count == 0 { return content }
            if count > 0 {
                content += chunk[..<count]
            } else if errno != EINTR {
                throw failure(at: path)
            }
        }
        throw Failure(path: path, reason: "it is larger than \(limit) bytes")
    }

    /// The names in a folder that end so, sorted by their bytes.
    static func names(in folder: String, suffix: String) throws(Failure) -> [String] {
        guard let stream = opendir(folder) else { throw failure(at: folder) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard bytes.count > suffix.utf8.count, bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) else {
                continue
            }
            guard let name = String(validating: bytes, as: UTF8.self) else {
                throw Failure(path: folder, reason: "the name '\(String(escaping: bytes))' in it is not UTF-8")
            }
            names.append(name)
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The absolute path without links; nil when there is no such file.
    static func realPath(_ path: String) throws(Failure) -> String? {
        guard let resolved = realpath(path, nil) else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure(at: path)
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
