// SPDX-License-Identifier: MIT

import GRDB
import MoondialStore

/// Why a command has no reply: it was refused, or the file failed.
enum StoreFailure: Error {
    case refused(StoreError)
    case database(any Error)
}

extension StoreError {
    /// The error for a failure of the file. SQLite's text is not repeated: it can hold values.
    init(_ error: any Error) {
        switch (error as? DatabaseError)?.resultCode.primaryResultCode {
        case .SQLITE_BUSY?, .SQLITE_LOCKED?:
            self.init(.timeout, "another process has locked the store; check which one keeps it locked")
        case .SQLITE_FULL?:
            self.init(.full, "the disk is full, or the store has reached its largest size; make room")
        case .SQLITE_READONLY?, .SQLITE_PERM?, .SQLITE_CANTOPEN?, .SQLITE_AUTH?:
            self.init(.unavailable, "the store cannot be written; check owner, permissions and the file system")
        case .SQLITE_CORRUPT?, .SQLITE_NOTADB?:
            self.init(.unavailable, "the store is damaged; move its file away, and the next call makes a new one")
        case .SQLITE_IOERR?: self.init(.unavailable, "the disk of the store failed; check the log of the system")
        case let code?: self.init(.unavailable, "the store failed with code \(code.rawValue) of SQLite")
        case nil: self.init(.unavailable, "the store failed: \(type(of: error))")
        }
    }

    init(opening path: String, _ error: any Error) {
        switch error {
        case is SQLiteSchema.NewerVersion:
            self.init(.unavailable, "the store \(path) was written by a newer moondial; use that, or another file")
        case is SQLiteSchema.OtherTables:
            self.init(.unavailable, "the store \(path) is a database of another program; name another file")
        default:
            let cause = StoreError(error)
            self.init(cause.kind, "could not open the store \(path): \(cause.message)")
        }
    }
}

extension Error {
    var isLock: Bool {
        switch (self as? DatabaseError)?.resultCode.primaryResultCode {
        case .SQLITE_BUSY?, .SQLITE_LOCKED?: true
        default: false
        }
    }

    /// Whether the connection must be opened again.
    var needsReopening: Bool {
        switch (self as? DatabaseError)?.resultCode.primaryResultCode {
        case .SQLITE_BUSY?, .SQLITE_LOCKED?, .SQLITE_FULL?: false
        default: true
        }
    }
}

extension StoreCommand {
    /// Whether the command does not change the file.
    var isReading: Bool {
        switch self {
        case .get, .has, .entries, .lists: true
        default: false
        }
    }

    /// Whether the command takes milliseconds.
    var isLong: Bool {
        if case .appendToLoad = self { true } else { false }
    }
}
