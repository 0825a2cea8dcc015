// SPDX-License-Identifier: MIT

internal import CMoondialLua
import TextFormats

extension LuaError {
    /// Reads the report that a failed call left on the VM's outbox.
    init(status: moondial_status, vm: LuaVM) {
        var reader = LuaReader(vm: vm)
        let value = reader.nextView() ?? .nil
        let typeName = reader.nextBytes().map { String(escaping: $0) } ?? ""
        let text = ErrorValueText.message(of: value, typeName: typeName)
        let kind: Kind = if case .integer(let number) = reader.nextOrNil() { Kind(rawValue: number) } else { .other }
        let loaded = reader.nextBytes().map { Array($0) }.flatMap { $0.isEmpty ? nil : $0 }
        var frames: [ReportedFrame] = []
        while !reader.isAtEnd { frames.append(ReportedFrame(from: &reader)) }

        let (site, message) = Self.splitPosition(of: text) { name in
            frames.first { $0.nameInMessages.utf8.elementsEqual(name.utf8) }.map { $0.source }
                ?? vm.sources.name(inMessages: name) ?? (loaded == nil ? nil : .label(name))
        }
        let place = site ?? frames.lazy.compactMap(\.site).first
        self.init(
            code: Code(status: status),
            kind: kind,
            message: message,
            site: place,
            sourceLine: place.flatMap { place in
                loaded.map { SourceTexts.line(place.line, of: $0) } ?? vm.sources.line(at: place)
            },
            traceback: frames.compactMap(\.frame))
        self.loaded = loaded
    }

    /// Removes the positions, "name:12: ", from the front of a message. The last one is where the error began:
    /// `coroutine.wrap` puts its own position before those of the coroutine.
    private static func splitPosition(
        of text: String, source: (String) -> LuaSourceName?
    ) -> (site: LuaSite?, message: String) {
        let bytes = Array(text.utf8)
        var site: LuaSite?
        var rest = bytes[...]
        for _ in 0..<mostPositions {
            guard let position = leadingPosition(of: rest, source: source) else { break }
            site = position.site
            rest = rest[position.end...]
        }
        return (site, site == nil ? text : String(decoding: rest, as: UTF8.self))
    }

    /// One position for each of the nested coroutines, of which Lua allows some 200.
    private static let mostPositions = 200
    /// Lua shortens names in messages to 60 bytes, each of which may be escaped with four.
    private static let longestName = 300

    private static func leadingPosition(
        of text: ArraySlice<UInt8>, source: (String) -> LuaSourceName?
    ) -> (site: LuaSite, end: Int)? {
        for colon in text.indices.prefix(longestName) where text[colon] == UInt8(ascii: ":") {
            let digits = text[(colon + 1)...].prefix(12).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard text[digits.endIndex...].starts(with: [UInt8(ascii: ":"), UInt8(ascii: " ")]),
                let line = Int(String(decoding: digits, as: UTF8.self)),
                let source = source(String(decoding: text[..<colon], as: UTF8.self))
            else { continue }
            return (LuaSite(source: source, line: line), digits.endIndex + 2)
        }
        return nil
    }
}

extension LuaError.Code {
    fileprivate init(status: moondial_status) {
        switch status {
        case MOONDIAL_SYNTAX: self = .syntax
        case MOONDIAL_MEMORY: self = .memory
        case MOONDIAL_LIMIT: self = .limit
        case MOONDIAL_STOPPED: self = .lost
        default: self = .runtime
        }
    }
}

/// A stack level as the C target reports it.
private struct ReportedFrame {
    var source: LuaSourceName
    /// How Lua writes the source in messages.
    var nameInMessages: String
    var line: Int
    var nameKind: String
    var name: String
    /// "Lua", "main" or "C".
    var kind: String
    var firstLine: Int

    init(from reader: inout LuaReader) {
        func text() -> String { reader.nextBytes().map { String(escaping: $0) } ?? "" }
        func number() -> Int { if case .integer(let value) = reader.nextOrNil() { Int(value) } else { 0 } }
        source = LuaSourceName(chunkName: text())
        nameInMessages = text()
        line = number()
        nameKind = text()
        name = text()
        kind = text()
        firstLine = number()
    }

    var site: LuaSite? {
        line > 0 ? LuaSite(source: source, line: line) : nil
    }

    /// Nil for C functions without a name.
    var frame: LuaFrame? {
        if !name.isEmpty {
            let kind = nameKind == "global" ? "function" : nameKind
            return LuaFrame(site: site, function: "\(kind) '\(name)'")
        }
        if kind == "main" { return LuaFrame(site: site, function: "main chunk") }
        if kind == "C" { return nil }
        return LuaFrame(site: site, function: "function <\(source):\(firstLine)>")
    }
}
