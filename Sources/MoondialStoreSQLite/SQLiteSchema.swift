// SPDX-License-Identifier: MIT

import GRDB

/// The tables. Keys are `NAMESPACE:NAME`; times are microseconds since 1970; `sweep` is the minute after which a row can go,
/// so that its index changes seldom.
enum SQLiteSchema {
    /// In `user_version`.
    private static let version = 1

    static func migrate(_ database: Database) throws {
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard found <= version else { throw NewerVersion() }
        guard found == 0 else { return }
        try database.execute(
            sql: """
                CREATE TABLE entries (
                  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value BLOB NOT NULL, expires INTEGER, sweep INTEGER);
                CREATE INDEX entries_sweep ON entries(sweep) WHERE sweep IS NOT NULL;
                CREATE TABLE counters (
                  id INTEGER PRIMARY KEY, key TEXT NOT NULL, window INTEGER NOT NULL, log BLOB NOT NULL,
                  sweep INTEGER NOT NULL, UNIQUE (key, window));
                CREATE INDEX counters_sweep ON counters(sweep);
                CREATE TABLE lists (
                  id INTEGER PRIMARY KEY, namespace TEXT NOT NULL, name TEXT NOT NULL, load TEXT,
                  count INTEGER NOT NULL, touched INTEGER NOT NULL, state TEXT NOT NULL);
                CREATE UNIQUE INDEX lists_current ON lists(namespace, name) WHERE state = 'current';
                CREATE INDEX lists_other ON lists(state) WHERE state <> 'current';
                CREATE TABLE members (
                  list INTEGER NOT NULL, member TEXT NOT NULL, PRIMARY KEY (list, member)) WITHOUT ROWID;
                PRAGMA user_version = \(version);
                """)
    }

    /// The file was written by a newer moondial.
    struct NewerVersion: Error {}
}
