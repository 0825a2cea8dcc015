// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import Platform

/// Why the history could not be read or written.
package struct HistoryFileError: Error, Sendable, Hashable, CustomStringConvertible {
    package let path: String
    /// What is wrong, with the text of the system for its errors.
    package let reason: String

    package var description: String { "history file \(path): \(reason)" }
}

/// The file that the blocks of all sessions are kept in: one line each, newlines and backslashes escaped.
///
/// A line may begin with what is known about the block: `\@TIME OUTCOME TARGET\:`, the time in milliseconds since 1970. No
/// escaped block begins so.
///
/// The file is 0600, a folder made for it 0700. A symbolic link, a file of another user and anything but a regular file
/// are refused. Each access locks the file, so that sessions that run at the same time keep each other's blocks.
package struct HistoryFile: Sendable {
    package let path: String
    private let folder: String
    private let name: String

    package init(path: String) {
        self.path = path
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
        folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    /// `history` in the ``StateFolder``; nil without one.
    package init?(environment: [String: String]) {
        guard let folder = StateFolder.path(environment) else { return nil }
        self.init(path: folder + "/history")
    }

    /// Reads the blocks, the oldest first. No file is no error. A file that has grown far beyond the capacity is cut.
    package func load(capacity: Int = 10_000) throws(HistoryFileError) -> [KeptBlock] {
        guard access(path, F_OK) == 0 || isLink else { return [] }
        return try withLockedFile { descriptor, folder throws(HistoryFileError) in
            let blocks = Self.blocks(try read(descriptor))
            if blocks.count > capacity + capacity / 4 {
                let kept = blocks.suffix(capacity)
                try replace(with: kept, folder: folder)
                return Array(kept)
            }
            return blocks
        }
    }

    /// Adds blocks at the end. Secrets must have been removed from them before.
    package func append(_ blocks: [KeptBlock]) throws(HistoryFileError) {
        try withLockedFile { descriptor, _ throws(HistoryFileError) in
            var line = blocks.flatMap(Self.encoded)
            // The last write may have been cut off: then a newline comes first.
            var status = stat()
            var last: UInt8 = 0x0A
            if fstat(descriptor, &status) == 0, status.st_size > 0 {
                _ = pread(descriptor, &last, 1, status.st_size - 1)
            }
            if last != 0x0A { line.insert(0x0A, at: 0) }
            if let error = Descriptors.writeAll(line, to: descriptor) {
                throw HistoryFileError(path: path, reason: error.description)
            }
        }
    }

    /// Replaces each block that is a key of `changes` by its value.
    package func rewrite(_ changes: [String: String]) throws(HistoryFileError) {
        try withLockedFile { descriptor, folder throws(HistoryFileError) in
            let blocks = Self.blocks(try read(descriptor))
            let changed = blocks.map { block in
                var block = block
                block.text = changes[block.text] ?? block.text
                return block
            }
            try replace(with: changed, folder: folder)
        }
    }

    // MARK: - Lines

    static func encoded(_ block: KeptBlock) -> [UInt8] {
        var line: [UInt8] = []
        if let time = block.time, let target = block.target {
            line = Array("\\@\(time) \(block.outcome?.rawValue ?? "-") \(target)\\:".utf8)
        }
        for byte in block.text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): line += [byte, byte]
            case UInt8(ascii: "\n"): line += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            default: line.append(byte)
            }
        }
        return line + [UInt8(ascii: "\n")]
    }

    /// The blocks of a file. Reads bytes, for speed: ten thousand lines are read before the first prompt.
    static func blocks(_ bytes: [UInt8]) -> [KeptBlock] {
        var targets = TargetNames()
        return bytes.split(separator: UInt8(ascii: "\n")).map { block($0, &targets) }
    }

    private static func block(_ line: ArraySlice<UInt8>, _ targets: inout TargetNames) -> KeptBlock {
        let (backslash, blank) = (UInt8(ascii: "\\"), UInt8(ascii: " "))
        guard line.count > 2, line[line.startIndex] == backslash, line[line.startIndex + 1] == UInt8(ascii: "@"),
            let outcome = line.firstIndex(of: blank),
            let target = line[(outcome + 1)...].firstIndex(of: blank),
            let end = line[target...].firstIndex(of: backslash), end + 1 < line.endIndex,
            line[end + 1] == UInt8(ascii: ":")
        else { return KeptBlock(text(line)) }
        var time: Int64 = 0
        for byte in line[(line.startIndex + 2)..<outcome] where LuaLexer.isDigit(byte) {
            time = time &* 10 &+ Int64(byte - UInt8(ascii: "0"))
        }
        return KeptBlock(
            text(line[(end + 2)...]), time: time, target: targets.name(line[(target + 1)..<end]),
            outcome: Self.outcome(line[(outcome + 1)..<target]))
    }

    private static func outcome(_ bytes: ArraySlice<UInt8>) -> BlockOutcome? {
        switch bytes.first {
        case UInt8(ascii: "o"): .done
        case UInt8(ascii: "e"): .failed
        case UInt8(ascii: "s"): .interrupted
        default: nil
        }
    }

    /// Makes the string of a target once for many lines, since most lines have the target of the line before.
    private struct TargetNames {
        private var bytes: ArraySlice<UInt8> = []
        private var name = ""

        mutating func name(_ new: ArraySlice<UInt8>) -> String {
            if new != bytes { (bytes, name) = (new, String(decoding: new, as: UTF8.self)) }
            return name
        }
    }

    private static func text(_ line: ArraySlice<UInt8>) -> String {
        guard line.contains(UInt8(ascii: "\\")) else { return String(decoding: line, as: UTF8.self) }
        var block: [UInt8] = []
        var isEscaped = false
        for byte in line {
            if isEscaped {
                block.append(byte == UInt8(ascii: "n") ? UInt8(ascii: "\n") : byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                block.append(byte)
            }
        }
        return String(decoding: block, as: UTF8.self)
    }
}

// MARK: - Files

extension HistoryFile {
    private func failure() -> HistoryFileError {
        HistoryFileError(path: path, reason: Errno.last.description)
    }

    private func refusal(_ reason: String) -> HistoryFileError {
        HistoryFileError(path: path, reason: reason)
    }

    private var isLink: Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    private func withLockedFile<Result>(
        _ body: (_ descriptor: Int32, _ folder: Int32) throws(HistoryFileError) -> Result
    ) throws(HistoryFileError) -> Result {
        let folder = try openFolder()
        defer { close(folder) }
        let descriptor = try openLocked(in: folder)
        // Closing unlocks.
        defer { close(descriptor) }
        return try body(descriptor, folder)
    }

    private func openFolder() throws(HistoryFileError) -> Int32 {
        StateFolder.make(folder)
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        var status = stat()
        // Only for moondial's own folder, since the history may have been put into another one.
        if folder.hasSuffix("/moondial"), fstat(descriptor, &status) == 0, status.st_uid == geteuid(),
            status.st_mode & 0o077 != 0
        {
            _ = fchmod(descriptor, 0o700)
        }
        return descriptor
    }

    private func openLocked(in folder: Int32) throws(HistoryFileError) -> Int32 {
        // Another session may replace the file while this one waits for the lock.
        for _ in 0..<16 {
            let flags = O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
            let descriptor = openat(folder, name, flags, 0o600)
            guard descriptor >= 0 else {
                if errno == ELOOP { throw refusal("is a symbolic link, which is not followed") }
                throw failure()
            }
            do throws(HistoryFileError) {
                if try lock(descriptor, in: folder) { return descriptor }
                close(descriptor)
            } catch {
                close(descriptor)
                throw error
            }
        }
        throw refusal("is being replaced all the time")
    }

    /// - Returns: whether the file is still the one of that name.
    private func lock(_ descriptor: Int32, in folder: Int32) throws(HistoryFileError) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        guard status.st_mode & S_IFMT == S_IFREG else { throw refusal("is not a regular file") }
        guard status.st_uid == geteuid() else { throw refusal("belongs to another user") }
        if status.st_mode & 0o077 != 0 { _ = fchmod(descriptor, 0o600) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw failure() }
        }
        var current = stat()
        let isThere = fstatat(folder, name, &current, AT_SYMLINK_NOFOLLOW) == 0
        return isThere && current.st_ino == status.st_ino && current.st_dev == status.st_dev
    }

    private func read(_ descriptor: Int32) throws(HistoryFileError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            switch Descriptors.read(descriptor) {
            case .bytes(let more): bytes += more
            case .end: return bytes
            case .interrupted: continue
            case .failure(let error):
                throw HistoryFileError(path: path, reason: error.description)
            }
        }
    }

    /// Replaces the locked file. A session that waits for the lock notices this and opens the new file.
    private func replace(with blocks: some Sequence<KeptBlock>, folder: Int32) throws(HistoryFileError) {
        let temporary = "\(name).\(getpid()).new"
        unlinkat(folder, temporary, 0)
        let descriptor = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var error = Descriptors.writeAll(blocks.flatMap(Self.encoded), to: descriptor)
        if error == nil, fsync(descriptor) != 0 || renameat(folder, temporary, folder, name) != 0 { error = .last }
        guard let error else { return }
        unlinkat(folder, temporary, 0)
        throw HistoryFileError(path: path, reason: error.description)
    }
}
