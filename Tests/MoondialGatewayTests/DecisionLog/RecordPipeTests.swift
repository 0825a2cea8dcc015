// SPDX-License-Identifier: MIT

import Foundation
import Platform
import Testing

@testable import MoondialGateway

/// A named pipe as destination. Its reader may be slow or missing.
@Suite(.timeLimit(.minutes(10)))
struct RecordPipeTests {
    private static let record = String(repeating: "x", count: 999)

    private let folder: LogFolder

    init() throws {
        folder = try LogFolder()
        #expect(mkfifo(folder.file(), 0o600) == 0)
    }

    private func openReader() throws -> FileHandle {
        let descriptor = open(folder.file(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        try #require(descriptor >= 0)
        _ = fcntl(descriptor, F_SETFL, 0)
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    private func options(_ overflow: RecordSink.Overflow) -> RecordSink.Options {
        var options = RecordSink.Options(.file(folder.file()), overflow: overflow)
        options.queueBytes = 1 << 20
        return options
    }

    @Test
    func pipeWithoutReaderIsAnError() {
        let error = #expect(throws: RecordSinkError.self) { try RecordSink(options(.drop)) { _ in } }
        #expect(error?.reason == "no program reads from it")
    }

    @Test
    func slowReaderStopsAcceptingUntilTheQueueIsDrained() async throws {
        let reader = try openReader()
        let sink = try RecordSink(options(.block(runsInFlight: 10))) { _ in }
        for _ in 0..<800 { #expect(sink.append(Self.record) == .queued) }
        #expect(!sink.isAccepting)
        #expect(sink.figures.failure == nil)
        let reading = Task.detached { try reader.read(upToCount: 800_000) }
        await sink.flush()
        #expect(sink.isAccepting)
        #expect(await sink.close(within: .seconds(30)))
        let text = String(decoding: try await reading.value ?? Data(), as: UTF8.self)
        #expect(text == String(repeating: Self.record + "\n", count: 800))
    }

    @Test
    func closeReturnsAtItsDeadlineWithoutAReader() async throws {
        let reader = try openReader()
        let sink = try RecordSink(options(.drop)) { _ in }
        for _ in 0..<800 { _ = sink.append(Self.record) }
        #expect(await sink.close(within: .milliseconds(20)) == false)
        let text = String(decoding: try reader.readToEnd() ?? Data(), as: UTF8.self)
        // Only whole lines fit, since a line is shorter than what a pipe takes at once.
        let lines = text.split(separator: "\n")
        #expect(lines.allSatisfy { $0 == Self.record })
        #expect(lines.count + sink.figures.dropped == 800)
        #expect(lines.count == sink.figures.written)
    }

    @Test
    func slowReaderMakesRecordsSpill() async throws {
        let reader = try openReader()
        let sink = try RecordSink(options(.spill(path: folder.file("spill"), maximumBytes: 1 << 30))) { _ in }
        for number in 0..<8000 {
            while sink.append("\(number) " + Self.record) != .queued { Issue.record("a record was dropped") }
            // Lets the sink write to the pipe, or to the spill file once the queue is more than half full.
            if sink.figures.queuedBytes > 600_000 { await Task.yield() }
            if number == 700 { try await spilled(sink) }
        }
        let reading = Task.detached { try reader.readToEnd() }
        #expect(await sink.close(within: .seconds(30)))
        let lines = String(decoding: try await reading.value ?? Data(), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 8000)
        #expect(lines.enumerated().allSatisfy { $1.hasPrefix("\($0) ") })
    }

    private func spilled(_ sink: RecordSink) async throws {
        while sink.figures.spilledBytes == 0 { await Task.yield() }
    }

    @Test
    func closedReaderIsAFailureUntilAnotherOpensThePipe() async throws {
        var events = SinkEvents()
        let first = try openReader()
        let sink = try RecordSink(options(.drop), report: events.report)
        _ = sink.append("1")
        #expect(try first.read(upToCount: 2) == Data("1\n".utf8))
        try first.close()
        _ = sink.append("2")
        #expect(await events.next() == .failing(RecordSink.Failure(code: EPIPE)))
        let second = try openReader()
        await sink.flush()
        #expect(await events.next() == .recovered)
        #expect(await sink.close(within: .seconds(30)))
        #expect(try second.readToEnd() == Data("2\n".utf8))
    }

    @Test
    func closeWaitsForNoReaderWhereNoneCanCome() async throws {
        let options = RecordSink.Options(.standardOutput, overflow: .block(runsInFlight: 1))
        let sink = try RecordSink(options, write: { _, _ in -Int(EPIPE) }, report: { _ in })
        _ = sink.append("1")
        #expect(await sink.close(within: .seconds(24 * 3600)) == false)
        #expect(sink.figures.dropped == 1)
    }
}
