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

    /// A hook that returned nonsense.
    init(_ failure: HookFailure, of hook: Hook, in rule: RuleOutline) {
        self.init(
            .ruleError, "rule '\(rule.name)', \(hook.rawValue): \(failure.message)",
            site: failure.site.map { LuaSite(source: .file($0.file), line: $0.line) })
    }

    private init(_ error: LuaError, prefix: String) {
        let name = LuaMessage.missingName(in: error.message)
        let hint = name.flatMap { Suggestion.nearest(to: $0, in: LuaMessage.vocabulary) }
        self.init(
            DiagnosticCode(error.code), prefix + error.message, site: error.site, sourceLine: error.sourceLine,
            subject: name ?? LuaMessage.near(in: error.message), fix: hint.map { "did you mean '\($0)'?" },
            traceback: error.traceback)
    }
}

extension DiagnosticCode {
    fileprivate init(_ code: LuaError.Code) {
        switch code {
        case .syntax: self = .ruleSyntax
        case .runtime: self = .ruleError
        case .memory: self = .ruleMemory
        case .limit: self = .ruleResult
        }
    }
}

extension HookFailure {
    init(_ error: LuaError) {
        let kind: Kind =
            switch error.code {
            case .memory: .memory
            case .limit: .nonsense
            // The words are the Lua host's own; they only choose the label, since every failure fails closed.
            case .runtime where error.message.contains(" cannot wait inside "): .cannotYield
            case .runtime, .syntax: .raised
            }
        self.init(
            kind: kind, message: error.message, site: error.site.map(HookSite.init), source: error.sourceLine,
            traceback: error.traceback.map(\.description))
    }
}

/// Reads the standard messages of Lua.
enum LuaMessage {
    /// Names a script may have meant: globals, and the fields of the libraries.
    static let vocabulary: [String] =
        ["rule", "verify", "allow", "deny", "review", "moondial", "print", "require", "attempt", "log", "now", "hash",
         "json", "config", "all", "encode", "decode"]
        + StandardLibrary.allowed.map { $0.split(separator: ".").last.map(String.init) ?? $0 }
        + ["string", "table", "math", "utf8", "os", "coroutine"]

    /// The name in "(global 'alow')", "(field 'atempt')" or "(method 'mtach')".
    static func missingName(in message: String) -> String? {
        for kind in ["global '", "field '", "method '", "local '", "upvalue '"] {
            if let name = quoted(after: "(" + kind, in: message) { return name }
        }
        return nil
    }

    /// The text in "near 'end'".
    static func near(in message: String) -> String? {
        quoted(after: "near '", in: message)
    }

    private static func quoted(after prefix: String, in message: String) -> String? {
        var rest = message[...]
        while !rest.isEmpty {
            if rest.hasPrefix(prefix) {
                let name = rest.dropFirst(prefix.count).prefix { $0 != "'" }
                return name.isEmpty ? nil : String(name)
            }
            rest = rest.dropFirst()
        }
        return nil
    }
}
