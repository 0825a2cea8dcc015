// SPDX-License-Identifier: MIT

import Foundation
import Testing

@testable import MoondialConsole

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

struct PlainInputTests {
    private static func isIncomplete(_ text: String) -> Bool { LuaBlockCompleteness().isIncomplete(text) }

    @Test(arguments: [
        ("", []), ("a\nb\n", ["a", "b"]), ("a\nb", ["a", "b"]), ("a\r\n\r\nb", ["a", "", "b"]),
        ("f(\n1)\ng()\n", ["f(\n1)", "g()"]),
        ("f(\n1", ["f(\n1"]), ("号\n码\n", ["号", "码"]), ("if x then\nend\n", ["if x then\nend"]),
    ])
    func blocks(input: String, blocks: [String]) {
        let pipe = Pipe(holding: input)
        let reader = PlainInput(descriptor: pipe.reading, isIncomplete: Self.isIncomplete)
        for block in blocks { #expect(reader.next(ReplPrompt("> ")) == .text(block)) }
        #expect(reader.next(ReplPrompt("> ")) == .end)
        #expect(reader.next(ReplPrompt("> ")) == .end)
    }

    @Test func promptsGoWhereTheyAreWanted() {
        let pipe = Pipe(holding: "f(\n1)\n")
        let output = Pipe()
        let reader = PlainInput(
            descriptor: pipe.reading, promptOutput: output.writing, isIncomplete: Self.isIncomplete)
        while case .text = reader.next(ReplPrompt("sim> ")) {}
        output.finish()
        #expect(output.contents == "sim>    > sim> \n")
    }

    @Test func anAnswerIsOneLine() {
        let pipe = Pipe()
        let output = Pipe()
        let reader = PlainInput(
            descriptor: pipe.reading, promptOutput: output.writing, isIncomplete: Self.isIncomplete)
        let (shown, typed) = (output.reading, pipe.writing)
        Descriptors.writeAll(Array("typed ahead\n".utf8), to: typed)
        Thread.detachNewThread {
            _ = Descriptors.read(shown)  // the question
            Descriptors.writeAll(Array("f(\n1)\n".utf8), to: typed)
        }
        #expect(reader.next(ReplPrompt("Go on? ", questionNumber: 1)) == .text("f("))
        #expect(reader.next(ReplPrompt("> ")) == .text("typed ahead"))
    }

    @Test func anInterruptEndsTheWait() {
        let pipe = Pipe()
        let reader = PlainInput(descriptor: pipe.reading, isIncomplete: Self.isIncomplete)
        reader.interrupt()
        #expect(reader.next(ReplPrompt("> ")) == .interrupted)
    }

    @Test func whatCannotBeReadIsAtItsEnd() {
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
    func capabilities(
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
    func repertoire(environment: [String: String], isUnicode: Bool) {
        let capabilities = TerminalCapabilities(environment: environment, inputIsTerminal: true, outputIsTerminal: true)
        #expect(capabilities.isUnicode == isUnicode)
    }
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

    convenience init(holding text: String) {
        self.init()
        Descriptors.writeAll(Array(text.utf8), to: writing)
        finish()
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
