// SPDX-License-Identifier: MIT

internal import CMoondialLua

extension LuaError {
    /// Reads the report that a failed call left on the VM's outbox.
    ///
    /// - Parameter chunk: The chunk that was being compiled, for a syntax error.
    init(status: moondial_status, vm: LuaVM, compiling chunk: LuaSourceName? = nil) {
        var reader = LuaReader(vm: vm)
        let code = Code(status: status)
        let text = Self.message(of: reader.nextOrNil())
        var frames: [ReportedFrame] = []
        while !reader.isAtEnd { frames.append(ReportedFrame(from: &reader)) }

        let position = Self.position(in: text)
        let named = position.flatMap { position in
            chunk.map { LuaSite(source: $0, line: position.line) }
                ?? frames.first { $0.shortName == position.name }.map {
                    LuaSite(source: LuaSourceName(chunkName: $0.chunkName), line: position.line)
                }
        }
        let site = named ?? frames.lazy.compactMap(\.site).first
        self.init(
            code: code,
            message: named != nil ? String(text.dropFirst(position?.length ?? 0)) : text,
            site: site,
            sourceLine: site.flatMap { vm.sources.line(at: $0) },
            traceback: frames.compactMap(\.frame))
    }

    private static func message(of value: LuaValue) -> String {
        switch value {
        case .string(let string): string.description
        case .integer(let value): String(value)
        case .number(let value): String(value)
        default: "error object is a \(value.typeName) value"
        }
    }

    /// Splits "name:12: " off the front of a message.
    private static func position(in message: String) -> (name: String, line: Int, length: Int)? {
        var search = message[...]
        var start = message.startIndex
        while let colon = search.firstIndex(of: ":") {
            let digits = message[message.index(after: colon)...].prefix { $0.isASCII && $0.isNumber }
            let rest = message[digits.endIndex...]
            if let line = Int(digits), rest.hasPrefix(": ") {
                let end = message.index(digits.endIndex, offsetBy: 2)
                return (String(message[..<colon]), line, message.distance(from: message.startIndex, to: end))
            }
            start = message.index(after: colon)
            search = message[start...]
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
        default: self = .runtime
        }
    }
}

/// A stack level as the C target reports it.
private struct ReportedFrame {
    var chunkName: String
    var shortName: String
    var line: Int
    var nameKind: String
    var name: String
    var what: String
    var firstLine: Int

    init(from reader: inout LuaReader) {
        func text() -> String { reader.nextBytes().map { String(escaping: $0) } ?? "" }
        func number() -> Int { if case .integer(let value) = reader.nextOrNil() { Int(value) } else { 0 } }
        chunkName = text()
        shortName = text()
        line = number()
        nameKind = text()
        name = text()
        what = text()
        firstLine = number()
    }

    var site: LuaSite? {
        line > 0 ? LuaSite(source: LuaSourceName(chunkName: chunkName), line: line) : nil
    }

    /// Nil for C functions that nobody named: those of the host.
    var frame: LuaFrame? {
        if !name.isEmpty { return LuaFrame(site: site, function: "\(nameKind.isEmpty ? "function" : nameKind) '\(name)'") }
        if what == "main" { return LuaFrame(site: site, function: "main chunk") }
        if what == "C" { return nil }
        return LuaFrame(site: site, function: "function <\(LuaSourceName(chunkName: chunkName)):\(firstLine)>")
    }
}
