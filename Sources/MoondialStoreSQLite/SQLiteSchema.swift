// SPDX-License-Identifier: MIT

import GRDB

/// The tables. Keys are `NAMESPACE:NAME`; times are microseconds since 1970. `sweep` is the minute after which a row
/// can be deleted; minutes, so that its index changes seldom. A counter has its newest moments in its row and the
/// others in `chunks`: see ``StoredLog``.
enum SQLiteSchema {
    /// The version of the tables, kept in `user_version`.
    private static let version = 2

    /// Checks that the file is a store, or empty. To be called before anything is written: a database of another program
    /// must not be changed.
    ///
    /// - Throws: ``OtherTables`` when there are tables, but not those of a store.
    static func checkOwner(_ database: Database) throws {
        let tables = try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
        guard tables.isEmpty || Set(tables).isSuperset(of: ["entries", "lists", "members"]) else { throw OtherTables() }
    }

    /// Creates missing tables. The write lock is taken only if some are missing, since waiting for it may take long.
    static func migrate(_ database: Database) throws {
        guard try foundVersion(database) != version else { return }
        try database.inTransaction(.immediate) {
            try makeTables(database)
            return .commit
        }
    }

    private static func foundVersion(_ database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    }

    private static func makeTables(_ database: Database) throws {
        let found = try foundVersion(database)
        guard found <= version else { throw NewerVersion() }
        // Another process may have created them meanwhile.
        guard found < version else { return }
        if found == 0 { try database.execute(sql: values) }
        // No release has written version 1, which kept the log of a counter in one piece.
        if found == 1 { try database.execute(sql: "DROP TABLE counters") }
        if found < 2 { try database.execute(sql: counters) }
        try database.execute(sql: "PRAGMA user_version = \(version)")
    }

    private static let values = """
        CREATE TABLE entries (
          id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value BLOB NOT NULL, expires INTEGER, sweep INTEGER);
        CREATE INDEX entries_sweep ON entries(sweep) WHERE sweep IS NOT NULL;
        CREATE TABLE lists (
          id INTEGER PRIMARY KEY, namespace TEXT NOT NULL, name TEXT NOT NULL, load TEXT,
          count INTEGER NOT NULL, touched INTEGER NOT NULL, state TEXT NOT NULL);
        CREATE UNIQUE INDEX lists_current ON lists(namespace, name) WHERE state = 'current';
        CREATE INDEX lists_other ON lists(state) WHERE state <> 'current';
        CREATE TABLE members (
          list INTEGER NOT NULL, member TEXT NOT NULL, PRIMARY KEY (list, member)) WITHOUT ROWID;
        """

    private static let counters = """
        CREATE TABLE counters (
          id INTEGER PRIMARY KEY, key TEXT NOT NULL, window INTEGER NOT NULL, log BLOB NOT NULL,
          sweep INTEGER NOT NULL, UNIQUE (key, window));
        CREATE INDEX counters_sweep ON counters(sweep);
        CREATE TABLE chunks (
          counter INTEGER NOT NULL, number INTEGER NOT NULL, moments BLOB NOT NULL,
          PRIMARY KEY (counter, number)) WITHOUT ROWID;
        CREATE TRIGGER counters_delete AFTER DELETE ON counters BEGIN
          DELETE FROM chunks WHERE counter = OLD.id;
        END;
        """

    /// The file was written by a newer moondial.
    struct NewerVersion: Error {}

    /// The file is the database of another program.
    struct OtherTables: Error {}
}
