// SPDX-License-Identifier: MIT

import Foundation
import MoondialStore
import MoondialStoreSQLite
import NIOPosix
import StoreTesting

/// A folder for the file of a test, removed at the end.
final class SQLiteFixture: Sendable {
    let folder: URL
    var path: String { folder.appendingPathComponent("store").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("moondial-sqlite-\(UInt32.random(in: .min ... .max))", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

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
