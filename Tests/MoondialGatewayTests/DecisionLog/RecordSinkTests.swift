// SPDX-License-Identifier: MIT

import Foundation
import Platform
import Testing

@testable import MoondialGateway

@Suite(.timeLimit(.minutes(10)))
struct RecordSinkTests {
    private let folder: LogFolder

    init() throws {
        folder = try LogFolder()
    }

    private func sink(
        _ overflow: RecordSink.Overflow = .drop, rotation: RecordSink.Rotation? = nil
    ) throws -> RecordSink {
        try RecordSink(.init(.file(folder.file(), rotation: rotation), overflow: overflow)) { _ in }
    }

    @Test
    func recordsOfFourThreadsAreCompleteAndInOrder() async throws {
        let sink = try sink()
        let count = 20_000
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<4 {
                group.addTask {
                    for number in 0..<count { #expect(sink.append("\(thread) \(number)") == .queued) }
                }
            }
        }
        #expect(await sink.close(within: .seconds(30)))
        let lines = try folder.lines()
        #expect(lines.count == 4 * count)
        for thread in 0..<4 {
            let own = lines.filter { $0.hasPrefix("\(thread) ") }
            #expect(own == (0..<count).map { "\(thread) \($0)" })
        }
        #expect(sink.figures == RecordSink.Figures(written: 4 * count))
    }

    @Test
    func flushReturnsWhenEarlierRecordsAreInTheFile() async throws {
        let sink = try sink()
        for number in 0..<50 {
            _ = sink.append("record \(number)\n")
            await sink.flush()
            #expect(try folder.lines().last == "record \(number)")
        }
        await sink.flush()
        await sink.close(within: .seconds(30))
        await sink.flush()
    }

    @Test
    func fileIsPrivateAndAnExistingOneKeepsItsMode() async throws {
        await (try sink()).close(within: .seconds(30))
        #expect(try folder.mode() == 0o600)
        chmod(folder.file(), 0o640)
        await (try sink()).close(within: .seconds(30))
        #expect(try folder.mode() == 0o640)
    }

    @Test
    func missingFolderIsAnError() throws {
        let path = folder.file("missing/decisions.log")
        let error = #expect(throws: RecordSinkError.self) {
            try RecordSink(.init(.file(path), overflow: .drop)) { _ in }
        }
        #expect(error?.description == "\(path): No such file or directory")
    }

    @Test
    func incompleteLastLineIsEndedBeforeNewRecords() async throws {
        try folder.write("{\"a\":1}\n{\"b\":")
        let sink = try sink()
        _ = sink.append("{\"c\":3}")
        await sink.close(within: .seconds(30))
        #expect(try folder.text() == "{\"a\":1}\n{\"b\":\n{\"c\":3}\n")
    }

    @Test
    func completeFileGetsNoEmptyLine() async throws {
        try folder.write("{\"a\":1}\n")
        let sink = try sink()
        _ = sink.append("{\"c\":3}")
        await sink.close(within: .seconds(30))
        #expect(try folder.text() == "{\"a\":1}\n{\"c\":3}\n")
    }

    @Test
    func recordThatIsTooLongIsRefusedAndNotCounted() async throws {
        var options = RecordSink.Options(.file(folder.file()), overflow: .drop)
        options.recordBytes = 8
        let sink = try RecordSink(options) { _ in }
        #expect(sink.append("1234567") == .queued)
        #expect(sink.append("12345678") == .tooLong)
        await sink.close(within: .seconds(30))
        #expect(sink.figures == RecordSink.Figures(written: 1))
    }

    @Test
    func closedSinkDropsAndCounts() async throws {
        let sink = try sink(.block(runsInFlight: 1))
        #expect(sink.isAccepting)
        #expect(await sink.close(within: .seconds(30)))
        #expect(!sink.isAccepting)
        #expect(sink.append("late") == .dropped)
        #expect(sink.figures.dropped == 1)
        #expect(await sink.reopen() == false)
        #expect(await sink.close(within: .zero))
    }

    @Test
    func reopenAfterRenameLosesNothing() async throws {
        let sink = try sink()
        for turn in 0..<5 {
            _ = sink.append("before \(turn)")
            try FileManager.default.moveItem(
                atPath: folder.file(), toPath: folder.file("moved.\(turn)"))
            #expect(await sink.reopen())
            _ = sink.append("after \(turn)")
            await sink.flush()
            #expect(try folder.lines().last == "after \(turn)")
        }
        await sink.close(within: .seconds(30))
        let names = (0..<5).map { "moved.\($0)" } + ["decisions.log"]
        let lines = try names.flatMap { try folder.lines($0) }
        #expect(lines == (0..<5).flatMap { ["before \($0)", "after \($0)"] })
        #expect(try folder.mode() == 0o600)
    }

    @Test
    func reopenOfTheSameFileAppends() async throws {
        let sink = try sink()
        _ = sink.append("1")
        #expect(await sink.reopen())
        _ = sink.append("2")
        await sink.close(within: .seconds(30))
        #expect(try folder.lines() == ["1", "2"])
    }

    @Test
    func reopenThatFailsKeepsTheOldFile() async throws {
        var events = SinkEvents()
        let sink = try RecordSink(.init(.file(folder.file()), overflow: .drop), report: events.report)
        try FileManager.default.moveItem(atPath: folder.file(), toPath: folder.file("moved"))
        mkdir(folder.file(), 0o700)
        #expect(await sink.reopen() == false)
        #expect(await events.next() == .fileNotReplaced(RecordSink.Failure(code: EISDIR)))
        _ = sink.append("1")
        await sink.close(within: .seconds(30))
        #expect(try folder.lines("moved") == ["1"])
    }
}
