// SPDX-License-Identifier: MIT

import Foundation
import Platform
import Testing

@testable import MoondialGateway

@Suite(.timeLimit(.minutes(10)))
struct RecordOverflowTests {
    private let folder: LogFolder
    private let disk = FullableDisk()

    init() throws {
        folder = try LogFolder()
    }

    private func sink(
        _ overflow: RecordSink.Overflow, queueBytes: Int = 4096, recordBytes: Int = 256, path: String? = nil,
        _ events: SinkEvents
    ) throws -> RecordSink {
        var options = RecordSink.Options(.file(path ?? folder.file()), overflow: overflow)
        options.queueBytes = queueBytes
        options.recordBytes = recordBytes
        return try RecordSink(options, write: disk.write, report: events.report)
    }

    @Test
    func blockingSinkStopsAcceptingOnAFullDevice() async throws {
        var events = SinkEvents()
        let sink = try sink(.block(runsInFlight: 2), path: "/dev/full", events)
        #expect(sink.isAccepting)
        #expect(sink.append("1") == .queued)
        #expect(await events.next() == noSpace)
        #expect(!sink.isAccepting)
        #expect(sink.figures.failure?.description == "No space left on device")
        #expect(sink.append("2") == .queued)
        #expect(await sink.close(within: .zero) == false)
        #expect(sink.figures.dropped == 2)
        #expect(sink.figures.queuedBytes == 0)
    }

    @Test
    func blockingSinkTakesRecordsOfRunsInFlightAndWritesThemOnceThereIsSpace() async throws {
        var events = SinkEvents()
        disk.setRoom(0)
        let runs = 100
        let sink = try sink(.block(runsInFlight: runs), queueBytes: 1024, events)
        let record = String(repeating: "x", count: 255)
        #expect(sink.append("first") == .queued)
        #expect(await events.next() == noSpace)
        for _ in 0..<runs { #expect(sink.append(record) == .queued) }
        #expect(!sink.isAccepting)
        disk.setRoom(nil)
        await sink.flush()
        #expect(await events.next() == .recovered)
        #expect(sink.isAccepting)
        #expect(try folder.lines() == ["first"] + Array(repeating: record, count: runs))
        #expect(await sink.close(within: .seconds(30)))
        #expect(sink.figures == RecordSink.Figures(written: runs + 1))
    }

    @Test
    func droppingSinkWritesAMarkForTheGap() async throws {
        var events = SinkEvents()
        disk.setRoom(0)
        let sink = try sink(.drop, queueBytes: 100, events)
        let record = String(repeating: "x", count: 49)
        #expect(sink.append(record) == .queued)
        #expect(await events.next() == noSpace)
        #expect(sink.append(record) == .queued)
        for _ in 0..<3 { #expect(sink.append(record) == .dropped) }
        #expect(await events.next() == .dropping)
        #expect(sink.isAccepting)
        disk.setRoom(nil)
        await sink.flush()
        #expect(await events.next() == .recovered)
        #expect(sink.append("after") == .queued)
        #expect(await sink.close(within: .seconds(30)))
        let lines = try folder.lines()
        #expect(lines.prefix(2) == [record, record])
        // The disk may be tried again between two of the three records; then there are two marks.
        let gaps = try lines.dropFirst(2).dropLast().map { line in
            try #require(try #/{"gap":(\d+),"time_ms":1\d+}/#.wholeMatch(in: line).flatMap { Int($0.1) }, "\(line)")
        }
        #expect(gaps.reduce(0, +) == 3)
        #expect(lines.last == "after")
        #expect(sink.figures == RecordSink.Figures(written: lines.count, dropped: 3))
    }

    @Test
    func gapIsWrittenBeforeTheNextRecordThatFits() throws {
        var queue = RecordQueue(boundBytes: 200)
        func append(_ count: Int) -> Bool {
            [UInt8](repeating: 0x78, count: count).withUnsafeBytes { queue.append($0) { 1234 } }
        }
        #expect(append(99))
        #expect(!append(100))
        #expect(!append(150))
        // There is room for the record, but not also for the mark.
        #expect(!append(60))
        let first = queue.take()
        #expect(
            first.map { String(decoding: $0, as: UTF8.self) } == [
                String(repeating: "x", count: 99) + "\n" + #"{"gap":3,"time_ms":1234}"# + "\n"
            ])
        queue.settle(queue.appended)
        #expect(append(3))
        #expect(queue.take() == [Array("xxx\n".utf8)])
    }

    @Test(arguments: 1...23)
    func tornLineIsCompletedBeforeOtherRecords(room: Int) async throws {
        var events = SinkEvents()
        disk.setRoom(0)
        let sink = try sink(.block(runsInFlight: 10), events)
        _ = sink.append("record1")
        #expect(await events.next() == noSpace)
        for record in ["record2", "record3"] { _ = sink.append(record) }
        // Room for some more bytes at each attempt.
        var written = 0
        while written < 24 {
            disk.setRoom(room)
            if written + room >= 24 {
                await sink.flush()
            } else {
                // Writes without waiting for the retry interval.
                await sink.reopen()
                #expect(await events.next() == .recovered)
                #expect(await events.next() == noSpace)
            }
            written += room
            let expected = "record1\nrecord2\nrecord3\n".prefix(written)
            #expect(try folder.text() == expected)
        }
        #expect(await sink.close(within: .seconds(30)))
        #expect(sink.figures.written == 3)
    }

    @Test
    func tornLineIsWrittenAsAWholeToAnotherFile() async throws {
        var events = SinkEvents()
        disk.setRoom(12)
        let sink = try sink(.block(runsInFlight: 10), events)
        _ = sink.append("record1")
        await sink.flush()
        _ = sink.append("record2")
        #expect(await events.next() == noSpace)
        rename(folder.file(), folder.file("moved"))
        #expect(await sink.reopen())
        disk.setRoom(nil)
        #expect(await sink.close(within: .seconds(30)))
        #expect(try folder.text("moved") == "record1\nreco")
        #expect(try folder.lines() == ["record2"])
        #expect(sink.figures.written == 2)
    }

    @Test
    func tornLineEndsInTheFileInWhichItBegan() async throws {
        var events = SinkEvents()
        disk.setRoom(4)
        let sink = try sink(.block(runsInFlight: 10), events)
        _ = sink.append("record1")
        #expect(await events.next() == noSpace)
        rename(folder.file(), folder.file("moved"))
        disk.setRoom(nil)
        #expect(await sink.reopen())
        _ = sink.append("record2")
        #expect(await sink.close(within: .seconds(30)))
        #expect(try folder.text("moved") == "record1\n")
        #expect(try folder.lines() == ["record2"])
    }
}
