// SPDX-License-Identifier: MIT

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Reads lines from a file, a pipe, or a terminal that can do no more. Works under `rlwrap`.
///
/// Lines are joined as long as the block that they make is not complete.
package final class PlainLineReader: LineSource {
    private let input: Int32
    private let promptOutput: Int32?
    private let completeness: (any CompletenessSource)?
    private var bytes: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

    /// - Parameters:
    ///   - input: A file descriptor, which is not closed.
    ///   - promptOutput: Where the prompt is printed. The default is nil: nowhere.
    ///   - completeness: Without one, each line is a block.
    package init(input: Int32, promptOutput: Int32? = nil, completeness: (any CompletenessSource)? = nil) {
        self.input = input
        self.promptOutput = promptOutput
        self.completeness = completeness
    }

    /// Waits for the next block. Interrupted by a signal, gives up the lines that it has and says so.
    package func next(_ prompt: Prompt) throws -> LineInput {
        var block = ""
        while true {
            show(block.isEmpty ? prompt.first : prompt.continuation)
            guard let line = try line() else {
                return block.isEmpty ? .end : .text(block)
            }
            guard case .text(let text) = line else { return line }
            block += block.isEmpty ? text : "\n" + text
            if completeness?.isIncomplete(block) != true { return .text(block) }
        }
    }

    private func show(_ prompt: StyledText) {
        if let promptOutput { Descriptors.writeAll(Array(prompt.text.utf8), to: promptOutput) }
    }

    /// - Returns: nil at the end.
    private func line() throws -> LineInput? {
        var searched = start
        while true {
            if let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return .text(text(start..<end))
            }
            searched = bytes.count
            if isAtEnd {
                guard start < bytes.count else { return nil }
                defer { start = bytes.count }
                return .text(text(start..<bytes.count))
            }
            bytes.removeFirst(start)
            searched -= start
            start = 0
            switch Descriptors.read(input) {
            case .bytes(let more): bytes += more
            case .end: isAtEnd = true
            case .interrupted:
                bytes = []
                return .interrupted
            case .failure(let code): throw TerminalError("cannot read input", code: code)
            }
        }
    }

    private func text(_ range: Range<Int>) -> String {
        let line = bytes[range]
        return String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
    }
}
