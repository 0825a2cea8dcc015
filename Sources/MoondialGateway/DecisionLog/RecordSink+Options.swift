// SPDX-License-Identifier: MIT

extension RecordSink {
    /// Where records go and what happens when they cannot be written.
    package struct Options: Sendable {
        package var destination: Destination
        package var overflow: Overflow
        /// How much is kept in memory, queued and being written. The default is 4 MiB. Under
        /// ``Overflow/block(runsInFlight:)`` the records of runs in flight are taken in addition.
        package var queueBytes = 4 * 1024 * 1024
        /// The longest record, with its line feed. The default is 256 KiB.
        package var recordBytes = 256 * 1024
        /// How long records are collected after a write before they are written together. The default is 5 ms.
        package var collecting = Duration.milliseconds(5)

        package init(_ destination: Destination, overflow: Overflow) {
            self.destination = destination
            self.overflow = overflow
        }

        /// The most bytes that are kept in memory.
        var boundBytes: Int {
            guard case .block(let runsInFlight) = overflow else { return queueBytes }
            let (runs, isHuge) = runsInFlight.multipliedReportingOverflow(by: recordBytes)
            return isHuge ? Int.max / 2 : min(queueBytes + runs, Int.max / 2)
        }
    }

    /// Where records go.
    package enum Destination: Sendable, Hashable {
        /// A file in a folder that exists. It is created with mode 0600; an existing file keeps its mode and content.
        ///
        /// A symbolic link is followed, because operators put logs on other disks and containers link them to
        /// `/dev/stdout`; rotated files are put beside the file that the link names. A destination that is not a
        /// regular file, such as a named pipe that has a reader, is never rotated.
        case file(String, rotation: Rotation? = Rotation())
        case standardOutput
        case standardError
    }

    /// When FILE becomes FILE.1, FILE.1 becomes FILE.2 and so on.
    package struct Rotation: Sendable, Hashable {
        /// The size that a file does not exceed, unless its only record is longer. The default is 100 MiB.
        package var maximumBytes: Int
        /// How many old files are kept, at least one. The default is 5.
        package var keep: Int

        package init(maximumBytes: Int = 100 * 1024 * 1024, keep: Int = 5) {
            precondition(maximumBytes > 0 && keep > 0, "rotation needs a size and at least one old file")
            self.maximumBytes = maximumBytes
            self.keep = keep
        }
    }

    /// What happens when records come faster than they can be written, or cannot be written at all.
    package enum Overflow: Sendable, Hashable {
        /// The gateway asks ``RecordSink/isAccepting`` before it runs a request, and refuses it with 503 if that is false.
        /// Nothing is dropped: in addition to the queue there is room for one record of maximum length for each run
        /// that was in flight when `isAccepting` turned false. Memory is used only as far as records need it.
        ///
        /// `runsInFlight`: the most runs that the gateway has in flight at once.
        case block(runsInFlight: Int)
        /// Records go to a second file of at most `maximumBytes`, with mode 0600, while the destination is failing or the
        /// queue is more than half full. They are moved to the destination, in order, once it works. Records that a
        /// process leaves in the second file are moved first by the next process. If a process is killed while it moves
        /// them, the next one moves all of them again: such records are twice in the log. When the second file is full,
        /// or cannot be written, records are dropped as with ``drop``. A symbolic link is refused, and so is a file
        /// that another process uses.
        ///
        /// While the system blocks a write to a regular file, nothing is moved, and records stay in the queue.
        case spill(path: String, maximumBytes: Int)
        /// When the queue is full, records are dropped and counted. In their place a line `{"gap":N,"time_ms":T}` is
        /// written: N records were dropped, and the first of them came at T, in milliseconds since 1970-01-01 UTC.
        case drop
    }

    /// The result of appending a record.
    package enum Acceptance: Sendable, Hashable {
        case queued
        /// The queue is full, or the sink is closed. The record is counted as dropped.
        case dropped
        /// The record is longer than ``Options/recordBytes``. It is not counted: append a shorter one in its place.
        case tooLong
    }

    /// An error of a system call.
    package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// The `errno`.
        package let code: Int32

        init(code: Int32) {
            self.code = code
        }

        /// The text of `strerror`, such as "No space left on device".
        package var description: String { SystemCalls.text(code) }
    }

    /// An event for the server log.
    package enum Event: Sendable, Hashable {
        /// A write to the destination has failed. Reported once until ``recovered``.
        case failing(Failure)
        /// A write to the destination has succeeded again.
        case recovered
        /// A record was dropped. Reported once until the queue is less than a quarter full.
        case dropping
        /// The spill file cannot be written or read. Reported once until it works again.
        case spillFailing(Failure)
        /// The file could not be rotated or opened again. The sink continues with the old file.
        case fileNotReplaced(Failure)
    }

    /// Figures for metrics.
    package struct Figures: Sendable, Hashable {
        /// Lines in the destination, including those of gaps.
        package var written = 0
        /// Records that were dropped, including those that were dropped when the sink closed.
        package var dropped = 0
        /// Bytes in memory.
        package var queuedBytes = 0
        /// Bytes in the spill file that the destination does not have yet.
        package var spilledBytes = 0
        /// Why the last write failed, or nil if it succeeded.
        package var failure: Failure?
    }
}

/// Why a sink could not be started.
package struct RecordSinkError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The path of the file, or a name such as "standard output".
    package let path: String
    /// What is wrong; for an error of the system, its text.
    package let reason: String
    /// The `errno`.
    let code: Int32

    package var description: String { "\(path): \(reason)" }

    /// `reason` is by default the system's text for the code.
    init(path: String, code: Int32, reason: String? = nil) {
        self.path = path
        self.code = code
        self.reason = reason ?? SystemCalls.text(code)
    }
}
