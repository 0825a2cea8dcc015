// SPDX-License-Identifier: MIT

import Foundation
import Platform
import Testing

@testable import MoondialGateway

@Suite(.timeLimit(.minutes(10)))
struct RecordSpillTests {
    private let folder: LogFolder
    private let disk = FullableDisk()

    init() throws {
        folder = try LogFolder()
    }

    private func sink(
        maximumBytes: Int = 1 << 20, queueBytes: Int = 4096, path: String? = nil, _ events: SinkEvents = SinkEvents()
    ) throws -> RecordSink {
        var options = RecordSink.Options(
            .file(path ?? folder.file()), overflow: .spill(path: folder.file("spill"), maximumBytes: maximumBytes))
        options.queueBytes = queueBytes
        return try RecordSink(options, write: disk.write, report: events.report)
    }

    @Test
    func recordsOfAFailingDestinationAreKeptAndMovedInOrder() async throws {
        var events = SinkEvents()
        disk.setRoom(0)
        let sink = try sink(events)
        let records = (0..<5000).map { "record \($0)" }
        for (number, record) in records.enumerated() {
            #expect(sink.append(record) == .queued)
            // Moves the records to the spill file.
            if number % 100 == 0 { await sink.flush() }
        }
        await sink.flush()
        #expect(sink.isAccepting)
        #expect(await events.next() == noSpace)
        #expect(try folder.lines("spill") == records)
        #expect(try folder.mode("spill") == 0o600)
        #expect(sink.figures.spilledBytes == (try folder.text("spill").utf8.count))
        #expect(try folder.text() == "")
        disk.setRoom(nil)
        await sink.flush()
        #expect(sink.append("last") == .queued)
        #expect(await sink.close(within: .seconds(30)))
        #expect(await events.next() == .recovered)
        #expect(try folder.lines() == records + ["last"])
        #expect(try folder.text("spill") == "")
        #expect(sink.figures == RecordSink.Figures(written: 5001))
    }

    @Test
    func nextStartMovesRecordsLeftInTheSpillFile() async throws {
        let first = try sink(path: "/dev/full")
        for number in 0..<10 { _ = first.append("record \(number)") }
        #expect(await first.close(within: .seconds(30)))
        #expect(first.figures.dropped == 0)
        #expect(try folder.lines("spill").count == 10)
        let second = try sink()
        _ = second.append("record 10")
        #expect(await second.close(within: .seconds(30)))
        #expect(try folder.lines() == (0...10).map { "record \($0)" })
        #expect(try folder.text("spill") == "")
    }

    @Test
    func incompleteLastLineOfTheSpillFileIsCutOff() async throws {
        let long = String(repeating: "x", count: 100_000)
        try folder.write("1\n2\n\(long)", to: "spill")
        let sink = try sink()
        _ = sink.append("3")
        #expect(await sink.close(within: .seconds(30)))
        #expect(try folder.lines() == ["1", "2", "3"])
    }

    @Test
    func linesLongerThanAChunkAreMoved() async throws {
        let lines = [1, 70_000, 2, 200_000].map { String(repeating: "x", count: $0) }
        try folder.write(lines.map { $0 + "\n" }.joined(), to: "spill")
        #expect(await (try sink()).close(within: .seconds(30)))
        #expect(try folder.lines() == lines)
    }

    @Test(arguments: 1...15)
    func tornLineIsCompletedAndNotRepeated(room: Int) async throws {
        var events = SinkEvents()
        disk.setRoom(room)
        let sink = try sink(events)
        for record in ["record1", "record2"] { _ = sink.append(record) }
        #expect(await events.next() == noSpace)
        await sink.flush()
        #expect(try folder.lines("spill").last == "record2")
        disk.setRoom(nil)
        _ = sink.append("record3")
        #expect(await sink.close(within: .seconds(30)))
        #expect(try folder.lines() == ["record1", "record2", "record3"])
        #expect(sink.figures == RecordSink.Figures(written: 3))
    }

    @Test
    func tornLineIsRepeatedWholeAfterARestart() async throws {
        var events = SinkEvents()
        disk.setRoom(3)
        let first = try sink(events)
        _ = first.append("record1")
        #expect(await events.next() == noSpace)
        #expect(await first.close(within: .seconds(30)))
        disk.setRoom(nil)
        #expect(await (try sink()).close(within: .seconds(30)))
        #expect(try folder.lines() == ["rec", "record1"])
    }

    @Test
    func fullSpillFileDropsWithAGap() async throws {
        var events = SinkEvents()
        disk.setRoom(0)
        let record = String(repeating: "x", count: 99)
        let sink = try sink(maximumBytes: 1000, queueBytes: 1000, events)
        var queued = 0
        _ = sink.append(record)
        #expect(await events.next() == noSpace)
        while sink.append(record) == .queued { queued += 1 }
        #expect(await events.next() == .dropping)
        #expect(try folder.text("spill").utf8.count <= 1000)
        disk.setRoom(nil)
        #expect(await sink.close(within: .seconds(30)))
        let lines = try folder.lines()
        #expect(lines.filter { $0 == record }.count == queued + 1)
        #expect(lines.last?.hasPrefix(#"{"gap":1,"#) == true)
        #expect(sink.figures.dropped == 1)
    }

    @Test
    func linkAndFileInUseAreRefused() async throws {
        symlink(folder.file("elsewhere"), folder.file("spill"))
        let link = #expect(throws: RecordSinkError.self) { try sink() }
        #expect(link?.reason == "is a symbolic link, which is not followed")
        unlink(folder.file("spill"))
        let user = try sink()
        let used = #expect(throws: RecordSinkError.self) { try sink() }
        #expect(used?.reason == "is used by another process")
        await user.close(within: .seconds(30))
        await (try sink()).close(within: .seconds(30))
    }
}
