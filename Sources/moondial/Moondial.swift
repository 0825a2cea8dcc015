// SPDX-License-Identifier: MIT

import ArgumentParser
import MoondialLua
import MoondialRules
import Platform
import TextFormats

@main
struct Moondial: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "moondial",
        abstract: "Rules, written in Lua, around a phone number verification service.",
        discussion: """
            Everything runs against the built-in simulator of the service, until --base-url names another or --live is given.

            SETTINGS (a flag, else the environment, else moondial.yaml):
            \(Setting.table)
              --config           \(Setting.fileVariable)              (names the file)

            EXIT STATUS:
            \(ExitStatus.table)
            """,
        version: Version.text,
        subcommands: commands)

    private static let commands: [any ParsableCommand.Type] = [
        ReplCommand.self, RunCommand.self, VerifyCommand.self, ServeCommand.self, SimulateCommand.self,
        TestCommand.self, CheckCommand.self, ExploreCommand.self, DiffCommand.self, TypesCommand.self,
        ReferenceCommand.self, InitCommand.self, DoctorCommand.self, StoreTool.self, FleetCommand.self,
        ExplainCommand.self,
    ]

    static func main() {
        // When the reader of the output ends, writes fail with EPIPE instead of ending this process.
        signal(SIGPIPE, SIG_IGN)
        StandardStreams.fillGaps()
        let shell = Shell(environment: .current)
        do {
            try checkLua()
            guard !Self.arguments.isEmpty else {
                throw Failure.configuration(
                    "the arguments of the process cannot be read", fix: "mount /proc, from which Swift reads them")
            }
            var arguments = Array(Self.arguments.dropFirst())
            if arguments.isEmpty, shell.input.isInteractive, shell.terminal.isInteractive { arguments = ["repl"] }
            let status = try parse(arguments, shell: shell).perform(shell)
            shell.end(status)
        } catch let failure as Failure {
            shell.end(failure)
        } catch let diagnostic as Diagnostic {
            shell.end(Failure(diagnostic))
        } catch {
            shell.end(bug: error)
        }
    }

    /// The arguments of the process. Bytes that are not UTF-8 are kept in the form that `ByteText` gives them.
    private static var arguments: [String] {
        UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc)).compactMap { pointer in
            pointer.map { ByteText.text(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
        }
    }

    /// Lua is linked dynamically, so its version is known only when the program runs.
    private static func checkLua() throws(Failure) {
        guard !LuaVM.isLuaSupported else { return }
        throw .configuration(
            "moondial needs Lua 5.4.4 or a later 5.4, but the library that was found is \(LuaVM.luaRelease)",
            fix: "install liblua5.4 (Debian, Ubuntu) or lua@5.4 (Homebrew), or correct the path of libraries")
    }

    /// Parses the arguments. Prints help or the version and ends the process when that was asked for.
    private static func parse(_ arguments: [String], shell: Shell) throws(Failure) -> any MoondialCommand {
        if let command = parseAlone(arguments) { return command }
        if let word = arguments.first { try checkCommand(word) }
        if arguments.first == "help", arguments.count > 1 { try checkCommand(arguments[1]) }
        let error: any Error
        switch Result(catching: { try parseAsRoot(arguments) }) {
        case .success(let command as any MoondialCommand): return command
        // All others are the parser's own commands, such as help, and the root command, which only prints help.
        case .success(var command): error = failure(of: &command)
        case .failure(let failure): error = failure
        }
        if exitCode(for: error) == .success {
            shell.output.write(fullMessage(for: error) + "\n")
            shell.end(.done)
        }
        let fix =
            switch arguments.first {
            case let word? where commandNames.contains(word): "see 'moondial \(word) --help'"
            case let option? where option.hasPrefix("-"):
                "name a command first, such as 'moondial repl \(option)'; see 'moondial --help'"
            default: "see 'moondial --help'"
            }
        throw .usage(UsageText.message(message(for: error)), fix: fix)
    }

    /// Parses the arguments of one command without the others: building the tree of all commands would take the larger
    /// part of the start time.
    ///
    /// - Returns: Nil when help or an error must be printed: that text needs the tree of all commands.
    private static func parseAlone(_ arguments: [String]) -> (any MoondialCommand)? {
        guard let type = commands.first(where: { $0._commandName == arguments.first }) else { return nil }
        return try? type.parseAsRoot(Array(arguments.dropFirst())) as? any MoondialCommand
    }

    /// The parser's own commands end by throwing what they print.
    private static func failure(of command: inout any ParsableCommand) -> any Error {
        do {
            try command.run()
            return CleanExit.message("")
        } catch {
            return error
        }
    }

    private static var commandNames: [String] { commands.map { $0._commandName } }

    private static func checkCommand(_ word: String) throws(Failure) {
        let names = commandNames + ["help"]
        guard !word.hasPrefix("-"), !names.contains(word) else { return }
        let fix = word.hasSuffix(".lua") ? "run a script with 'moondial run \(word)'" : "see 'moondial --help'"
        throw .usage("there is no command '\(word)'\(Suggestion.clause(for: word, in: names))", fix: fix)
    }
}

/// A subcommand.
protocol MoondialCommand: ParsableCommand {
    /// Does the work. May end the process itself.
    func perform(_ shell: Shell) throws -> ExitStatus
}

/// Formats the argument parser's messages like those of moondial: one line, no capital, no full stop.
enum UsageText {
    static func message(_ text: String) -> String {
        // A list of values is written with a hyphen and a line for each.
        let lines = text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }
        let line = lines.reduce("") { text, line in
            guard line.hasPrefix("- ") else { return text.isEmpty ? String(line) : "\(text) \(line)" }
            return "\(text)\(text.last == ":" ? "" : ",") \(line.dropFirst(2))"
        }
        guard let first = line.first else { return "the command line is wrong" }
        let start = first.lowercased() + line.dropFirst()
        return start.last == "." ? String(start.dropLast()) : start
    }
}
