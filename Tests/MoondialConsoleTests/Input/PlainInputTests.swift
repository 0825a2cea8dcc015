// SPDX-License-Identifier: MIT

import Foundation
import MoondialRules
import NIOConcurrencyHelpers
import NIOCore
import Platform
import Testing
import TextFormats

@testable import MoondialConsole

struct PlainInputTests {
    @Sendable private static func isIncomplete(_ text: [UInt8]) -> Bool {
        LuaBlockCompleteness().isIncomplete(String(decoding: text, as: UTF8.self))
    }

    @Test(arguments: [
        ("", []), ("a\nb\n", ["a", "b"]), ("a\nb", ["a", "b"]), ("a\r\n\r\nb", ["a", "", "b"]),
        ("f(\n1)\ng()\n", ["f(\n1)", "g()"]),
        ("f(\n1", ["f(\n1"]), ("号\n码\n", ["号", "码"]), ("if x then\nend\n", ["if x then\nend"]),
    ])
    func inputIsSplitIntoBlocks(input: String, blocks: [String]) {
        let pipe = Pipe(holding: input)
        let reader = PlainInput(descriptor: pipe.reading, isIncomplete: Self.isIncomplete)
        for block in blocks { #expect(reader.next(ReplPrompt("> ")) == .text(block)) }
        #expect(reader.next(ReplPrompt("> ")) == .end)
        #expect(reader.next(ReplPrompt("> ")) == .end)
    }

    @Test func completeBlocksInTheBufferAreAtHand() {
        let pipe = Pipe()
        Descriptors.writeAll(Array("a\n:b\nf(\n1)\n\nif x then\n".utf8), to: pipe.writing)
        let reader = PlainInput(descriptor: pipe.reading, isIncomplete: Self.isIncomplete)
        #expect(reader.next(ReplPrompt("> ")) == .text("a"))
        #expect(reader.blocksAtHand() == [.text(":b"), .text("f(\n1)"), .text("")])
        #expect(reader.blocksAtHand() == [])
        Descriptors.writeAll(Array("end\nc\n".utf8), to: pipe.writing)
        #expect(reader.next(ReplPrompt("> ")) == .text("if x then\nend"))
        #expect(reader.blocksAtHand() == [.text("c")])
    }

    @Test func noBlocksAreAtHandIfPromptsAreShown() {
        let pipe = Pipe(holding: "a\nb\n")
        let reader = PlainInput(descriptor: pipe.reading, promptOutput: OutputWriter(open("/dev/null", O_WRONLY))) {
            _ in false
        }
        #expect(reader.next(ReplPrompt("> ")) == .text("a"))
        #expect(reader.blocksAtHand() == [])
    }

    @Test func blocksAtHandAreLimited() {
        let pipe = Pipe(holding: String(repeating: "a\n", count: 1000))
        let reader = PlainInput(descriptor: pipe.reading) { _ in false }
        #expect(reader.next(ReplPrompt("> ")) == .text("a"))
        #expect(reader.blocksAtHand().count == 64)
    }

    @Test(
        "bytes are read unchanged, without byte order mark and shebang",
        arguments: [
            ([0x61, 0xFF, 0x0A], [[0x61, 0xFF]]),
            ([0xEF, 0xBB, 0xBF, 0x61, 0x0A, 0xEF, 0xBB, 0xBF], [[0x61], [0xEF, 0xBB, 0xBF]]),
            (Array("#!/usr/bin/env moondial\nx\n#!y\n".utf8), [[], Array("x".utf8), Array("#!y".utf8)]),
            ([0xEF, 0xBB, 0xBF], [[]]), ([0x61, 0x00, 0x62, 0x0A], [[0x61, 0x00, 0x62]]),
        ] as [([UInt8], [[UInt8]])])
    func bytes(input: [UInt8], blocks: [[UInt8]]) {
        let pipe = Pipe(holding: input)
        let reader = PlainInput(descriptor: pipe.reading) { _ in false }
        for block in blocks { #expect(reader.next(ReplPrompt("> ")) == .text(ByteText.text(block))) }
        #expect(reader.next(ReplPrompt("> ")) == .end)
    }

    /// A wrong line ends its block, as if each line were checked.
    @Test(arguments: [1, 20, 33, 70, 100, 500])
    func longBlockEndsAtItsWrongLine(line: Int) {
        var lines = ["t = {"] + (1...600).map { " \($0)," } + ["}"]
        lines[line] = " 1 2"
        let pipe = Pipe(holding: (lines + ["x = 1"]).joined(separator: "\n"))
        let syntax = SyntaxChecker(limits: RunLimits())
        let reader = PlainInput(descriptor: pipe.reading) { syntax.isIncomplete($0) }
        #expect(reader.next(ReplPrompt("> ")) == .text(lines[...line].joined(separator: "\n")))
    }

    @Test func longBlockIsNotCheckedAtEveryLine() {
        let count = Counter()
        let lines = ["t = {"] + (1...8000).map { " \($0)," } + ["}"]
        let pipe = Pipe(holding: lines.joined(separator: "\n"))
        let syntax = SyntaxChecker(limits: RunLimits())
        let reader = PlainInput(descriptor: pipe.reading) {
            count.add($0.count)
            return syntax.isIncomplete($0)
        }
        #expect(reader.next(ReplPrompt("> ")) == .text(lines.joined(separator: "\n")))
        // Each byte is checked a few times, not once for each line.
        #expect(count.value < 8 * lines.reduce(0) { $0 + $1.utf8.count + 1 })
    }

    @Test func timeOfABufferedLineIsBeforeItsRead() {
        let pipe = Pipe()
        let reader = PlainInput(descriptor: pipe.reading) { _ in false }
        Descriptors.writeAll(Array("a\n".utf8), to: pipe.writing)
        let time = NIODeadline.now()
        #expect(reader.next(ReplPrompt("> ")) == .text("a"))
        #expect(reader.lastInput < time)
    }

    @Test func lineTypedBeforeAQuestionKeepsItsEarlierTime() {
        let pipe = Pipe()
        let reader = PlainInput(descriptor: pipe.reading) { _ in false }
        Descriptors.writeAll(Array("a\nb\n".utf8), to: pipe.writing)
        #expect(reader.next(ReplPrompt("> ")) == .text("a"))
        let time = NIODeadline.now()
        reader.withdraw(question: 1)
        #expect(reader.next(ReplPrompt("Go on? ", questionNumber: 1)) == .interrupted)
        #expect(reader.next(ReplPrompt("> ")) == .text("b"))
        #expect(reader.lastInput < time)
    }

    @Test func folderAsInputFails() {
        let folder = open("/", O_RDONLY)
        defer { close(folder) }
        let reader = PlainInput(descriptor: folder) { _ in false }
        #expect(reader.next(ReplPrompt("> ")) == .failed("Is a directory"))
        #expect(reader.next(ReplPrompt("> ")) != .end)
    }

    @Test func promptsAreWrittenToTheirOutput() {
        let pipe = Pipe(holding: "f(\n1)\n")
        let output = Pipe()
        let reader = PlainInput(
            descriptor: pipe.reading, promptOutput: OutputWriter(output.writing), isIncomplete: Self.isIncomplete)
        while case .text = reader.next(ReplPrompt("sim> ")) {}
        output.finish()
        #expect(output.contents == "sim>    > sim> \n")
    }

    @Test func answerToAQuestionIsOneLine() {
        let pipe = Pipe()
        let output = Pipe()
        let reader = PlainInput(
            descriptor: pipe.reading, promptOutput: OutputWriter(output.writing), isIncomplete: Self.isIncomplete)
        let (shown, typed) = (output.reading, pipe.writing)
        Descriptors.writeAll(Array("typed ahead\n".utf8), to: typed)
        Thread.detachNewThread {
            _ = Descriptors.read(shown)  // the question
            Descriptors.writeAll(Array("f(\n1)\n".utf8), to: typed)
        }
        #expect(reader.next(ReplPrompt("Go on? ", questionNumber: 1)) == .text("f("))
        #expect(reader.next(ReplPrompt("> ")) == .text("typed ahead"))
    }

    @Test func interruptEndsTheWaitForInput() {
        let pipe = Pipe()
        let reader = PlainInput(descriptor: pipe.reading, isIncomplete: Self.isIncomplete)
        reader.interrupt()
        #expect(reader.next(ReplPrompt("> ")) == .interrupted)
    }

    @Test func unreadableInputIsAtItsEnd() {
        let reader = PlainInput(descriptor: -1, isIncomplete: Self.isIncomplete)
        #expect(reader.next(ReplPrompt("> ")) == .end)
    }

    @Test(
        arguments: [
            ([:], true, .plain, false), (["TERM": "xterm"], true, .full, true),
            (["TERM": "xterm"], false, .plain, false),
            (["TERM": "dumb"], true, .plain, false), (["TERM": "xterm", "NO_COLOR": "1"], true, .full, false),
            (["TERM": "xterm", "NO_COLOR": ""], true, .full, true),
            (["TERM": "xterm", "MOONDIAL_BASIC_REPL": "1"], true, .plain, true),
            (["TERM": "xterm", "MOONDIAL_BASIC_REPL": "0"], true, .full, true),
            (["TERM": "dumb", "FORCE_COLOR": "1"], true, .plain, true),
            (["NO_COLOR": "1", "FORCE_COLOR": "1"], false, .plain, true),
            (["TERM": "xterm", "FORCE_COLOR": "0"], true, .full, false),
        ] as [([String: String], Bool, TerminalCapabilities.Editing, Bool)])
    func terminalCapabilitiesFollowTheEnvironment(
        environment: [String: String], isTerminal: Bool, editing: TerminalCapabilities.Editing, hasColour: Bool
    ) {
        let capabilities = TerminalCapabilities(
            environment: environment, inputIsTerminal: isTerminal, outputIsTerminal: isTerminal)
        #expect(capabilities.editing == editing && capabilities.hasColour == hasColour)
    }

    @Test(arguments: [
        (["LANG": "de_DE.UTF-8"], true), (["LC_ALL": "C", "LANG": "de_DE.UTF-8"], false),
        (["LC_CTYPE": "C.utf8"], true), ([:], false),
        (["LANG": "de_DE.UTF-8@euro"], true),
    ])
    func unicodeFollowsTheLocale(environment: [String: String], isUnicode: Bool) {
        let capabilities = TerminalCapabilities(environment: environment, inputIsTerminal: true, outputIsTerminal: true)
        #expect(capabilities.isUnicode == isUnicode)
    }
}

private final class Counter: Sendable {
    private let count = NIOLockedValueBox(0)

    var value: Int { count.withLockedValue { $0 } }

    func add(_ more: Int) { count.withLockedValue { $0 += more } }
}

/// Both ends of a pipe.
private final class Pipe {
    let reading: Int32
    let writing: Int32
    private var isOpen = true

    init() {
        var ends: [Int32] = [-1, -1]
        _ = pipe(&ends)
        (reading, writing) = (ends[0], ends[1])
    }

    convenience init(holding text: String) { self.init(holding: Array(text.utf8)) }

    convenience init(holding bytes: [UInt8]) {
        self.init()
        let writing = writing
        // More bytes than a pipe may hold.
        if bytes.count > 1 << 15 {
            isOpen = false
            Thread.detachNewThread {
                Descriptors.writeAll(bytes, to: writing)
                close(writing)
            }
        } else {
            Descriptors.writeAll(bytes, to: writing)
            finish()
        }
    }

    deinit {
        finish()
        close(reading)
    }

    func finish() {
        if isOpen { close(writing) }
        isOpen = false
    }

    var contents: String {
        var bytes: [UInt8] = []
        while case .bytes(let more) = Descriptors.read(reading) { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }
}
