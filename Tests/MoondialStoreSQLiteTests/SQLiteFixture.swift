// SPDX-License-Identifier: MIT

import MoondialStore
import MoondialStoreSQLite
import NIOPosix
import StoreTesting
import TemporaryFolders

/// A folder for the file of a test, removed at the end.
struct SQLiteFixture {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    var path: String { folder.path("store") }

    func engine(maximumBytes: Int = 1 << 30, clock: StoreClock = .system) -> SQLiteStoreEngine {
        var configuration = SQLiteStoreEngine.Configuration(path: path)
        configuration.maximumBytes = maximumBytes
        return SQLiteStoreEngine(configuration: configuration, clock: clock)
    }

    func caller(_ engine: SQLiteStoreEngine) async throws -> StoreCaller {
        try await StoreCaller.open(engine, on: MultiThreadedEventLoopGroup.singleton.next())
    }

    static func key(_ name: String = "k") throws -> StoreKey {
        try StoreKey(namespace: StoreNamespace("n"), name)
    }
}
