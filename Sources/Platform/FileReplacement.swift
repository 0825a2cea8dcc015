// SPDX-License-Identifier: MIT

/// Writes a file completely or not at all: the file has another name until all of it is on the disk.
///
/// Paths are those of the C library: bytes that end with a zero.
package struct FileReplacement {
    /// What happens to a file that exists already.
    package enum Present: Sendable {
        /// The file stays, and ``write(_:to:)`` fails with `EEXIST`.
        case stays
        /// The file is replaced, and the new one gets its permissions. If the path is a symbolic link, the file that
        /// the link leads to is replaced, not the link.
        case isReplaced
    }

    private let present: Present
    private let permissions: mode_t

    /// - Parameters:
    ///   - present: What happens to a file that exists already.
    ///   - permissions: The permissions of a new file, which the process's umask reduces.
    package init(present: Present, permissions: mode_t) {
        self.present = present
        self.permissions = permissions
    }

    /// Writes the file.
    ///
    /// - Parameters:
    ///   - bytes: The content of the file.
    ///   - path: The path of the file.
    /// - Throws: The error of the system. A file that existed is unchanged, and no draft is left behind.
    package func write(_ bytes: [UInt8], to path: UnsafePointer<CChar>) throws(Errno) {
        guard present == .isReplaced, let target = realpath(path, nil) else {
            return try write(bytes, target: path)
        }
        defer { free(target) }
        try write(bytes, target: target)
    }

    private func write(_ bytes: [UInt8], target: UnsafePointer<CChar>) throws(Errno) {
        var draft = Array(UnsafeBufferPointer(start: target, count: strlen(target)))
        draft += ".\(getpid()).new".utf8CString
        unlink(draft)
        do throws(Errno) {
            try write(bytes, draft: draft, beside: target)
            try put(draft, at: target)
        } catch {
            unlink(draft)
            throw error
        }
    }

    /// Creates the draft. Never follows a link, and never overwrites a file.
    private func write(_ bytes: [UInt8], draft: [CChar], beside target: UnsafePointer<CChar>) throws(Errno) {
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, permissions)
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        var status = stat()
        if present == .isReplaced, stat(target, &status) == 0 { _ = fchmod(descriptor, status.st_mode & 0o7777) }
        if let error = Descriptors.writeAll(bytes, to: descriptor) { throw error }
        guard fsync(descriptor) == 0 else { throw .last }
    }

    private func put(_ draft: [CChar], at target: UnsafePointer<CChar>) throws(Errno) {
        switch present {
        case .isReplaced: guard rename(draft, target) == 0 else { throw .last }
        case .stays:
            // Creates an empty file first, which fails if the file exists by now: `rename` alone would replace it.
            let name = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
            guard name >= 0 else { throw .last }
            close(name)
            guard rename(draft, target) == 0 else {
                let error = Errno.last
                unlink(target)
                throw error
            }
        }
    }
}
