// SPDX-License-Identifier: MIT

import Generators
import Testing

@testable import MoondialConsole

struct KeyDecoderTests {
    static let corpus: [(String, Key)] = [
        // xterm, normal and application mode.
        ("\u{1B}[A", Key(.up)), ("\u{1B}[B", Key(.down)), ("\u{1B}[C", Key(.right)), ("\u{1B}[D", Key(.left)),
        ("\u{1B}OA", Key(.up)), ("\u{1B}OB", Key(.down)), ("\u{1B}OC", Key(.right)), ("\u{1B}OD", Key(.left)),
        ("\u{1B}[H", Key(.home)), ("\u{1B}[F", Key(.end)), ("\u{1B}OH", Key(.home)), ("\u{1B}OF", Key(.end)),
        ("\u{1B}[1;5A", Key(.up, .control)), ("\u{1B}[1;5C", Key(.right, .control)),
        ("\u{1B}[1;5D", Key(.left, .control)),
        ("\u{1B}[1;2D", Key(.left, .shift)), ("\u{1B}[1;3C", Key(.right, .meta)), ("\u{1B}[1;9C", Key(.right, .meta)),
        ("\u{1B}[1;6C", Key(.right, [.control, .shift])), ("\u{1B}[1;5H", Key(.home, .control)),
        ("\u{1B}[1;5F", Key(.end, .control)), ("\u{1B}[2~", Key(.insert)), ("\u{1B}[3~", Key(.delete)),
        ("\u{1B}[3;5~", Key(.delete, .control)), ("\u{1B}[3;3~", Key(.delete, .meta)), ("\u{1B}[5~", Key(.pageUp)),
        ("\u{1B}[6~", Key(.pageDown)), ("\u{1B}OP", Key(.function(1))), ("\u{1B}OS", Key(.function(4))),
        ("\u{1B}[15~", Key(.function(5))), ("\u{1B}[24~", Key(.function(12))),
        ("\u{1B}[1;2P", Key(.function(1), .shift)),
        ("\u{1B}[Z", Key(.tab, .shift)),
        // rxvt.
        ("\u{1B}[7~", Key(.home)), ("\u{1B}[8~", Key(.end)), ("\u{1B}Oa", Key(.up, .control)),
        ("\u{1B}Od", Key(.left, .control)),
        ("\u{1B}[c", Key(.right, .shift)), ("\u{1B}[3$", Key(.delete, .shift)), ("\u{1B}[3^", Key(.delete, .control)),
        ("\u{1B}[3@", Key(.delete, [.control, .shift])), ("\u{1B}[11~", Key(.function(1))),
        ("\u{1B}\u{1B}[C", Key(.right, .meta)),
        ("\u{1B}\u{1B}OC", Key(.right, .meta)), ("\u{1B}\u{1B}[3~", Key(.delete, .meta)),
        // The Linux console.
        ("\u{1B}[1~", Key(.home)), ("\u{1B}[4~", Key(.end)), ("\u{1B}[[A", Key(.function(1))),
        ("\u{1B}[[E", Key(.function(5))),
        ("\u{1B}OM", Key(.enter)),
        // Reports by code point.
        ("\u{1B}[13;2u", Key(.enter, .shift)), ("\u{1B}[107;5u", .control("k")), ("\u{1B}[27;5;107~", .control("k")),
        ("\u{1B}[75;6u", .control("k")), ("\u{1B}[27;2;13~", Key(.enter, .shift)),
        ("\u{1B}[102;3u", .meta("f")), ("\u{1B}[9;5u", Key(.tab, .control)), ("\u{1B}[127;3u", Key(.backspace, .meta)),
        ("\u{1B}[27u", Key(.escape)), ("\u{1B}[107:75;5:1u", .control("k")),
        // Single bytes, and with meta.
        ("\r", Key(.enter)), ("\n", Key(.enter)), ("\t", Key(.tab)), ("\u{7F}", Key(.backspace)),
        ("\u{8}", Key(.backspace)),
        ("\0", .control(" ")), ("\u{1}", .control("a")), ("\u{1A}", .control("z")), ("\u{1F}", .control("_")),
        ("\u{1C}", .control("\\")), ("\u{1B}\r", Key(.enter, .meta)), ("\u{1B}\u{7F}", Key(.backspace, .meta)),
        ("\u{1B}f", .meta("f")), ("\u{1B}<", .meta("<")), ("\u{1B}号", .meta("号")), ("\u{1B}\t", Key(.tab, .meta)),
        ("\u{1B}\u{1F}", Key(.character("_"), [.control, .meta])),
    ]

    @Test(arguments: corpus)
    func sequenceIsDecodedAsItsKey(sequence: String, key: Key) {
        #expect(decode([Array(sequence.utf8)]) == [.key(key)])
    }

    @Test(arguments: corpus)
    func sequenceMayArriveInPieces(sequence: String, key: Key) {
        let bytes = Array(sequence.utf8)
        for split in 0...bytes.count {
            #expect(decode([Array(bytes[..<split]), Array(bytes[split...])]) == [.key(key)], "split at \(split)")
        }
        #expect(decode(bytes.map { [$0] }) == [.key(key)])
    }

    @Test(arguments: corpus)
    func sequenceDoesNotTakeFollowingBytes(sequence: String, key: Key) {
        let bytes = Array(sequence.utf8)
        #expect(decode([bytes + Array("xy".utf8) + bytes]) == [.key(key), .text(Array("xy".utf8)), .key(key)])
    }

    @Test(arguments: [
        ("abc", ["abc"]), ("号码", ["号", "码"]), ("a号b", ["a", "号", "b"]), ("👍🏽", ["👍", "🏽"]), ("é~", ["é", "~"]),
        ("\u{1B}Oj\u{1B}Op", ["*", "0"]), ("\u{1B}[97u", ["a"]),
    ])
    func printableTextIsDecodedAsText(bytes: String, texts: [String]) {
        #expect(decode([Array(bytes.utf8)]) == texts.map { .text(Array($0.utf8)) })
        #expect(
            decode(bytes.utf8.map { [$0] }).reduce("") { $0 + ($1.text ?? "?") } == texts.joined(), "byte by byte")
    }

    @Test(
        arguments: [
            [0xFF], [0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xE5, 0x8F, 0x28], [0xF8, 0x88], [0xC3, 0x28],
            [0xF4, 0x90, 0x80, 0x80],
        ] as [[UInt8]])
    func invalidUTF8BecomesReplacementCharacters(bytes: [UInt8]) {
        var decoder = KeyDecoder()
        var input = bytes[...]
        var text = ""
        while let event = decoder.next(&input) { text += event.text ?? "" }
        text += decoder.timeout()?.text ?? ""
        #expect(text.unicodeScalars.contains("\u{FFFD}") && !decoder.isWaiting)
        #expect(text.unicodeScalars.allSatisfy { $0 == "\u{FFFD}" || $0 == "(" })
    }

    @Test(arguments: [
        "\u{1B}[99~", "\u{1B}[?1;2c", "\u{1B}[<0;3;4M", "\u{1B}[12;34R", "\u{1B}]0;title\u{7}",
        "\u{1B}]11;rgb:0/0/0\u{1B}\\",
        "\u{1B}P1$r0m\u{1B}\\", "\u{1B}Oz", "\u{1B}[[Z", "\u{1B}[57441u", "\u{1B}[1;2;3;4;5X", "\u{85}",
    ])
    func unknownSequenceIsIgnoredAsAWhole(sequence: String) {
        #expect(decode([Array(sequence.utf8) + Array("x".utf8)]) == [.unknown, .text(Array("x".utf8))])
    }

    @Test(arguments: [
        ("\u{1B}", KeyDecoder.Event.key(Key(.escape))), ("\u{1B}[", .key(.meta("["))), ("\u{1B}O", .key(.meta("O"))),
        ("\u{1B}\u{1B}", .key(Key(.escape, .meta))), ("\u{1B}[1;", .unknown), ("\u{1B}]0;", .unknown),
        ("\u{1B}[[", .unknown),
    ])
    func timeoutEndsAnIncompleteSequence(sequence: String, event: KeyDecoder.Event) {
        var decoder = KeyDecoder()
        var bytes = Array(sequence.utf8)[...]
        #expect(decoder.next(&bytes) == nil)
        #expect(decoder.isWaiting)
        #expect(decoder.timeout() == event)
        #expect(!decoder.isWaiting)
        #expect(decoder.timeout() == nil)
    }

    @Test func pasteIsOneEvent() {
        let text = Array("a\r\nb\u{1B}[Ac\u{3}".utf8)
        let bytes = Array("\u{1B}[200~".utf8) + text + Array("\u{1B}[201~x".utf8)
        #expect(decode([bytes]) == [.paste(text), .text(Array("x".utf8))])
        for split in 0...bytes.count {
            #expect(
                decode([Array(bytes[..<split]), Array(bytes[split...])]) == [.paste(text), .text(Array("x".utf8))])
        }
        #expect(decode(bytes.map { [$0] }) == [.paste(text), .text(Array("x".utf8))])
    }

    @Test(arguments: ["é", "中", "👍", "\u{1B}é"])
    func bytesOfACharacterMayArriveSlowly(character: String) {
        var decoder = KeyDecoder()
        var events: [KeyDecoder.Event] = []
        for byte in character.utf8 {
            var bytes = [byte][...]
            if let event = decoder.next(&bytes) { events.append(event) }
            // The escape is Alt only when something follows at once.
            if byte != 0x1B { #expect(decoder.timeout() == nil) }
        }
        #expect(events.count == 1)
        #expect(events.first?.text == character || events == [.key(.meta("é"))])
    }

    @Test func pasteWithoutItsEndIsLeftByEscapeOrControlC() {
        func decoder() -> KeyDecoder {
            var decoder = KeyDecoder()
            var bytes = Array("\u{1B}[200~one\u{3}two".utf8)[...]
            #expect(decoder.next(&bytes) == nil && !decoder.isWaiting)
            return decoder
        }
        for (key, event) in [
            ("\u{1B}", KeyDecoder.Event.paste(Array("one\u{3}two".utf8))), ("\u{3}", .key(.control("c"))),
        ] {
            var decoder = decoder()
            var bytes = Array(key.utf8)[...]
            #expect(decoder.next(&bytes) == nil && decoder.isWaiting)
            #expect(decoder.timeout() == event)
            bytes = Array("x".utf8)[...]
            #expect(decoder.next(&bytes) == .text(Array("x".utf8)))
        }
    }

    @Test(arguments: 0..<50)
    func randomBytesLeaveValidUTF8InTheBuffer(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("\u{1B}\u{1B}[[O;1~200A\r\t\u{7}]P\\".utf8) + [0x80, 0xC3, 0xE5, 0xF0, 0xFF]
        let bytes = (0..<400).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
        var editor = TestEditor()
        for byte in bytes {
            _ = editor.editor.feed([byte])
            if editor.editor.isFinished { _ = editor.editor.begin("> ") }
        }
        let text = editor.editor.buffer.bytes
        #expect(Array(String(decoding: text, as: UTF8.self).utf8) == text)
    }

    private func decode(_ chunks: [[UInt8]]) -> [KeyDecoder.Event] {
        var decoder = KeyDecoder()
        var events: [KeyDecoder.Event] = []
        for chunk in chunks {
            var bytes = chunk[...]
            while let event = decoder.next(&bytes) { events.append(event) }
        }
        return events
    }
}

extension KeyDecoder.Event {
    fileprivate var text: String? {
        if case .text(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
    }
}
