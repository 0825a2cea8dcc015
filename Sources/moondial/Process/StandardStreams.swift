// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialPresentation
import MoondialRules
import NIOCore
import Platform
import TextFormats

enum StandardStreams {
    /// Makes sure that the three standard streams exist. If the caller closed one, a file or socket opened later would
    /// get its number, and printed text would go there. Reads and writes of a stream that was missing fail.
    static func fillGaps() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // open() takes the lowest free number, which is this one. The wrong direction makes reads and writes fail.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}

/// Standard output. Lines are written at once to a terminal, in blocks to everything else. No call waits for the reader.
///
/// A write that fails ends the process: without a message when the reader has closed the pipe, as is usual for filters,
/// else with a message.
final class StandardOutput {
    private static let blockSize = 8 * 1024

    /// Writes what has left the buffer.
    let writer: OutputWriter
    private let isBuffered: Bool
    private var buffer: [UInt8] = []

    init(_ writer: OutputWriter, isTerminal: Bool) {
        self.writer = writer
        isBuffered = !isTerminal
    }

    func write(line: some Sequence<UInt8>) {
        buffer.append(contentsOf: line)
        buffer.append(UInt8(ascii: "\n"))
        if !isBuffered || buffer.count >= Self.blockSize { flush() }
    }

    /// Writes lines that end with newlines.
    func write(_ text: String) { write(bytes: text.utf8) }

    /// Writes lines that end with newlines.
    func write(bytes: some Sequence<UInt8>) {
        buffer.append(contentsOf: bytes)
        if !isBuffered || buffer.count >= Self.blockSize { flush() }
    }

    /// Hands everything to the system, or to the queue if the reader is slow.
    func flush() {
        writer.write(buffer)
        buffer = []
        endIfFailed()
    }

    /// Waits until everything is written: for the end of the process.
    ///
    /// - Parameter patience: The longest wait, in seconds; what is left then is lost. The default is any time.
    func drain(within patience: Double? = nil) {
        flush()
        writer.drain(within: patience)
        endIfFailed()
    }

    private func endIfFailed() {
        guard let error = writer.failure else { return }
        guard error != .brokenPipe else { exit(ExitStatus.brokenPipe.rawValue) }
        let message = "cannot write to standard output: \(error.description)"
        let diagnostic = Diagnostic(.inputOutput, message, fix: DiagnosticCode.inputOutput.advice)
        // Not by a writer, which may be the one that has failed.
        Descriptors.writeAll(Array(DiagnosticText(diagnostic).text.utf8), to: STDERR_FILENO)
        exit(ExitStatus.inputOutput.rawValue)
    }
}

/// Standard error, unbuffered. Write errors are ignored, since there is no place to report them. No call waits for the reader.
final class StandardError {
    let style: TextStyle
    let writer: OutputWriter
    private var omitted = 0

    init(_ writer: OutputWriter, style: TextStyle) {
        self.writer = writer
        self.style = style
    }

    /// Writes lines that end with newlines.
    func write(_ text: String) {
        writer.write(Array(text.utf8))
    }

    /// Writes lines of a log, which is left out while more than a mebibyte waits for the reader. How much was left out is said
    /// afterwards.
    func log(_ text: String) {
        guard writer.hasRoom else {
            omitted += 1
            return
        }
        tellOmissions()
        write(text)
    }

    func write(_ diagnostic: Diagnostic) {
        write(DiagnosticText(diagnostic, style: style).text)
    }

    func warn(_ message: String) {
        write(style.colour("warning", .yellow) + ": \(String(escaping: message.utf8))\n")
    }

    /// A line of a log or of a hook is not written, since there is no room.
    func noteOmission() { omitted += 1 }

    /// Waits until everything is written, as ``StandardOutput/drain(within:)`` does.
    func drain(within patience: Double? = nil) {
        tellOmissions()
        writer.drain(within: patience)
    }

    private func tellOmissions() {
        guard omitted > 0 else { return }
        let lines = omitted.counting("line")
        omitted = 0
        warn("left out \(lines) of logs and hooks: the output was not read fast enough")
    }
}

/// Room on one of the two streams, for what scripts and hooks print.
final class StreamRoom: OutputRoom {
    private let writer: OutputWriter
    private let errors: StandardError
    private let eventLoop: any EventLoop

    init(_ writer: OutputWriter, _ errors: StandardError, _ eventLoop: any EventLoop) {
        (self.writer, self.errors, self.eventLoop) = (writer, errors, eventLoop)
    }

    var hasRoom: Bool { writer.hasRoom }

    func whenRoom(_ body: @escaping () -> Void) {
        let body = NIOLoopBound(body, eventLoop: eventLoop)
        writer.whenRoom { [eventLoop] in eventLoop.execute { body.value() } }
    }

    func noteOmission() { errors.noteOmission() }
}

enum StandardInput {
    /// Reads up to the end. Throws a failure when there are more than `limit` bytes.
    static func readAll(limit: Int) throws(Failure) -> [UInt8] {
        var content: [UInt8] = []
        while content.count <= limit {
            switch Descriptors.read(STDIN_FILENO) {
            case .bytes(let bytes): content += bytes
            case .end: return content
            case .interrupted: break
            case .failure(let error):
                throw Failure(Diagnostic(.inputOutput, "cannot read standard input: \(error.description)"))
            }
        }
        throw Failure(
            Diagnostic(.requestInvalid, "standard input is larger than \(limit) bytes"), status: .badData)
    }
}
