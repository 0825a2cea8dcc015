// SPDX-License-Identifier: MIT

import MoondialRules

/// Takes tokens and phones out of what was typed, before it is written to a file.
package enum PlainRedaction {
    static let tokenMark = "<token>"

    /// The block as it may be kept: what stands where a token belongs is replaced unless it is one for the simulator, and
    /// so is what looks like one; phones are masked.
    package static func redacted(_ block: String) -> String {
        let bytes = Array(block.utf8)
        var result: [UInt8] = []
        var position = 0
        let pieces = LuaScanner.pieces(of: block)
        for (index, piece) in pieces.enumerated() {
            guard let replacement = replacement(of: piece, at: index, in: pieces) else { continue }
            result += bytes[position..<piece.range.lowerBound]
            result += replacement.utf8
            position = piece.range.upperBound
        }
        return String(decoding: result + bytes[position...], as: UTF8.self)
    }

    private static func replacement(of piece: LuaPiece, at index: Int, in pieces: [LuaPiece]) -> String? {
        let masked = PhoneMask(showsPhones: false).text(piece.text)
        switch piece.kind {
        case .string:
            let content = piece.text.trimmingQuotes
            if content.hasPrefix("sim:") { return masked == piece.text ? nil : masked }
            let isToken = LuaCall(before: index, in: pieces)?.parameter?.name == "token"
            if isToken && !content.isEmpty || looksLikeToken(content) { return "\"\(tokenMark)\"" }
            return masked == piece.text ? nil : masked
        case .number: return masked == piece.text ? nil : "\"\(masked)\""
        case .comment: return masked == piece.text ? nil : masked
        case .name, .keyword, .sign: return looksLikeToken(piece.text) ? tokenMark : nil
        }
    }

    /// Long, without spaces, and with digits among letters.
    private static func looksLikeToken(_ text: String) -> Bool {
        text.utf8.count >= 24 && text.utf8.contains(where: LuaWords.isDigit)
            && text.utf8.allSatisfy { LuaWords.isNameByte($0) || "-+/=.".utf8.contains($0) }
            && text.contains(where: \.isLetter)
    }
}

extension String {
    /// A short string literal without its quotes, closed or not.
    var trimmingQuotes: String {
        guard let quote = first, quote == "\"" || quote == "'" else { return self }
        let content = dropFirst()
        return String(content.last == quote ? content.dropLast() : content)
    }
}
