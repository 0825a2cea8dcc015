// SPDX-License-Identifier: MIT

import MoondialRules

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The few things that a session needs of the file system.
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

    /// Writes a file that only its owner can read; an old one of that name is kept as it is unless `replaces`.
    ///
    /// - Throws: A diagnostic with code `io`.
    static func write(_ text: String, to path: String, replaces: Bool) throws(Diagnostic) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (replaces ? O_TRUNC : O_EXCL), 0o600)
        guard descriptor >= 0 else { throw failure("write", path) }
        defer { close(descriptor) }
        guard Descriptors.writeAll(Array(text.utf8), to: descriptor) else { throw failure("write", path) }
    }

    /// The names in a folder, sorted; those of folders end with a slash. Empty when it cannot be read.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            var status = stat()
            let isFolder = stat("\(folder)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
            names.append(isFolder ? name + "/" : name)
        }
        return names.sorted()
    }

    private static func failure(_ verb: String, _ path: String) -> Diagnostic {
        let reason = String(cString: strerror(errno))
        return Diagnostic(.inputOutput, "cannot \(verb) '\(path)': \(reason)", fix: DiagnosticCode.inputOutput.advice)
    }
}
