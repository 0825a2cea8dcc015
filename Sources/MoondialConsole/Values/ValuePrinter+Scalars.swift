// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialPresentation

extension ValuePrinter {
    /// Everything but tables.
    func scalar(_ view: LuaView) -> Piece {
        switch view {
        case .nil: return coloured("nil", .yellow)
        case .boolean(let value): return coloured(String(value), .yellow)
        case .integer(let value): return integer(value)
        case .number(let value):
            // A phone may be a float.
            if let whole = Int64(exactly: value), redacted(String(whole)) != String(whole) { return integer(whole) }
            return coloured(Self.number(value), .yellow)
        case .string(let string, let bytes): return self.string(string, bytes: bytes)
        case .null: return coloured("moondial.json.null", .yellow)
        case .object(_, payload: .table(let payload)):
            guard let outcome = payload["decision"]?.text else { return commentedNil("decision") }
            var piece = plain(outcome)
            if let reason = payload["reason"] {
                piece += plain(" ")
                piece += scalar(reason)
            }
            return piece
        case .function(let name?, nil): return plain(name)
        case .function, .opaque, .cycle, .cut, .object, .table: return commentedNil(Self.note(of: view) ?? "")
        }
    }

    /// The comment for a value without a text form.
    static func note(of view: LuaView) -> String? {
        switch view {
        case .function(let name?, let line?): "function \(name):\(line)"
        case .function(let name, _): name.map { "function \($0)" } ?? "function"
        case .opaque(let type): type
        case .cycle(let distance): distance == 1 ? "this table" : "the table \(distance) levels out"
        case .cut: "…"
        default: nil
        }
    }

    // MARK: - Numbers

    /// A number that is a phone is masked, and so becomes a string.
    private func integer(_ value: Int64) -> Piece {
        if value == .min { return coloured("math.mininteger", .yellow) }
        let digits = String(value)
        let shown = redacted(digits)
        return shown == digits ? coloured(digits, .yellow) : coloured("\"\(shown)\"", .green)
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "0/0" }
        if value.isInfinite { return value < 0 ? "-math.huge" : "math.huge" }
        return value.description
    }

    // MARK: - Strings

    private func string(_ string: LuaString, bytes count: Int) -> Piece {
        var bytes = string.bytes[...]
        if bytes.count > limits.bytes {
            bytes = bytes.prefix(limits.bytes)
            while let last = bytes.last, last & 0xC0 == 0x80 { bytes = bytes.dropLast() }
            if let last = bytes.last, last >= 0xC0 { bytes = bytes.dropLast() }
        }
        let whole = bytes.count == string.bytes.count ? string.text.map { redacted($0) } : nil
        let shown = whole.map { Array($0.utf8)[...] } ?? redactedBytes(bytes)
        var piece = coloured(LuaWords.quoted(shown), .green)
        if bytes.count < count {
            piece += plain(" ")
            piece += comment("… \(count - bytes.count) more bytes")
        }
        return piece
    }

    private func redactedBytes(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        String(validating: bytes, as: UTF8.self).map { Array(redacted($0).utf8)[...] } ?? bytes
    }

    // MARK: - Pieces

    func plain(_ text: String) -> Piece { Piece(text: text, width: DisplayText.width(text)) }

    func coloured(_ text: String, _ colour: Style.Colour) -> Piece {
        Piece(text: style.colour(text, colour), width: DisplayText.width(text))
    }

    func comment(_ text: String) -> Piece {
        let comment = "--[[ \(text) ]]"
        return Piece(text: style.dim(comment), width: DisplayText.width(comment))
    }

    private func commentedNil(_ text: String) -> Piece {
        var piece = comment(text)
        piece += plain(" ")
        piece += coloured("nil", .yellow)
        return piece
    }
}
