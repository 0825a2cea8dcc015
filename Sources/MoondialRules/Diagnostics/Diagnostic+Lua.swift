// SPDX-License-Identifier: MIT

package import MoondialLua

extension Diagnostic {
    /// What Lua said, with a hint when a name is probably misspelt.
    package init(_ error: LuaError) {
        self.init(error, prefix: "")
    }

    /// The failure of a hook.
    init(_ error: LuaError, of hook: Hook, in rule: RuleOutline) {
        self.init(error, prefix: "rule '\(rule.name)', \(hook.rawValue): ")
    }

    private init(_ error: LuaError, prefix: String) {
        let name = LuaMessage.name(in: error.message)
        self.init(
            DiagnosticCode(error.code), prefix + error.message, site: error.site, sourceLine: error.sourceLine,
            subject: name ?? LuaMessage.near(in: error.message), fix: LuaMessage.hint(for: error.message),
            traceback: error.traceback)
    }
}

extension DiagnosticCode {
    fileprivate init(_ code: LuaError.Code) {
        switch code {
        case .syntax: self = .ruleSyntax
        case .runtime, .lost: self = .ruleError
        case .memory: self = .ruleMemory
        case .cpuTime, .deadline: self = .ruleTimeout
        case .coroutines, .limit, .tableSize: self = .ruleLimit
        case .interrupted: self = .cancelled
        }
    }
}

extension HookFailure {
    /// The kind is that of the error unless another is given.
    init(_ error: LuaError, kind: Kind? = nil) {
        self.init(
            kind: kind ?? Kind(error), message: error.message, site: error.site.map(HookSite.init),
            source: error.sourceLine, traceback: error.traceback.map(\.description))
    }
}

extension HookFailure.Kind {
    fileprivate init(_ error: LuaError) {
        switch error.code {
        case .memory: self = .memory
        case .cpuTime, .deadline: self = .timeout
        case .coroutines, .limit, .tableSize: self = .limit
        // The words are the Lua host's own; they only choose the label, since every failure fails closed.
        case .runtime where error.message.contains(" cannot wait inside "): self = .cannotYield
        case .runtime, .syntax, .interrupted, .lost: self = .raised
        }
    }
}

/// Reads the standard messages of Lua.
enum LuaMessage {
    /// The name that a message is about: "undefined global 'alow'", "(field 'atempt')", "(local 'x')".
    static func name(in message: String) -> String? {
        for phrase in ["undefined global '", "(field '", "(method '", "(local '", "(upvalue '", "(global '"] {
            if let name = quoted(after: phrase, in: message) { return name }
        }
        return nil
    }

    /// What to do about a function of a library that is not there.
    static func hint(for message: String) -> String? {
        guard message.hasPrefix("attempt to call a nil value") || message.hasPrefix("attempt to index a nil value"),
            let field = quoted(after: "(field '", in: message) ?? quoted(after: "(method '", in: message)
        else { return nil }
        if let omission = StandardLibrary.omitted.first(where: { lastPart(of: $0.name) == field }) {
            return "\(omission.name) is left out, since it \(omission.reason)"
        }
        return Suggestion.nearest(to: field, in: fields).map { "did you mean '\($0)'?" }
    }

    /// The text in "near 'end'".
    static func near(in message: String) -> String? {
        quoted(after: "near '", in: message)
    }

    /// The fields of the libraries.
    private static let fields =
        ["attempt", "log", "now", "hash", "json", "config", "all", "spawn", "encode", "decode"]
        + StandardLibrary.allowed.filter { $0.contains(".") }.map(lastPart)

    private static func lastPart(of path: String) -> String {
        path.split(separator: ".").last.map(String.init) ?? path
    }

    private static func quoted(after phrase: String, in message: String) -> String? {
        guard let start = message.firstRange(of: phrase)?.upperBound else { return nil }
        let name = message[start...].prefix { $0 != "'" }
        return name.isEmpty ? nil : String(name)
    }
}
