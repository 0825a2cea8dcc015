// SPDX-License-Identifier: MIT

import MoondialLua

/// Converts pasted bytes to text for the block.
struct PasteCleaner {
    /// The prompts that stand before the lines of a block that was copied without its beginning.
    let prompts: [String]

    /// Line feeds between lines and none at the end, valid UTF-8, no control characters but tabs; of a transcript only
    /// the input, without prompts and output.
    func cleaned(_ bytes: [UInt8]) -> [UInt8] {
        var text = Self.plain(bytes)
        if let last = text.lastIndex(where: { $0 != UInt8(ascii: "\n") }) { text.removeLast(text.count - last - 1) }
        guard let first = text.firstIndex(where: { !LuaLexer.isSpace($0) }) else {
            return text.allSatisfy { $0 == UInt8(ascii: "\n") } ? [] : text
        }
        let transcript = Transcript(String(decoding: text, as: UTF8.self))
        if !transcript.inputs.isEmpty { return Array(transcript.inputs.joined(separator: "\n").utf8) }
        // Only a text that begins with a prompt is part of a transcript: elsewhere a `>` may be a comparison.
        let lineStart = text[..<first].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        guard withoutPrompt(text[lineStart...]) != nil else { return text }
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return Array(lines.compactMap(withoutPrompt).joined(separator: [UInt8(ascii: "\n")]))
    }

    private func withoutPrompt(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        for prompt in prompts.map({ Array($0.utf8) }) where !prompt.allSatisfy(LuaLexer.isSpace) {
            if line.starts(with: prompt) { return line.dropFirst(prompt.count) }
            // Blanks at the end of lines may have been removed from a transcript.
            let bare = prompt[...(prompt.lastIndex { $0 != 0x20 } ?? 0)]
            if line.elementsEqual(bare) { return [] }
        }
        return nil
    }

    /// Whether each end of a line is two carriage returns: terminals paste a line feed as a carriage return, also that of
    /// a text whose lines end with both.
    private static func hasDoubledReturns(_ bytes: [UInt8]) -> Bool {
        guard !bytes.contains(0x0A) else { return false }
        let ends = bytes.split { $0 != 0x0D }
        // A single one may be an empty line.
        return ends.count > 1 && ends.allSatisfy { $0.count.isMultiple(of: 2) }
    }

    private static func plain(_ bytes: [UInt8]) -> [UInt8] {
        let isDoubled = hasDoubledReturns(bytes)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var previous: UInt8 = 0
        var isASCII = true
        for byte in bytes {
            switch byte {
            case 0x0D where isDoubled && previous == 0x0D:
                previous = 0
                continue
            case 0x0D: result.append(0x0A)
            case 0x0A: if previous != 0x0D { result.append(0x0A) }
            case 0x09, 0x20...0x7E: result.append(byte)
            case 0x80...:
                isASCII = false
                result.append(byte)
            default: break
            }
            previous = byte
        }
        // Replaces bytes that are not UTF-8.
        return isASCII ? result : Array(String(decoding: result, as: UTF8.self).utf8)
    }
}

extension Editor {
    mutating func paste(_ bytes: [UInt8]) -> Outcome {
        trail = .nothing
        undoHistory.endTyping()
        let prompts = [prompt.first.text, prompt.continuation.text] + options.transcriptPrompts
        let text = PasteCleaner(prompts: prompts).cleaned(bytes)
        guard !text.isEmpty else { return .bell }
        if text.contains(UInt8(ascii: "\n")) { holdsPaste = true }
        edit(buffer.cursor..<buffer.cursor, text)
        return .redraw
    }
}
