// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialPresentation
import MoondialRules
import Platform
import TextFormats

enum StandardStreams {
    /// Makes sure that the three standard streams exist: where the caller closed one, a file or socket opened later would
    /// take its place and get what is printed. In the place of a missing stream everything fails.
    static func fillGaps() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is taken, which is this one. Opened in the wrong direction on purpose.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}

/// Standard output. Lines are written at once to a terminal, in blocks to everything else.
///
/// A write that fails ends the process: without a word when nobody reads any more, as filters do, else with a message.
final class StandardOutput {
    private static let blockSize = 8 * 1024

    private let isBuffered: Bool
    private var buffer: [UInt8] = []

    init(isTerminal: Bool) {
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

    func flush() {
        guard !buffer.isEmpty else { return }
        let error = Descriptors.writeAll(buffer, to: STDOUT_FILENO)
        buffer = []
        switch error {
        case nil: break
        case .brokenPipe?: exit(ExitStatus.brokenPipe.rawValue)
        case let error?:
            let message = "cannot write to standard output: \(error.description)"
            let diagnostic = Diagnostic(.inputOutput, message, fix: DiagnosticCode.inputOutput.advice)
            StandardError(style: .plain).write(DiagnosticText(diagnostic).text)
            exit(ExitStatus.inputOutput.rawValue)
        }
    }
}

/// Standard error: unbuffered, and nothing can be done about its failures.
struct StandardError {
    let style: TextStyle

    /// Writes lines that end with newlines.
    func write(_ text: String) {
        Descriptors.writeAll(Array(text.utf8), to: STDERR_FILENO)
    }

    func write(_ diagnostic: Diagnostic) {
        write(DiagnosticText(diagnostic, style: style).text)
    }

    func warn(_ message: String) {
        write(style.colour("warning", .yellow) + ": \(String(escaping: message.utf8))\n")
    }
}

enum StandardInput {
    /// Everything up to the end, or a failure when that is more than `limit` bytes.
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
