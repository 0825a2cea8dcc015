// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialPresentation
import MoondialRules
import TextFormats

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

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
        let code = writeAll(buffer, to: STDOUT_FILENO)
        buffer = []
        switch code {
        case 0: break
        case EPIPE: exit(ExitStatus.brokenPipe.rawValue)
        default:
            let message = "cannot write to standard output: \(String(cString: strerror(code)))"
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
        _ = writeAll(Array(text.utf8), to: STDERR_FILENO)
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
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while content.count <= limit {
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            if count == 0 { return content }
            if count > 0 {
                content += chunk[..<count]
            } else if errno == EAGAIN {
                wait(for: STDIN_FILENO, POLLIN)
            } else if errno != EINTR {
                let reason = String(cString: strerror(errno))
                throw Failure(Diagnostic(.inputOutput, "cannot read standard input: \(reason)"))
            }
        }
        throw Failure(
            Diagnostic(.requestInvalid, "standard input is larger than \(limit) bytes"), status: .badData)
    }
}

/// - Returns: 0, or the error number of the write that failed.
private func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if count >= 0 {
            rest = rest.dropFirst(count)
        } else if errno == EAGAIN {
            wait(for: descriptor, POLLOUT)
        } else if errno != EINTR {
            return errno
        }
    }
    return 0
}

/// For a descriptor that another program has made non-blocking.
private func wait(for descriptor: Int32, _ events: Int32) {
    var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    _ = poll(&request, 1, -1)
}
