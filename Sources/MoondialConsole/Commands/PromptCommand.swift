// SPDX-License-Identifier: MIT

import MoondialRules
import TextFormats

/// A command of the prompt, which begins with a colon: `:rules`.
package struct PromptCommand: Sendable {
    /// One call of a command, with its argument.
    struct Call {
        let session: ReplSession
        /// Everything after the name, without spaces around it.
        let argument: String
        /// To be called once, when the command is over.
        let done: () -> Void

        var words: [String] { argument.split(separator: " ").map(String.init) }

        /// The argument; an error when it is missing.
        func required(_ what: String, for command: String) throws(Diagnostic) -> String {
            if !argument.isEmpty { return argument }
            throw Diagnostic(.usage, ":\(command) needs \(what)", fix: "see :help \(command)")
        }
    }

    package let name: String
    /// What follows the name: "[NAME]".
    package let arguments: String
    /// One line.
    package let summary: String
    /// More than the line, or empty.
    package let text: String
    let run: @Sendable (Call) throws -> Void

    /// A command that has ended when `body` returns.
    init(
        _ name: String, _ arguments: String = "", _ summary: String, text: String = "",
        _ body: @escaping @Sendable (Call) throws(Diagnostic) -> Void
    ) {
        self.init(longRunning: name, arguments, summary, text: text) { call throws(Diagnostic) in
            try body(call)
            call.done()
        }
    }

    /// A command that calls `done` when it has ended.
    init(
        longRunning name: String, _ arguments: String = "", _ summary: String, text: String = "",
        _ body: @escaping @Sendable (Call) throws(Diagnostic) -> Void
    ) {
        self.name = name
        self.arguments = arguments
        self.summary = summary
        self.text = text
        run = body
    }

    /// ":flow [N]".
    package var usage: String { ":\(name)" + (arguments.isEmpty ? "" : " \(arguments)") }

    /// In the order of `:help`.
    package static let all: [PromptCommand] =
        helpCommands + tourCommands + ruleCommands + runCommands + valueCommands + workbenchCommands
        + [simulator, store]
        + sessionCommands

    /// Names of the commands in other programs.
    private static let aliases = ["h": "help", "?": "help", "q": "quit", "q!": "quit", "exit": "quit", "man": "doc"]

    /// The command of that name, or the only command that begins with it.
    static func find(_ name: String) -> PromptCommand? {
        let name = aliases[name] ?? name
        if let command = all.first(where: { $0.name == name }) { return command }
        let begun = beginning(with: name)
        return begun.count == 1 ? begun[0] : nil
    }

    private static func beginning(with prefix: String) -> [PromptCommand] {
        prefix.isEmpty ? [] : all.filter { $0.name.hasPrefix(prefix) }
    }

    /// The error for an unknown name, with similar names.
    static func unknown(_ name: String) -> Diagnostic {
        let shown = String(escaping: name.utf8)
        let begun = beginning(with: name).map { ":\($0.name)" }
        if !begun.isEmpty {
            return Diagnostic(.usage, "':\(shown)' can be \(begun.joined(separator: ", "))", fix: "type more of it")
        }
        let meant = Suggestion.nearest(to: name, in: all.map(\.name))
        return Diagnostic(
            .usage, "there is no command ':\(shown)'" + (meant.map { "; did you mean ':\($0)'?" } ?? ""),
            fix: "see :help")
    }
}

extension ReplSession {
    /// Runs the command in a line, which is given without its colon.
    func runCommand(_ line: String) {
        let name = line.prefix { !$0.isWhitespace }
        let call = PromptCommand.Call(session: self, argument: String(line.dropFirst(name.count)).trimmingSpaces) {
            [self] in finishBlock()
        }
        do {
            guard let command = PromptCommand.find(String(name)) else { throw PromptCommand.unknown(String(name)) }
            try command.run(call)
        } catch {
            failBlock(error as? Diagnostic ?? Diagnostic(.usage, "\(error)"))
            finishBlock()
        }
    }
}
