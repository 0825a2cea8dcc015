// SPDX-License-Identifier: MIT

import Foundation
import Platform
import Testing

@testable import MoondialGateway

@Suite(.timeLimit(.minutes(10)))
struct RecordRotationTests {
    private let folder: LogFolder

    init() throws {
        folder = try LogFolder()
    }

    private func sink(_ rotation: RecordSink.Rotation, path: String? = nil) throws -> RecordSink {
        try RecordSink(.init(.file(path ?? folder.file(), rotation: rotation), overflow: .drop)) { _ in }
    }

    /// The lines of all files, the oldest first.
    private func lines(keep: Int) throws -> [String] {
        let old = (1...keep).reversed().map { "decisions.log.\($0)" }.filter { folder.exists($0) }
        return try (old + ["decisions.log"]).flatMap { try folder.lines($0) }
    }

    @Test(arguments: [100, 101, 137, 1000, 70_000])
    func rotationLosesAndTearsNoLine(maximumBytes: Int) async throws {
        let sink = try sink(.init(maximumBytes: maximumBytes, keep: 200))
        let records = (0..<200).map { "record \($0) " + String(repeating: "x", count: $0 % 60) }
        for record in records { #expect(sink.append(record) == .queued) }
        #expect(await sink.close(within: .seconds(30)))
        #expect(try lines(keep: 200) == records)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            #expect(try folder.text(name).utf8.count <= maximumBytes)
            #expect(try folder.mode(name) == 0o600)
        }
    }

    @Test
    func rotationKeepsTheConfiguredNumberOfFiles() async throws {
        let sink = try sink(.init(maximumBytes: 10, keep: 2))
        for number in 0..<10 { _ = sink.append("record \(number)") }
        await sink.close(within: .seconds(30))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 3)
        #expect(try lines(keep: 2) == ["record 7", "record 8", "record 9"])
    }

    @Test
    func recordLongerThanAFileGetsAFileOfItsOwn() async throws {
        let sink = try sink(.init(maximumBytes: 10, keep: 5))
        for record in ["1", "a record that is longer", "2"] { _ = sink.append(record) }
        await sink.close(within: .seconds(30))
        #expect(try folder.lines("decisions.log.2") == ["1"])
        #expect(try folder.lines("decisions.log.1") == ["a record that is longer"])
        #expect(try folder.lines() == ["2"])
    }

    @Test
    func existingFileCountsForTheRotation() async throws {
        try folder.write("12345678\n")
        let sink = try sink(.init(maximumBytes: 10, keep: 5))
        _ = sink.append("1")
        await sink.close(within: .seconds(30))
        #expect(try folder.lines("decisions.log.1") == ["12345678"])
        #expect(try folder.lines() == ["1"])
    }

    @Test
    func newFileHasTheModeOfTheRotatedOne() async throws {
        try folder.write("12345678\n")
        chmod(folder.file(), 0o640)
        let sink = try sink(.init(maximumBytes: 10, keep: 5))
        _ = sink.append("1")
        await sink.close(within: .seconds(30))
        #expect(try folder.mode() == 0o640)
    }

    @Test
    func rotationOfALinkRotatesItsTarget() async throws {
        mkdir(folder.file("disk"), 0o700)
        symlink(folder.file("disk/real.log"), folder.file())
        let sink = try sink(.init(maximumBytes: 4, keep: 5))
        for record in ["1", "2", "3"] { _ = sink.append(record) }
        await sink.close(within: .seconds(30))
        #expect(try folder.lines("disk/real.log.1") == ["1", "2"])
        #expect(try folder.lines("disk/real.log") == ["3"])
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: folder.file()) == folder.file("disk/real.log"))
    }

    @Test
    func fileThatWasMovedIsNotRotatedAgain() async throws {
        let sink = try sink(.init(maximumBytes: 4, keep: 5))
        _ = sink.append("1")
        await sink.flush()
        rename(folder.file(), folder.file("moved"))
        try folder.write("x\n")
        for record in ["2", "3"] { _ = sink.append(record) }
        await sink.close(within: .seconds(30))
        #expect(try folder.lines("moved") == ["1", "2"])
        #expect(try folder.lines() == ["x", "3"])
        #expect(!folder.exists("decisions.log.1"))
    }

    @Test
    func fileThatWasCutIsNotRotatedTooEarly() async throws {
        let sink = try sink(.init(maximumBytes: 4, keep: 5))
        _ = sink.append("1")
        _ = sink.append("2")
        await sink.flush()
        truncate(folder.file(), 0)
        _ = sink.append("3")
        await sink.close(within: .seconds(30))
        #expect(try folder.lines() == ["3"])
        #expect(!folder.exists("decisions.log.1"))
    }

    @Test
    func failedRotationContinuesInTheSameFileAndLosesNothing() async throws {
        var events = SinkEvents()
        // A folder in the place of FILE.1 cannot be replaced by a file.
        mkdir(folder.file("decisions.log.1"), 0o700)
        let options = RecordSink.Options(
            .file(folder.file(), rotation: .init(maximumBytes: 4, keep: 1)), overflow: .drop)
        let sink = try RecordSink(options, report: events.report)
        for record in ["1", "2", "3", "4", "5"] { _ = sink.append(record) }
        #expect(await events.next() == .fileNotReplaced(RecordSink.Failure(code: EISDIR)))
        await sink.close(within: .seconds(30))
        #expect(try folder.lines() == ["1", "2", "3", "4", "5"])
    }
}
