// SPDX-License-Identifier: MIT

package import MoondialPresentation
import MoondialRules
import NIOConcurrencyHelpers
package import NIOCore
package import Platform
import TextFormats

/// Lines from a pipe, a file, or a terminal without the line editor. Works under `rlwrap`.
///
/// Lines are joined until the block is complete. Bytes that are not UTF-8 are kept, in the form of `ByteText`. As in a
/// file, a byte order mark at the very beginning is left out, and so is a first line that begins with `#!`.
package final class PlainInput: ReplInput {
    private let descriptor: Int32
    private let promptOutput: OutputWriter?
    private let style: TextStyle
    private let isIncomplete: @Sendable ([UInt8]) -> Bool
    /// A pipe that ends a wait: other threads write to it.
    private let wakeUp: (read: Int32, write: Int32)
    private let state = NIOLockedValueBox(State())

    fileprivate struct State {
        var bytes: [UInt8] = []
        /// How many of the bytes were used.
        var used = 0
        /// How many of the unused bytes are known to hold no newline.
        var searched = 0
        var isAtStart = true
        var isAtEnd = false
        /// The error that ended the input.
        var failure: String?
        var lastInput = NIODeadline.distantPast
        /// The last time at which there was nothing to read.
        var quietSince = NIODeadline.distantPast
        var isInterrupted = false
    }

    private let withdrawn = WithdrawnQuestions()

    private enum Line {
        case text([UInt8])
        case interrupted, end
        case failed(String)
    }

    /// Milliseconds without input before a question is shown: what still arrives belongs to the block before.
    private static let quietTime: Int32 = 50
    /// How many times to wait for that.
    private static let quietTries = 40
    /// How many blocks are handed over at once: changing threads takes longer than a short block.
    private static let mostAtHand = 64

    /// - Parameters:
    ///   - descriptor: Stays open. One that cannot be read is at its end.
    ///   - promptOutput: Where prompts are written. The default is nil: nowhere.
    ///   - style: The style of the prompts.
    ///   - isIncomplete: Whether a block needs more lines. Called on the thread of ``next(_:)``.
    package init(
        descriptor: Int32, promptOutput: OutputWriter? = nil, style: TextStyle = .plain,
        isIncomplete: @escaping @Sendable ([UInt8]) -> Bool
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

    /// Input from before the question is kept for the next block, except an unfinished line, which the terminal does
    /// not deliver.
    private func answer(to question: ReplPrompt) -> ReplBlock {
        for _ in 0..<Self.quietTries {
            guard Descriptors.isReadable(descriptor, within: Self.quietTime),
                case .bytes(let bytes) = Descriptors.readTerminal(descriptor)
            else { break }
            state.withLockedValue { $0.bytes += bytes }
        }
        tcflush(descriptor, TCIFLUSH)
        let typedAhead = state.withLockedValue { $0.takeAll() }
        defer { state.withLockedValue { $0.putBack(typedAhead) } }
        return block(question)
    }

    private func block(_ prompt: ReplPrompt) -> ReplBlock {
        var builder = BlockBuilder { [isIncomplete] in !ReplSession.isCommand($0) && isIncomplete($0) }
        while true {
            show(prompt, isFirst: builder.isEmpty)
            switch line(prompt) {
            case .interrupted:
                leaveLine()
                return .interrupted
            case .end:
                leaveLine()
                return builder.end().map(take) ?? .end
            case .failed(let reason): return .failed(reason)
            case .text(let line):
                if prompt.isQuestion { return .text(ByteText.text(line)) }
                if let found = builder.add(line) { return take(found) }
            }
        }
    }

    package func blocksAtHand() -> [ReplBlock] {
        // A prompt is shown before each block that is waited for.
        guard promptOutput == nil else { return [] }
        var blocks: [ReplBlock] = []
        while blocks.count < Self.mostAtHand, let block = blockAtHand() { blocks.append(block) }
        return blocks
    }

    private func blockAtHand() -> ReplBlock? {
        var builder = BlockBuilder { [isIncomplete] in !ReplSession.isCommand($0) && isIncomplete($0) }
        var lines: [[UInt8]] = []
        while let line = state.withLockedValue({ $0.isInterrupted ? nil : $0.takeLine() }) {
            if let found = builder.add(line) { return take(found) }
            lines.append(line)
        }
        // The rest of the block may not have come yet.
        if !lines.isEmpty { state.withLockedValue { $0.putBack(lines.flatMap { $0 + [UInt8(ascii: "\n")] }) } }
        return nil
    }

    private func take(_ found: (block: [UInt8], rest: [[UInt8]])) -> ReplBlock {
        if !found.rest.isEmpty {
            let lines = found.rest.flatMap { $0 + [UInt8(ascii: "\n")] }
            state.withLockedValue { $0.putBack(lines) }
        }
        return .text(ByteText.text(found.block))
    }

    package func interrupt() {
        state.withLockedValue { $0.isInterrupted = true }
        wake()
    }

    package func noteQuestion() { wake() }

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
        promptOutput.write(Array(styled.utf8))
    }

    /// Ends the line of the prompt, since the key that ended the wait is no newline.
    private func leaveLine() {
        promptOutput?.write([0x0A])
    }

    private func line(_ prompt: ReplPrompt) -> Line {
        while true {
            let found: Line? = state.withLockedValue { state in
                if state.isInterrupted || withdrawn.contains(prompt) {
                    state.isInterrupted = false
                    return .interrupted
                }
                if let line = state.takeLine() { return .text(line) }
                guard state.isAtEnd else { return nil }
                let rest = state.takeAll()
                if !rest.isEmpty { return .text(state.cleaned(rest)) }
                // Ctrl-D at a terminal ends one wait, and not those after it.
                state.isAtEnd = false
                defer { state.failure = nil }
                return state.failure.map { .failed($0) } ?? .end
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
        // Input that comes after a moment without input was entered after that moment.
        let time = NIODeadline.now()
        if !Descriptors.isReadable(descriptor) { state.withLockedValue { $0.quietSince = time } }
        // A descriptor that cannot be waited for is not waited for.
        guard descriptor < 0 || poll(&polled, 2, -1) >= 0 else { return }
        if polled[1].revents != 0 {
            var byte: UInt8 = 0
            _ = read(wakeUp.read, &byte, 1)
            return
        }
        switch Descriptors.readTerminal(descriptor) {
        case .bytes(let bytes):
            state.withLockedValue { state in
                // Bytes that are left were typed earlier: then the earlier time stays.
                if state.used == state.bytes.count { state.lastInput = state.quietSince }
                state.add(bytes)
            }
        case .interrupted: break
        case .end: state.withLockedValue { $0.isAtEnd = true }
        case .failure(let error):
            state.withLockedValue { state in
                state.isAtEnd = true
                // Without standard input there is nothing to read.
                if error != .badFileDescriptor { state.failure = error.description }
            }
        }
    }
}

extension PlainInput.State {
    fileprivate mutating func add(_ new: [UInt8]) {
        bytes.removeSubrange(..<used)
        used = 0
        bytes += new
    }

    fileprivate mutating func putBack(_ lines: [UInt8]) {
        if !lines.isEmpty { lastInput = .distantPast }
        bytes = lines + takeAll()
    }

    fileprivate mutating func takeAll() -> [UInt8] {
        defer { (bytes, used, searched) = ([], 0, 0) }
        return Array(bytes[used...])
    }

    fileprivate mutating func takeLine() -> [UInt8]? {
        guard let end = bytes[(used + searched)...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = bytes.count - used
            return nil
        }
        defer { (used, searched) = (end + 1, 0) }
        return cleaned(Array(bytes[used..<end]))
    }

    /// A line without carriage return and, at the beginning of the input, without byte order mark and `#!`.
    fileprivate mutating func cleaned(_ bytes: [UInt8]) -> [UInt8] {
        var line = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes[...]
        if isAtStart {
            isAtStart = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
            if line.starts(with: Array("#!".utf8)) { line = [] }
        }
        return Array(line)
    }
}
