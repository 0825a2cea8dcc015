// SPDX-License-Identifier: MIT

import Platform

/// Takes the records of the decision log from many threads and writes them on a thread of its own, in the order in which
/// they came. No call blocks the calling thread.
///
/// A record is one line. A line is never lost between two files, and never torn: the destination only grows, and when a
/// write ends within a line, for example because the disk is full, the rest of that line is written first. Readers that
/// follow the file therefore never see it shrink. After `kill -9` at most the last line is incomplete. The next start
/// completes it with a line feed before it writes records: so a line that is not a JSON document was cut off by a kill.
/// Records that were still queued when the process was killed are lost. Nothing is synced to the disk explicitly.
///
/// Once a record has been written, the next ones are collected for ``Options/collecting`` and written together.
package final class RecordSink: Sendable {
    private let state: SinkState

    /// Opens the destination and starts the thread.
    ///
    /// - Parameters:
    ///   - options: Where records go and what happens when they cannot be written.
    ///   - report: Called with events on the sink's own thread, in order. It must not wait for the sink.
    /// - Throws: When the destination or the spill file cannot be opened.
    package convenience init(
        _ options: Options, report: @escaping @Sendable (Event) -> Void
    ) throws(RecordSinkError) {
        try self.init(options, write: SystemCalls.write, report: report)
    }

    /// Checks that a file can be written, or made if there is none, without changing anything.
    package static func check(_ path: String) throws(RecordSinkError) { try LogDestination.check(path) }

    /// Opens the destination and starts the thread. `write` is used in place of `write(2)` on the destination, so that
    /// tests can make writes fail.
    init(
        _ options: Options, write: @escaping SystemCalls.Write, report: @escaping @Sendable (Event) -> Void
    ) throws(RecordSinkError) {
        let destination = try LogDestination(options, write: write)
        var spill: SpillFile?
        do throws(RecordSinkError) {
            if case .spill(let path, let maximumBytes) = options.overflow {
                spill = try SpillFile(path: path, maximumBytes: maximumBytes)
            }
            let state = try SinkState(options)
            self.state = state
            let writer = RecordWriter(
                state: state, destination: destination, spill: spill, options: options, report: report)
            try Self.startThread(writer)
        } catch {
            destination.close()
            spill?.close()
            throw error
        }
    }

    private static func startThread(_ writer: RecordWriter) throws(RecordSinkError) {
        do throws(Errno) {
            try DetachedThread.start(getsSignals: false) {
                var writer = writer
                writer.run()
            }
        } catch {
            throw RecordSinkError(path: "thread", code: error.rawValue)
        }
    }

    /// A sink that was not closed makes one last attempt to write its records.
    deinit {
        state.requestClose(deadline: .now)
    }

    /// Whether new requests may be run. Turns false under ``Overflow/block(runsInFlight:)`` when the last write has failed
    /// or the queue is more than half full, and true again when writing works and the queue is less than a quarter full.
    /// Under every policy it is false after ``close(within:)``.
    package var isAccepting: Bool { state.isAccepting }

    /// Queues a record, a line with or without its line feed at the end. It must contain no other line feed.
    package func append(_ record: UnsafeRawBufferPointer) -> Acceptance {
        state.append(record)
    }

    /// Queues a record, as ``append(_:)-(UnsafeRawBufferPointer)`` does.
    package func append(_ record: [UInt8]) -> Acceptance {
        record.withUnsafeBytes { state.append($0) }
    }

    /// Opens the path of the destination again, for SIGHUP after a program like logrotate has moved the file. Returns when
    /// nothing more is written to the old file: records that were queued before may be in either file. Standard output
    /// is kept. A destination that is failing is tried again at once.
    ///
    /// - Returns: Whether the path was opened. If it was not, the sink continues with the old file.
    @discardableResult
    package func reopen() async -> Bool {
        await withCheckedContinuation { state.requestReopen($0) }
    }

    /// Writes without collecting first, and without waiting for the next attempt if the destination is failing. Returns
    /// when every record that was queued before is in the destination or in the spill file, or when the sink is closed.
    package func flush() async {
        await withCheckedContinuation { state.requestFlush($0) }
    }

    /// Takes no more records, writes what is queued, and ends the thread.
    ///
    /// - Parameter limit: How long to keep trying. After that, the call returns even if the system blocks a write. It returns
    ///   earlier when the destination is a standard stream whose reader has closed it.
    /// - Returns: Whether every queued record is in the destination or in the spill file. If not, the other records are
    ///   dropped and counted.
    @discardableResult
    package func close(within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        state.requestClose(deadline: deadline)
        let timer = Task { [state] in
            // A little later than the thread's own deadline, so that its last attempt counts.
            try await Task.sleep(until: deadline + .milliseconds(50), clock: .continuous)
            state.finish()
        }
        defer { timer.cancel() }
        return await withCheckedContinuation { state.waitForEnd($0) }
    }

    /// Figures for metrics.
    package var figures: Figures { state.figures }
}
