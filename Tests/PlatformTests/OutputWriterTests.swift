// SPDX-License-Identifier: MIT

import NIOConcurrencyHelpers
import Platform
import Testing

@Suite("Output writer", .timeLimit(.minutes(10)))
struct OutputWriterTests {
    /// A pipe whose reading end the test reads when it wants to.
    private struct Pipe {
        let reading: Int32
        let writing: Int32

        init() throws {
            var ends: [Int32] = [-1, -1]
            try #require(pipe(&ends) == 0)
            (reading, writing) = (ends[0], ends[1])
        }

        /// Reads so many bytes, which have to come.
        func read(_ count: Int) throws -> [UInt8] {
            var bytes: [UInt8] = []
            while bytes.count < count {
                guard case .bytes(let more) = Descriptors.read(reading) else { break }
                bytes += more
            }
            return bytes
        }
    }

    private static let mebibyte = 1 << 20

    /// Bytes whose order can be seen.
    private func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8) } }

    @Test func writeReturnsBeforeTheOutputIsRead() throws {
        let pipe = try Pipe()
        let writer = OutputWriter(pipe.writing)
        let bytes = pattern(3 * Self.mebibyte)
        writer.write(bytes)
        #expect(!writer.hasRoom)
        #expect(!writer.drain(within: 0))
        #expect(try pipe.read(bytes.count) == bytes)
        #expect(writer.drain())
        #expect(writer.hasRoom)
        #expect(writer.failure == nil)
    }

    @Test func bytesOfManyWritesArriveInOrder() throws {
        let pipe = try Pipe()
        let writer = OutputWriter(pipe.writing)
        let bytes = pattern(Self.mebibyte)
        for start in stride(from: 0, to: bytes.count, by: 1000) {
            writer.write(Array(bytes[start..<min(start + 1000, bytes.count)]))
        }
        #expect(try pipe.read(bytes.count) == bytes)
    }

    @Test func waiterIsCalledOnceThereIsRoom() throws {
        let pipe = try Pipe()
        let writer = OutputWriter(pipe.writing)
        writer.write(pattern(2 * Self.mebibyte))
        let calls = NIOLockedValueBox(0)
        writer.whenRoom { calls.withLockedValue { $0 += 1 } }
        #expect(calls.withLockedValue { $0 } == 0)
        _ = try pipe.read(2 * Self.mebibyte)
        writer.drain()
        #expect(calls.withLockedValue { $0 } == 1)
        writer.whenRoom { calls.withLockedValue { $0 += 1 } }
        #expect(calls.withLockedValue { $0 } == 2)
    }

    @Test func closedReaderIsAFailureAndReleasesWaiters() throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = try Pipe()
        let writer = OutputWriter(pipe.writing)
        writer.write(pattern(2 * Self.mebibyte))
        let calls = NIOLockedValueBox(0)
        writer.whenRoom { calls.withLockedValue { $0 += 1 } }
        close(pipe.reading)
        #expect(writer.drain())
        #expect(writer.failure == .brokenPipe)
        #expect(calls.withLockedValue { $0 } == 1)
        writer.write([0])
        #expect(writer.hasRoom)
    }

    @Test func heldOutputIsHandedOverAndLaterOutputIsWritten() throws {
        let pipe = try Pipe()
        let writer = OutputWriter(pipe.writing)
        let notices = NIOLockedValueBox(0)
        writer.write(Array("before ".utf8))
        writer.hold { notices.withLockedValue { $0 += 1 } }
        #expect(try pipe.read(7) == Array("before ".utf8))
        writer.write(Array("held".utf8))
        #expect(notices.withLockedValue { $0 } == 1)
        #expect(writer.hasHeld)
        #expect(writer.takeHeld() == Array("held".utf8))
        #expect(!writer.hasHeld)
        writer.write(Array("left ".utf8))
        writer.release()
        writer.write(Array("after".utf8))
        #expect(try pipe.read(10) == Array("left after".utf8))
    }

    @Test func takingHeldOutputMakesRoom() throws {
        let pipe = try Pipe()
        let writer = OutputWriter(pipe.writing)
        writer.hold {}
        writer.write(pattern(2 * Self.mebibyte))
        let calls = NIOLockedValueBox(0)
        writer.whenRoom { calls.withLockedValue { $0 += 1 } }
        #expect(writer.takeHeld().count == 2 * Self.mebibyte)
        #expect(calls.withLockedValue { $0 } == 1)
    }

    @Test func descriptorsOfOnePipeAreTheSame() throws {
        let (pipe, other) = (try Pipe(), try Pipe())
        #expect(OutputWriter.isSame(pipe.writing, dup(pipe.writing)))
        #expect(!OutputWriter.isSame(pipe.writing, other.writing))
        #expect(!OutputWriter.isSame(pipe.writing, -1))
    }
}
