// SPDX-License-Identifier: MIT

package import MoondialRules
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Lines from a pipe, a file, or a terminal that can do no more. Lines are joined until the block is complete.
package final class PlainInput: ReplInput {
    private let descriptor: Int32
    private let showsPrompts: Bool
    private let style: TextStyle
    private let isIncomplete: @Sendable (String) -> Bool
    /// Ends a wait: what is written to the second is read from the first.
    private let wakeUp: (read: Int32, write: Int32)
    private let state = Mutex(State())

    private struct State {
        var bytes: [UInt8] = []
        var isAtEnd = false
    }

    private enum Line {
        case text(String)
        case interrupted, end
    }

    /// - Parameters:
    ///   - descriptor: Stays open.
    ///   - showsPrompts: Whether prompts are written to standard output.
    ///   - style: Of the prompts.
    ///   - isIncomplete: Whether a block needs more lines.
    package init(
        descriptor: Int32, showsPrompts: Bool, style: TextStyle, isIncomplete: @escaping @Sendable (String) -> Bool
    ) {
        self.descriptor = descriptor
        self.showsPrompts = showsPrompts
        self.style = style
        self.isIncomplete = isIncomplete
        var ends: [Int32] = [-1, -1]
        wakeUp = pipe(&ends) == 0 ? (ends[0], ends[1]) : (-1, -1)
        for end in ends where end >= 0 { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    deinit {
        if wakeUp.read >= 0 { close(wakeUp.read) }
        if wakeUp.write >= 0 { close(wakeUp.write) }
    }

    package func next(_ prompt: ReplPrompt) -> ReplBlock {
        var block = ""
        while true {
            show(prompt, isFirst: block.isEmpty)
            switch line() {
            case .interrupted: return .interrupted
            case .end: return block.isEmpty ? .end : .text(block)
            case .text(let line):
                block += block.isEmpty ? line : "\n" + line
                if prompt.isQuestion || line.isEmpty && block.isEmpty { return .text(block) }
                if block.hasPrefix(":") || !isIncomplete(block) { return .text(block) }
            }
        }
    }

    package func interrupt() {
        var byte: UInt8 = 0
        _ = write(wakeUp.write, &byte, 1)
    }

    private func show(_ prompt: ReplPrompt, isFirst: Bool) {
        guard showsPrompts else { return }
        let text = isFirst ? prompt.text : prompt.continuation
        let styled = isFirst ? prompt.colour.map { style.colour(text, $0) } ?? text : style.dim(text)
        Files.write(Array(styled.utf8), to: STDOUT_FILENO)
    }

    private func line() -> Line {
        while true {
            let found: Line? = state.withLock { state in
                if let end = state.bytes.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = Self.text(state.bytes[..<end])
                    state.bytes.removeSubrange(...end)
                    return .text(line)
                }
                guard state.isAtEnd else { return nil }
                if state.bytes.isEmpty { return .end }
                defer { state.bytes = [] }
                return .text(Self.text(state.bytes[...]))
            }
            if let found { return found }
            if !fill() { return .interrupted }
        }
    }

    /// Waits for more bytes, or the end; false when it was interrupted.
    private func fill() -> Bool {
        var polled = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeUp.read, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&polled, 2, -1) >= 0 else { return true }
        if polled[1].revents != 0 {
            var byte: UInt8 = 0
            _ = read(wakeUp.read, &byte, 1)
            return false
        }
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        let count = read(descriptor, &chunk, chunk.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return true }
        state.withLock { state in
            if count > 0 { state.bytes += chunk[..<count] } else { state.isAtEnd = true }
        }
        return true
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes, as: UTF8.self)
    }
}
