// SPDX-License-Identifier: MIT

package import MoondialLua

extension Diagnostic {
    /// The error that Lua reported, with a hint when a name is probably misspelt.
    package init(_ error: LuaError) {
        self.init(error, prefix: "")
    }

    /// The failure of a hook of the rule with that name. The default fix is what the error suggests.
    init(_ error: LuaError, of hook: Hook, in rule: String, fix: String? = nil) {
        self.init(error, prefix: "rule '\(rule)', \(hook.rawValue): ")
        if let fix { self.fix = fix }
    }

    private init(_ error: LuaError, prefix: String) {
        let name = LuaMessage.name(in: error)
        self.init(
            DiagnosticCode(error.code), prefix + error.message, site: error.site, sourceLine: error.sourceLine,
            subject: error.mark?.text ?? name ?? LuaMessage.near(in: error.message),
            fix: error.fix ?? LuaMessage.fix(for: error), traceback: error.traceback)
        subjectOffset = error.mark?.offset
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
        case .runtime where error.kind == .cannotWait: self = .cannotYield
        case .runtime, .syntax, .interrupted, .lost: self = .raised
        }
    }
}

/// Reads Lua's standard error messages. The results are used only for hints.
enum LuaMessage {
    /// The name that an error is about: "undefined global 'alow'", "(field 'atempt')", "(local 'x')".
    static func name(in error: LuaError) -> String? {
        if error.kind == .undefinedGlobal { return quoted(after: "global '", in: error.message) }
        for phrase in ["(field '", "(method '", "(local '", "(upvalue '", "(global '"] {
            if let name = quoted(after: phrase, in: error.message) { return name }
        }
        return nil
    }

    /// What to do about an undefined name or an exceeded limit.
    static func fix(for error: LuaError) -> String? {
        if error.code == .memory { return NameHint.memory(error.kind) }
        if error.code == .tableSize {
            return "raise limits.table_keys in moondial.yaml, or take old keys out (t[key] = nil) and start a new table"
        }
        let message = error.message
        guard message.hasPrefix("attempt to call a nil value") || message.hasPrefix("attempt to index a nil value")
        else { return nil }
        if let name = quoted(after: "(global '", in: message) { return NameHint.fix(forGlobal: name) }
        guard let field = quoted(after: "(field '", in: message) ?? quoted(after: "(method '", in: message) else {
            return nil
        }
        return NameHint.fix(forField: field, in: error.sourceLine ?? "")
    }

    /// The text in "near 'end'".
    static func near(in message: String) -> String? {
        quoted(after: "near '", in: message)
    }

    private static func quoted(after phrase: String, in message: String) -> String? {
        guard let start = message.firstRange(of: phrase)?.upperBound else { return nil }
        let name = message[start...].prefix { $0 != "'" }
        return name.isEmpty ? nil : String(name)
    }
}
