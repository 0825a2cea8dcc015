// SPDX-License-Identifier: MIT

import TextFormats

/// A part of the line that an error shows.
package struct LuaErrorMark: Sendable, Equatable {
    /// The text of that part, as the line shows it.
    package let text: String
    /// How many bytes of the line come before it.
    package let offset: Int
}

extension LuaVM {
    /// Texts beyond this size are not compiled again to find a token.
    private static let largestSearched = 32 << 10

    /// A syntax error of a source that was loaded, with the token that Lua did not expect and what to write in its place.
    /// Other errors stay as they are.
    package func explained(_ error: LuaError) -> LuaError {
        guard let site = error.site, let text = error.loaded ?? sources.text(of: site.source), error.mark == nil,
            error.fix == nil,
            error.code == .syntax || (error.code == .runtime && error.message.contains(" near "))
        else { return error }
        // `require` raises a module's syntax error, the caller of `load` that of another text. A script can also raise
        // a message that only looks like one: compile the text again to compare.
        guard let own = syntaxError(in: text, frame: ("", "")), own.message == error.message,
            own.site?.line == site.line
        else { return error }
        guard let place = self.place(of: error, in: text, firstLine: 1, frame: ("", "")) else { return error }
        return explained(error, at: place, in: text, firstLine: 1)
    }

    /// The same for a block of statements that begins at a line of its source. If the block is valid up to a later
    /// place when it is read as an expression, it is explained as an expression.
    package func explained(_ error: LuaError, ofBlock text: [UInt8], firstLine: Int) -> LuaError {
        let asExpression = (before: "return ", after: "\n")
        let place = self.place(of: error, in: text, firstLine: firstLine, frame: ("", ""))
        if let place, var other = syntaxError(in: text, frame: asExpression),
            let otherPlace = self.place(of: other, in: text, firstLine: 1, frame: asExpression),
            otherPlace.index > place.index, let source = error.site?.source
        {
            let site = LuaSite(source: source, line: (other.site?.line ?? 1) + firstLine - 1)
            (other.site, other.sourceLine) = (site, sources.line(at: site))
            return explained(other, at: otherPlace, in: text, firstLine: firstLine)
        }
        return place.map { explained(error, at: $0, in: text, firstLine: firstLine) } ?? error
    }

    private func explained(_ error: LuaError, at place: Place, in text: [UInt8], firstLine: Int) -> LuaError {
        var error = error
        error.message = Self.readable(error.message, place.token.map { text[$0.range] })
        let advice = SyntaxAdvice(place.tokens, at: place.index, in: text, message: error.message)
        error.fix = advice?.fix
        let marked = advice.map {
            place.tokens[$0.tokens.lowerBound].range.lowerBound..<place.tokens[$0.tokens.upperBound].range.upperBound
        }
        guard let range = marked ?? place.token?.range else { return error }
        mark(range, in: text, firstLine: firstLine, on: &error)
        return error
    }

    // MARK: - The token

    private struct Place {
        let tokens: [LuaToken]
        let index: Int

        var token: LuaToken? { tokens.indices.contains(index) ? tokens[index] : nil }
    }

    private func place(
        of error: LuaError, in text: [UInt8], firstLine: Int, frame: (before: String, after: String)
    ) -> Place? {
        guard let line = error.site?.line, let near = error.message.firstRange(of: " near ")?.upperBound else {
            return nil
        }
        let tokens = LuaLexer.tokens(of: text).filter { $0.kind != .comment }
        if error.message[near...] == "<eof>" { return Place(tokens: tokens, index: tokens.count) }
        let word = String(error.message[near...].dropFirst().dropLast())
        let bounds = Self.bytes(ofLine: line - firstLine, in: text)
        let ofLine = tokens.indices.filter { index in
            bounds.contains(tokens[index].range.lowerBound) || bounds.contains(tokens[index].range.upperBound - 1)
        }
        let candidates = ofLine.filter { Self.isMeant(tokens[$0], by: word, in: text) }
        guard let index = first(of: candidates, tokens, in: text, frame: frame) else { return nil }
        return Place(tokens: tokens, index: index)
    }

    /// Whether Lua's message can mean a token. The message shows strings without escapes, and one byte of a non-ASCII
    /// character.
    private static func isMeant(_ token: LuaToken, by word: String, in text: [UInt8]) -> Bool {
        let bytes = text[token.range]
        switch token.kind {
        case .string, .unclosed: return word.utf8.first == bytes.first
        case .invalid:
            return word == bytes.first.map { $0 < 0x80 ? String(UnicodeScalar($0)) : "<\\\($0)>" }
        // Lua takes the dots of 1..3 for a part of the number.
        case .number: return String(escaping: bytes) == word || word.hasPrefix(String(escaping: bytes) + "..")
        default: return String(escaping: bytes) == word
        }
    }

    /// The first of some tokens up to which the text is wrong, and not merely unfinished.
    private func first(
        of candidates: [Int], _ tokens: [LuaToken], in text: [UInt8], frame: (before: String, after: String)
    ) -> Int? {
        guard candidates.count > 1, text.count <= Self.largestSearched else { return candidates.first }
        var low = 0
        var high = candidates.count - 1
        while low < high {
            let middle = (low + high) / 2
            let part = Array(text[..<tokens[candidates[middle]].range.upperBound])
            if let error = syntaxError(in: part, frame: (frame.before, "\n")), error.kind != .sourceIncomplete {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return candidates[low]
    }

    private func syntaxError(in text: [UInt8], frame: (before: String, after: String)) -> LuaError? {
        do throws(LuaError) {
            _ = try load(text, name: .label("block"), frame: frame)
            return nil
        } catch {
            return error
        }
    }

    // MARK: - The line

    private static func bytes(ofLine number: Int, in text: [UInt8]) -> Range<Int> {
        var start = 0
        for _ in 0..<max(0, number) {
            guard let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) else { return text.count..<text.count }
            start = end + 1
        }
        return start..<(text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count)
    }

    /// Points at a part of the text, in its line.
    private func mark(_ range: Range<Int>, in text: [UInt8], firstLine: Int, on error: inout LuaError) {
        let line = text[..<range.lowerBound].count { $0 == UInt8(ascii: "\n") }
        let bounds = Self.bytes(ofLine: line, in: text)
        if let site = error.site, site.line != firstLine + line {
            let site = LuaSite(source: site.source, line: firstLine + line)
            let source = error.loaded.map { SourceTexts.line(site.line, of: $0) } ?? sources.line(at: site)
            guard let source else { return }
            (error.site, error.sourceLine) = (site, source)
        }
        let before = SourceTexts.shown(text[bounds.lowerBound..<range.lowerBound])
        let marked = SourceTexts.shown(text[range.lowerBound..<min(range.upperBound, bounds.upperBound)])
        error.mark = LuaErrorMark(text: marked, offset: before.utf8.count)
    }

    /// The message with the whole character instead of its first byte.
    private static func readable(_ message: String, _ token: ArraySlice<UInt8>?) -> String {
        guard let byte = token?.first, byte >= 0x80, message.hasSuffix("'<\\\(byte)>'"),
            let scalar = token.flatMap({ String(decoding: $0, as: UTF8.self).unicodeScalars.first })
        else { return message }
        return message.dropLast("'<\\\(byte)>'".utf8.count) + ForeignCharacters.shown(scalar)
    }
}
