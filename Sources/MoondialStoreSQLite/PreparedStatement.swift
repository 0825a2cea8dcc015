// SPDX-License-Identifier: MIT

import GRDB
import GRDBSQLite

/// The value of a `?` in a statement.
enum SQLiteArgument {
    case text(String)
    case integer(Int64)
    case bytes([UInt8])
    case null

    init(_ number: Int64?) { self = number.map { .integer($0) } ?? .null }
}

/// A statement that is prepared once for the connection. It does not use GRDB's arguments and rows, which take longer
/// than SQLite's own work for a counter.
struct PreparedStatement {
    private let handle: SQLiteStatement
    private let connection: SQLiteConnection?

    init(_ sql: String, _ database: Database) throws {
        handle = try database.cachedStatement(sql: sql).sqliteStatement
        connection = database.sqliteConnection
    }

    /// Executes the statement, and calls `read` with each row.
    func run(_ arguments: [SQLiteArgument], _ read: (SQLiteRow) throws -> Void = { _ in }) throws {
        // After a failed statement, this returns the same error again, which is ignored.
        defer { sqlite3_reset(handle) }
        for (index, argument) in arguments.enumerated() {
            guard bind(argument, at: CInt(index + 1)) == SQLITE_OK else { throw failure }
        }
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: try read(SQLiteRow(handle: handle))
            case SQLITE_DONE: return
            default: throw failure
            }
        }
    }

    private var failure: DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)))
    }

    /// Binds an argument. SQLite copies texts and bytes.
    private func bind(_ argument: SQLiteArgument, at index: CInt) -> CInt {
        let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch argument {
        case .integer(let number): return sqlite3_bind_int64(handle, index, number)
        case .null: return sqlite3_bind_null(handle, index)
        case .bytes(let bytes):
            return bytes.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress else { return sqlite3_bind_zeroblob(handle, index, 0) }
                return sqlite3_bind_blob(handle, index, start, CInt(bytes.count), copies)
            }
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(handle, index, $0.baseAddress, CInt($0.count), copies)
                }
            }
        }
    }
}

/// The current row of a statement. Columns are counted from 0.
struct SQLiteRow {
    fileprivate let handle: SQLiteStatement

    func integer(_ column: CInt) -> Int64 { sqlite3_column_int64(handle, column) }

    func optionalInteger(_ column: CInt) -> Int64? {
        sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : integer(column)
    }

    func text(_ column: CInt) -> String { String(decoding: bytes(column), as: UTF8.self) }

    func bytes(_ column: CInt) -> [UInt8] { withBytes(column) { Array($0) } }

    /// The bytes are valid inside of `body`.
    func withBytes<Result>(_ column: CInt, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let start = sqlite3_column_blob(handle, column)
        return try body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }
}
