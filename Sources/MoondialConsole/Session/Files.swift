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

    /// Writes a file that only its owner can read, or nothing: another name is used until all of it is on the disk. A file of
    /// that name is kept as it is, unless `replaces`; then the new one has its permissions. `fix` says what to do when there
    /// is such a file.
    ///
    /// - Throws: A diagnostic with code `io`.
    static func write(
        _ text: String, to path: String, replaces: Bool, fix: String = "name another file"
    ) throws(Diagnostic) {
        var status = stat()
        let exists = stat(path, &status) == 0
        if exists, status.st_mode & S_IFMT != S_IFREG {
            throw Diagnostic(.inputOutput, "cannot write '\(ByteText.shown(path))': it is not a regular file")
        }
        let taken = Diagnostic(.inputOutput, "cannot write '\(ByteText.shown(path))': there is such a file", fix: fix)
        if exists, !replaces { throw taken }
        // What a link leads to is replaced, and not the link.
        let target = exists ? resolved(path) ?? path : path
        let temporary = "\(target).\(getpid()).new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("write", path) }
        if exists { _ = fchmod(descriptor, status.st_mode & 0o777) }
        let isWritten = Descriptors.writeAll(ByteText.bytes(text), to: descriptor) && fsync(descriptor) == 0
        let code = errno
        close(descriptor)
        errno = code
        // A link to it is made only where no file has come meanwhile.
        if isWritten, replaces ? rename(temporary, target) == 0 : link(temporary, target) == 0 {
            if !replaces { unlink(temporary) }
            return
        }
        let error = errno == EEXIST ? taken : failure("write", path)
        unlink(temporary)
        throw error
    }

    private static func resolved(_ path: String) -> String? {
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        return ByteText.text(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)))
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
        return Diagnostic(
            .inputOutput, "cannot \(verb) '\(ByteText.shown(path))': \(reason)", fix: DiagnosticCode.inputOutput.advice)
    }
}
