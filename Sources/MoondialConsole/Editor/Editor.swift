// SPDX-License-Identifier: MIT

/// The line editor: takes bytes from a terminal, and gives outcomes and a screen. The editor does no input or output
/// and reads no clock.
///
/// A block is edited from ``begin(_:)`` until ``feed(_:)`` returns an outcome that ends it; the screen then shows the
/// block in its final form, and the next ``begin(_:)`` handles what was typed ahead.
package struct Editor {
    /// The effect of some bytes.
    package enum Outcome: Sendable, Hashable {
        /// The screen may look different.
        case redraw
        /// The key meant nothing here.
        case bell
        /// The block is to be run; this ends it.
        case submit(String)
        /// Control-C: the block is discarded; this ends it.
        case interrupt
        /// Control-D without text; this ends it.
        case end
        /// Control-Z: stop the process, later draw the screen again.
        case suspend
        /// Clear the window and draw the screen at its top.
        case clearScreen
        /// Open the block in the user's editor, and give it back with ``replaceBlock(_:)``.
        case openEditor(String)
    }

    package struct Options: Sendable {
        package var theme = Theme.plain
        /// Whether signs beyond ASCII can be drawn.
        package var isUnicode = true
        /// The spaces of one level.
        package var indentation = 2
        /// Whether pastes are inserted. They are not while a question is open, since a paste is no answer.
        package var takesPastes = true
        /// The most rows that a menu takes.
        package var menuHeight = 8
        /// Prompts to remove from the lines of a pasted transcript, in addition to the present one. The last two are
        /// those of `lua`.
        package var transcriptPrompts = ["sim> ", "   > ", "> ", ">> "]

        package init() {}
    }

    enum Mode {
        case editing
        case searching(IncrementalSearch)
        case choosing(CompletionMenu)
        /// The next key is inserted as it is.
        case quoting
        /// The next key is the second of two.
        case prefixed
        case finished(Outcome)
    }

    /// What the last key did, for keys whose effect depends on it.
    enum Trail: Hashable {
        case nothing, typing, killing
        case yanking(Range<Int>)
        /// Moving up and down in a column.
        case vertical(column: Int)
        /// A word of an earlier block, and which word of which block it is.
        case insertingWord(Range<Int>, entry: Int, number: Int?)
    }

    package var options: Options
    package var sources: EditorSources
    /// The history for arrow keys and searches. ``Outcome/submit(_:)`` does not add to it.
    package var history: History
    package internal(set) var buffer = EditBuffer()
    /// Whether lines were pasted into the block, which then may be several inputs.
    package internal(set) var holdsPaste = false

    var prompt: Prompt
    var mode = Mode.editing
    var trail = Trail.nothing
    var undoHistory = UndoHistory()
    var killRing = KillRing()
    var walk: HistoryWalk?
    /// The number for the next key.
    var argument: NumericArgument?
    /// The first row of the block that the window shows.
    var topRow = 0
    private var decoder = KeyDecoder()
    private var pending: ArraySlice<UInt8> = []
    private var parsed: (version: Int, text: LuaText)?

    package init(options: Options = Options(), sources: EditorSources = EditorSources(), history: History = History()) {
        self.options = options
        self.sources = sources
        self.history = history
        prompt = Prompt("> ")
    }

    /// Whether the last byte may be the Escape key or the beginning of a sequence: call ``timeout()`` when nothing
    /// follows within some 50 ms.
    package var isWaiting: Bool { decoder.isWaiting && !isFinished }

    /// Whether bytes have come that belong to the next block.
    package var hasTypedAhead: Bool { !pending.isEmpty }

    /// Takes bytes for the next call of ``feed(_:)``.
    package mutating func keep(_ bytes: [UInt8]) { pending += bytes }

    /// Takes what was typed after the end of the block.
    mutating func takeTypedAhead() -> ArraySlice<UInt8> {
        defer { pending = [] }
        return pending
    }

    /// Drops what was typed ahead up to Control-C.
    /// - Returns: whether there was one.
    mutating func dropThroughInterrupt() -> Bool {
        guard let interrupt = pending.lastIndex(of: 0x03) else { return false }
        pending = pending[(interrupt + 1)...]
        return true
    }

    var isFinished: Bool {
        if case .finished = mode { return true }
        return false
    }

    /// Starts a block.
    ///
    /// - Returns: what came of bytes that had been typed ahead.
    package mutating func begin(_ prompt: Prompt) -> [Outcome] {
        self.prompt = prompt
        buffer = EditBuffer()
        holdsPaste = false
        parsed = nil
        mode = .editing
        argument = nil
        trail = .nothing
        undoHistory = UndoHistory()
        walk = nil
        topRow = 0
        return feed([])
    }

    /// Takes what the terminal sent. After an outcome that ends the block, or one that the terminal is needed for, the rest
    /// waits for the next call.
    package mutating func feed(_ bytes: [UInt8]) -> [Outcome] {
        pending += bytes
        var outcomes: [Outcome] = []
        while !isFinished, let event = decoder.next(&pending) {
            let outcome = handle(event)
            if outcomes.last != outcome { outcomes.append(outcome) }
            if outcome.needsTerminal { break }
        }
        if pending.isEmpty { pending = [] }
        return outcomes
    }

    /// To be called when nothing has followed for a while; see ``isWaiting``.
    package mutating func timeout() -> [Outcome] {
        guard !isFinished, let event = decoder.timeout() else { return [] }
        return [handle(event)]
    }

    /// Ends the block from outside, as when the terminal is gone.
    package mutating func finish() {
        mode = .finished(.end)
    }

    /// The text and its tokens.
    mutating func luaText() -> LuaText {
        if let parsed, parsed.version == buffer.version { return parsed.text }
        let text = LuaText(buffer.bytes)
        parsed = (buffer.version, text)
        return text
    }

    private mutating func handle(_ event: KeyDecoder.Event) -> Outcome {
        switch mode {
        case .searching(let search):
            if let outcome = handle(event, in: search) { return outcome }
        case .choosing(let menu):
            if let outcome = handle(event, in: menu) { return outcome }
        case .quoting:
            mode = .editing
            return quote(event)
        case .prefixed:
            mode = .editing
            switch event {
            case .text(let bytes): return bytes == [UInt8(ascii: "u")] ? perform(.undo) : .bell
            case .key(let key): return Command(afterPrefix: key).map { perform($0) } ?? .bell
            case .paste, .unknown: break
            }
        case .editing, .finished: break
        }
        let argument = argument
        self.argument = nil
        switch event {
        case .text(let bytes): return argument.map { type(bytes, $0) } ?? type(bytes)
        case .paste(let bytes): return options.takesPastes ? paste(bytes) : .bell
        case .unknown: return .bell
        case .key(let key):
            guard let command = Command(key) else { return .bell }
            switch command {
            case .digit, .minus:
                self.argument = argument
                return extendArgument(command)
            default: return argument.map { perform(command, $0) } ?? perform(command)
            }
        }
    }
}

extension Editor.Outcome {
    /// The terminal is used for something else before more keys are handled.
    fileprivate var needsTerminal: Bool {
        switch self {
        case .suspend, .clearScreen, .openEditor: true
        default: false
        }
    }
}
