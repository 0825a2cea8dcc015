// SPDX-License-Identifier: MIT

package import MoondialPresentation
import MoondialRules
import NIOConcurrencyHelpers
package import NIOCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Lines from a pipe, a file, or a terminal that can do no more. Works under `rlwrap`.
///
/// Lines are joined until the block is complete.
package final class PlainInput: ReplInput {
    private let descriptor: Int32
    private let promptOutput: Int32?
    private let style: TextStyle
    private let isIncomplete: @Sendable (String) -> Bool
    /// Ends a wait: what is written to the second is read from the first.
    private let wakeUp: (read: Int32, write: Int32)
    private let state = NIOLockedValueBox(State())

    private struct State {
        var bytes: [UInt8] = []
        var isAtEnd = false
        var lastInput = NIODeadline.now()
        var isInterrupted = false
    }

    private let withdrawn = WithdrawnQuestions()

    private enum Line {
        case text(String)
        case interrupted, end
    }

    /// Milliseconds without input before a question is shown: what still arrives belongs to the block before.
    private static let quietTime: Int32 = 50
    /// How often that is waited for.
    private static let quietTries = 40

    /// - Parameters:
    ///   - descriptor: Stays open. One that cannot be read is at its end.
    ///   - promptOutput: Where prompts are written. The default is nil: nowhere.
    ///   - style: Of the prompts.
    ///   - isIncomplete: Whether a block needs more lines.
    package init(
        descriptor: Int32, promptOutput: Int32? = nil, style: TextStyle = .plain,
        isIncomplete: @escaping @Sendable (String) -> Bool
    ) {
        self.descriptor = descriptor
        self.promptOutput = promptOutput
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

    package var lastInput: NIODeadline { state.withLockedValue { $0.lastInput } }

    package func next(_ prompt: ReplPrompt) -> ReplBlock {
        prompt.isQuestion ? answer(to: prompt) : block(prompt)
    }

    /// What was typed before the question was shown is kept for the next block, but for a line that was not finished: the
    /// terminal does not give that.
    private func answer(to question: ReplPrompt) -> ReplBlock {
        for _ in 0..<Self.quietTries {
            guard Descriptors.isReadable(descriptor, within: Self.quietTime),
                case .bytes(let bytes) = Descriptors.read(descriptor)
            else { break }
            state.withLockedValue { $0.bytes += bytes }
        }
        tcflush(descriptor, TCIFLUSH)
        let typedAhead = state.withLockedValue { state in
            defer { state.bytes = [] }
            return state.bytes
        }
        defer { state.withLockedValue { $0.bytes = typedAhead + $0.bytes } }
        return block(question)
    }

    private func block(_ prompt: ReplPrompt) -> ReplBlock {
        var block = ""
        while true {
            show(prompt, isFirst: block.isEmpty)
            switch line(prompt) {
            case .interrupted:
                leaveLine()
                return .interrupted
            case .end:
                leaveLine()
                return block.isEmpty ? .end : .text(block)
            case .text(let line):
                block += block.isEmpty ? line : "\n" + line
                if prompt.isQuestion || block.isEmpty || !isIncomplete(block) { return .text(block) }
            }
        }
    }

    package func interrupt() {
        state.withLockedValue { $0.isInterrupted = true }
        wake()
    }

    package func withdraw(question number: Int) {
        withdrawn.insert(number)
        wake()
    }

    private func wake() {
        var byte: UInt8 = 0
        _ = write(wakeUp.write, &byte, 1)
    }

    private func show(_ prompt: ReplPrompt, isFirst: Bool) {
        guard let promptOutput else { return }
        let text = isFirst ? prompt.text : prompt.continuation
        let styled = isFirst ? prompt.colour.map { style.colour(text, $0) } ?? text : style.dim(text)
        Descriptors.writeAll(Array(styled.utf8), to: promptOutput)
    }

    /// The key that ended the wait is no newline.
    private func leaveLine() {
        if let promptOutput { Descriptors.writeAll([0x0A], to: promptOutput) }
    }

    private func line(_ prompt: ReplPrompt) -> Line {
        while true {
            let found: Line? = state.withLockedValue { state in
                if state.isInterrupted || withdrawn.contains(prompt) {
                    state.isInterrupted = false
                    return .interrupted
                }
                if let end = state.bytes.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = Self.text(state.bytes[..<end])
                    state.bytes.removeSubrange(...end)
                    return .text(line)
                }
                guard state.isAtEnd else { return nil }
                if state.bytes.isEmpty {
                    // Ctrl-D at a terminal ends one wait, and not those after it.
                    state.isAtEnd = false
                    return .end
                }
                defer { state.bytes = [] }
                return .text(Self.text(state.bytes[...]))
            }
            if let found { return found }
            fill()
        }
    }

    /// Waits for more bytes, the end, or a call from another thread.
    private func fill() {
        var polled = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeUp.read, events: Int16(POLLIN), revents: 0),
        ]
        // A descriptor that cannot be waited for is not waited for.
        guard descriptor < 0 || poll(&polled, 2, -1) >= 0 else { return }
        if polled[1].revents != 0 {
            var byte: UInt8 = 0
            _ = read(wakeUp.read, &byte, 1)
            return
        }
        switch Descriptors.read(descriptor) {
        case .bytes(let bytes):
            state.withLockedValue { state in
                state.bytes += bytes
                state.lastInput = .now()
            }
        case .interrupted: break
        case .end, .failure: state.withLockedValue { $0.isAtEnd = true }
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes, as: UTF8.self)
    }
}
