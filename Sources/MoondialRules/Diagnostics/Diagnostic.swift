// SPDX-License-Identifier: MIT

package import MoondialLua

/// An error that the user can correct: what is wrong, where, and what to do.
package struct Diagnostic: Error, Sendable, Equatable {
    /// The kind of error, which `moondial explain` describes.
    package let code: DiagnosticCode
    /// What is wrong, what was expected and what was found. One line, printable, without secrets.
    package let message: String
    /// The place of the error, if it is in a source.
    package var site: LuaSite?
    /// The text of the line at `site`.
    package var sourceLine: String?
    /// The part of `sourceLine` to point at; when nil or not found, the whole line is meant.
    package var subject: String?
    /// The offset of `subject` in the line, in bytes, when known: the line may contain the same text twice.
    package var subjectOffset: Int?
    /// What to do about the error.
    package var fix: String?
    /// The calls that led to the error, innermost first.
    package var traceback: [LuaFrame] = []

    package init(
        _ code: DiagnosticCode, _ message: String, site: LuaSite? = nil, sourceLine: String? = nil,
        subject: String? = nil, fix: String? = nil, traceback: [LuaFrame] = []
    ) {
        self.code = code
        self.message = message
        self.site = site
        self.sourceLine = sourceLine
        self.subject = subject
        self.fix = fix
        self.traceback = traceback
    }

    /// The same without secrets.
    func redacted(_ redactor: Redactor) -> Diagnostic {
        var diagnostic = Diagnostic(
            code, redactor.text(message), site: site.map(redactor.site),
            sourceLine: redactor.excerpt(sourceLine, at: site),
            subject: redactor.text(subject), fix: fix, traceback: traceback.map { $0.redacted(redactor) })
        diagnostic.subjectOffset = subjectOffset
        return diagnostic
    }
}

extension LuaError {
    /// The same without secrets: scripts choose the names of chunks and functions.
    func redacted(_ redactor: Redactor) -> LuaError {
        var error = self
        error.message = redactor.text(message)
        error.site = site.map(redactor.site)
        error.sourceLine = redactor.excerpt(sourceLine, at: site)
        error.traceback = traceback.map { $0.redacted(redactor) }
        return error
    }
}

extension LuaFrame {
    fileprivate func redacted(_ redactor: Redactor) -> LuaFrame {
        LuaFrame(site: site.map(redactor.site), function: redactor.text(function))
    }
}

extension Diagnostic: CustomStringConvertible {
    /// "code: file:line: message".
    package var description: String {
        "\(code.rawValue): \(site.map { "\($0): " } ?? "")\(message)"
    }
}

/// The kinds of errors that moondial itself reports; the provider's result codes are not among them.
package enum DiagnosticCode: String, Sendable, CaseIterable {
    case ruleSyntax = "rule_syntax"
    case ruleError = "rule_error"
    case ruleMemory = "rule_memory"
    case ruleTimeout = "rule_timeout"
    case ruleLimit = "rule_limit"
    case ruleFile = "rule_file"
    case ruleDefinition = "rule_definition"
    case requestInvalid = "request_invalid"
    case usage
    case configuration
    case credentials
    case inputOutput = "io"
    case cancelled

    /// What the code means, for `moondial explain`.
    package var meaning: String {
        switch self {
        case .ruleSyntax: "a rule file or script is not valid Lua"
        case .ruleError: "Lua code raised an error; in a hook the run ends in review (or deny), never in allow"
        case .ruleMemory: "a rule allocated more memory than it may, or Lua ran out of it"
        case .ruleTimeout: "a rule used more processor time than it may, or the run's time was over"
        case .ruleLimit:
            "a rule made too many coroutines or too large a table, or returned a value that is too deep or too large"
        case .ruleFile: "a rule file, folder or module cannot be read"
        case .ruleDefinition: "a rule has an unknown hook, a wrong value or no name"
        case .requestInvalid: "the request has a missing, empty, unknown or malformed field; nothing was sent"
        case .usage: "the command line is wrong"
        case .configuration: "the configuration file or environment is wrong"
        case .credentials: "credentials are missing, or the provider refused them"
        case .inputOutput: "a file, socket or stream failed"
        case .cancelled: "the run was interrupted before it was decided"
        }
    }

    /// What to do about the error.
    package var advice: String {
        switch self {
        case .ruleSyntax: "correct the line that the message shows"
        case .ruleError: "read the traceback, correct the hook, try it with `moondial run`"
        case .ruleMemory: "look for a table or string that grows without bound"
        case .ruleTimeout: "look at the line that was stopped; raise limits.hook_cpu if it needs the time"
        case .ruleLimit: "return only what the hook needs: an endpoint, a decision, a small table"
        case .ruleFile: "check the path and its permissions"
        case .ruleDefinition: "use the hooks pre_check, route, fallback, map_result and on_decision"
        case .requestInvalid:
            "send {\"token\", \"phone\", \"exID\"} and the options that `moondial verify --help` lists"
        case .usage: "see `moondial --help`"
        case .configuration: "correct the named setting"
        case .credentials: "set MOONDIAL_APP_KEY and MOONDIAL_MASTER_SECRET or MOONDIAL_MASTER_SECRET_FILE"
        case .inputOutput: "check the disk, the pipe or the address that the message names"
        case .cancelled: "run it again; a token that may have been delivered cannot be used a second time"
        }
    }
}
