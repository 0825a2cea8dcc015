// SPDX-License-Identifier: MIT

/// Makes keys of the bytes that a terminal sends. The bytes may be split anywhere.
///
/// Sequences of xterm, rxvt, the Linux console, application mode, and the `CSI u` reports of newer terminals are known.
/// An unknown sequence is dropped as a whole, so that no stray letters end up in the text.
package struct KeyDecoder: Sendable {
    /// A decoded key, text or paste.
    package enum Event: Sendable, Hashable {
        case key(Key)
        /// Printable text typed in one go: valid UTF-8, without control characters.
        case text([UInt8])
        /// The raw bytes of a bracketed paste.
        case paste([UInt8])
        /// A sequence that means nothing here.
        case unknown
    }

    enum State: Sendable {
        case ground
        case escape
        /// Parameters of `ESC [`; `isMeta` when the sequence began with two escapes, which rxvt sends for meta.
        case control(parameters: [UInt8], isMeta: Bool)
        /// After `ESC O`.
        case single(isMeta: Bool)
        /// `ESC ESC`: meta and a key that is a sequence itself, or two escapes.
        case doubleEscape
        /// The Linux console's `ESC [ [ A` for function keys.
        case linuxFunction
        /// After the first byte of a character; `missing` more are to come.
        case character(bytes: [UInt8], missing: Int, isMeta: Bool)
        /// A string that the terminal sends (OSC, DCS, APC, PM): dropped up to its end.
        case string(endsWithBell: Bool, sawEscape: Bool)
        case paste
    }

    private static let longestSequence = 64
    private static let pasteEnd: [UInt8] = Array("\u{1B}[201~".utf8)

    var state = State.ground
    private var pasted: [UInt8] = []

    package init() {}

    /// Whether an escape has come that may be a key or the beginning of a sequence: call ``timeout()`` when nothing
    /// follows within some 50 ms.
    package var isWaiting: Bool {
        switch state {
        // The first byte of a character says how many follow, however slowly.
        case .ground, .character: false
        // The last byte may be a key, where the end was lost. An escape may also be the beginning of that end.
        case .paste: pasted.last == 0x1B || pasted.last == 0x03
        default: true
        }
    }

    /// Decodes up to one event.
    /// - Parameter bytes: what came in; the bytes that were used are removed.
    /// - Returns: nil when all bytes are used and no event is complete.
    package mutating func next(_ bytes: inout ArraySlice<UInt8>) -> Event? {
        while let byte = bytes.first {
            switch state {
            case .paste:
                return takePaste(&bytes)
            case .ground where byte >= 0x20 && byte < 0x7F:
                let end = bytes.firstIndex { !(0x20..<0x7F).contains($0) } ?? bytes.endIndex
                let text = Array(bytes[..<end])
                bytes = bytes[end...]
                return .text(text)
            case .character where byte & 0xC0 != 0x80:
                // A character that was cut off; the byte begins something new.
                state = .ground
                return .text(Array("\u{FFFD}".utf8))
            default:
                bytes = bytes.dropFirst()
                if let event = take(byte) { return event }
            }
        }
        return nil
    }

    /// To be called when nothing has followed: a lone escape is the Escape key. An unfinished paste ends with the bytes
    /// so far, and Control-C drops it.
    package mutating func timeout() -> Event? {
        guard isWaiting else { return nil }
        defer { state = .ground }
        switch state {
        case .escape: return .key(Key(.escape))
        case .doubleEscape: return .key(Key(.escape, .meta))
        case .control(let parameters, _) where parameters.isEmpty: return .key(.meta("["))
        case .single: return .key(.meta("O"))
        case .control, .linuxFunction, .string: return .unknown
        case .paste:
            defer { pasted = [] }
            return pasted.last == 0x03 ? .key(.control("c")) : .paste(pasted.dropLast())
        case .ground, .character: return nil
        }
    }

    private mutating func take(_ byte: UInt8) -> Event? {
        switch state {
        case .ground: return takeGround(byte, isMeta: false)
        case .escape: return takeEscaped(byte)
        case .doubleEscape: return takeDoubleEscaped(byte)
        case .single(let isMeta):
            state = .ground
            return Self.applicationKey(byte, isMeta: isMeta)
        case .linuxFunction:
            state = .ground
            let number = Int(byte) - Int(UInt8(ascii: "A")) + 1
            return (1...5).contains(number) ? .key(Key(.function(number))) : .unknown
        case .control(let parameters, let isMeta): return takeControl(byte, after: parameters, isMeta: isMeta)
        case .character(let bytes, let missing, let isMeta):
            return takeCharacter(bytes + [byte], missing: missing - 1, isMeta: isMeta)
        case .string(let endsWithBell, let sawEscape):
            let isEnd = (endsWithBell && byte == 0x07) || (sawEscape && byte == UInt8(ascii: "\\"))
            state = isEnd ? .ground : .string(endsWithBell: endsWithBell, sawEscape: byte == 0x1B)
            return isEnd ? .unknown : nil
        case .paste: return nil
        }
    }

    private mutating func takeGround(_ byte: UInt8, isMeta: Bool) -> Event? {
        let modifiers: Key.Modifiers = isMeta ? .meta : []
        switch byte {
        case 0x0D, 0x0A: return .key(Key(.enter, modifiers))
        case 0x09: return .key(Key(.tab, modifiers))
        case 0x7F, 0x08: return .key(Key(.backspace, modifiers))
        case 0x1B:
            state = .escape
            return nil
        case 0x00: return .key(Key(.character(" "), modifiers.union(.control)))
        case 0x01...0x1A:
            return .key(Key(.character(Unicode.Scalar(byte + 0x60)), modifiers.union(.control)))
        case 0x1C...0x1F:
            return .key(Key(.character(Unicode.Scalar(byte + 0x40)), modifiers.union(.control)))
        case 0x20..<0x7F:
            return isMeta ? .key(.meta(Unicode.Scalar(byte))) : .text([byte])
        case 0xC2...0xDF: state = .character(bytes: [byte], missing: 1, isMeta: isMeta)
        case 0xE0...0xEF: state = .character(bytes: [byte], missing: 2, isMeta: isMeta)
        case 0xF0...0xF4: state = .character(bytes: [byte], missing: 3, isMeta: isMeta)
        default: return .text(Array("\u{FFFD}".utf8))
        }
        return nil
    }

    private mutating func takeCharacter(_ bytes: [UInt8], missing: Int, isMeta: Bool) -> Event? {
        guard missing == 0 else {
            state = .character(bytes: bytes, missing: missing, isMeta: isMeta)
            return nil
        }
        state = .ground
        let text = String(decoding: bytes, as: UTF8.self)
        // Overlong forms and surrogates come out as more than one replacement character: one is enough.
        guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
            return .text(Array("\u{FFFD}".utf8))
        }
        // C1 control characters.
        if scalar.value < 0xA0 { return .unknown }
        return isMeta ? .key(.meta(scalar)) : .text(bytes)
    }

    private mutating func takeEscaped(_ byte: UInt8) -> Event? {
        state = .ground
        switch byte {
        case 0x1B: state = .doubleEscape
        case UInt8(ascii: "["): state = .control(parameters: [], isMeta: false)
        case UInt8(ascii: "O"): state = .single(isMeta: false)
        case UInt8(ascii: "]"): state = .string(endsWithBell: true, sawEscape: false)
        case UInt8(ascii: "P"): state = .string(endsWithBell: false, sawEscape: false)
        default: return takeGround(byte, isMeta: true)
        }
        return nil
    }

    private mutating func takeDoubleEscaped(_ byte: UInt8) -> Event? {
        state = .ground
        switch byte {
        case UInt8(ascii: "["): state = .control(parameters: [], isMeta: true)
        case UInt8(ascii: "O"): state = .single(isMeta: true)
        default:
            // The first escape was a key of its own.
            state = .escape
            return takeEscaped(byte) ?? .key(Key(.escape))
        }
        return nil
    }

    private mutating func takeControl(_ byte: UInt8, after parameters: [UInt8], isMeta: Bool) -> Event? {
        switch byte {
        case UInt8(ascii: "[") where parameters.isEmpty:
            state = .linuxFunction
            return nil
        case 0x1B:
            // An unfinished sequence and a new one.
            state = .escape
            return .unknown
        case 0x20...0x3F where parameters.count < Self.longestSequence:
            // rxvt ends shifted keys with a dollar sign, which elsewhere only stands before a final byte.
            if byte == UInt8(ascii: "$"), parameters.first.map({ (0x30...0x39).contains($0) }) == true {
                state = .ground
                return Self.controlKey(byte, parameters: parameters, isMeta: isMeta)
            }
            state = .control(parameters: parameters + [byte], isMeta: isMeta)
            return nil
        case UInt8(ascii: "~") where parameters == Array("200".utf8):
            state = .paste
            pasted = []
            return nil
        default:
            state = .ground
            return Self.controlKey(byte, parameters: parameters, isMeta: isMeta)
        }
    }

    private mutating func takePaste(_ bytes: inout ArraySlice<UInt8>) -> Event? {
        // The end may be split, so it is looked for in what has been collected, from a little before the new bytes.
        let from = max(0, pasted.count - Self.pasteEnd.count + 1)
        pasted += bytes
        guard let end = Self.find(Self.pasteEnd, in: pasted, from: from) else {
            bytes = []
            return nil
        }
        bytes = bytes.suffix(pasted.count - end - Self.pasteEnd.count)
        state = .ground
        defer { pasted = [] }
        return .paste(Array(pasted[..<end]))
    }

    private static func find(_ needle: [UInt8], in bytes: [UInt8], from: Int) -> Int? {
        bytes.withUnsafeBufferPointer { bytes in
            var index = from
            while index + needle.count <= bytes.count {
                if bytes[index] == needle[0], bytes[index..<index + needle.count].elementsEqual(needle) { return index }
                index += 1
            }
            return nil
        }
    }
}
