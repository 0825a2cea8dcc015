// SPDX-License-Identifier: MIT

/// Puts a whole file in its place, or nothing: it has another name until all of it is on the disk.
///
/// Paths are those of the C library: bytes that end with a zero.
package struct FileReplacement {
    /// What happens to a file that is there.
    package enum Present: Sendable {
        /// It stays, and ``write(_:to:)`` fails with `EEXIST`.
        case stays
        /// It is replaced, and the new one has its permissions. What a link leads to is replaced, and not the link.
        case isReplaced
    }

    private let present: Present
    private let permissions: mode_t

    /// - Parameters:
    ///   - present: What happens to a file that is there.
    ///   - permissions: Those of a new file, of which the user's mask is taken.
    package init(present: Present, permissions: mode_t) {
        self.present = present
        self.permissions = permissions
    }

    /// Writes the file.
    ///
    /// - Parameters:
    ///   - bytes: All that it shall hold.
    ///   - path: Where it shall be.
    /// - Throws: Why that is impossible. A file that was there is as it was, and nothing else is left behind.
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

    /// Never follows a link, and never writes over something.
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
            // The name is taken first, only where no file has come meanwhile.
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
