// SPDX-License-Identifier: MIT

import Foundation
import NIOConcurrencyHelpers
import Platform
import TemporaryFolders
import Testing

@testable import MoondialGateway

/// A folder for the decision log of one test.
struct LogFolder {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    var path: String { folder.path }

    func file(_ name: String = "decisions.log") -> String { folder.path(name) }

    func text(_ name: String = "decisions.log") throws -> String { try folder.read(name) }

    func lines(_ name: String = "decisions.log") throws -> [String] {
        try text(name).split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    func write(_ text: String, to name: String = "decisions.log") throws {
        try folder.write(text, to: name)
    }

    func mode(_ name: String = "decisions.log") throws -> Int {
        try #require(try folder.mode(name))
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }
}

/// A disk that tests can fill: writes fail when no room is left.
final class FullableDisk: Sendable {
    /// The bytes that still fit; nil if there is no limit.
    private let room: NIOLockedValueBox<Int?>

    init(room: Int? = nil) {
        self.room = NIOLockedValueBox(room)
    }

    func setRoom(_ bytes: Int?) {
        room.withLockedValue { $0 = bytes }
    }

    @Sendable
    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        room.withLockedValue { room in
            guard let left = room else { return SystemCalls.write(descriptor, bytes) }
            guard left > 0 else { return -Int(ENOSPC) }
            let count = SystemCalls.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix(left)))
            room = left - max(0, count)
            return count
        }
    }
}

/// What a sink reports, in order.
struct SinkEvents {
    let report: @Sendable (RecordSink.Event) -> Void
    private var iterator: AsyncStream<RecordSink.Event>.Iterator

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: RecordSink.Event.self)
        report = { continuation.yield($0) }
        iterator = stream.makeAsyncIterator()
    }

    mutating func next() async -> RecordSink.Event? { await iterator.next(isolation: #isolation) }
}

extension RecordSink {
    func append(_ text: String) -> Acceptance { append(Array(text.utf8)) }
}

let noSpace = RecordSink.Event.failing(RecordSink.Failure(code: ENOSPC))
