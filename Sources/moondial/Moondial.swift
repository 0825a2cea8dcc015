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
        // A reader that goes away shows as a failed write.
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

    /// The arguments of the process, byte for byte: what is not UTF-8 is as `ByteText` makes it.
    private static var arguments: [String] {
        UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc)).compactMap { pointer in
            pointer.map { ByteText.text(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
        }
    }

    /// The library of Lua is chosen when the program starts, not when it is built.
    private static func checkLua() throws(Failure) {
        guard !LuaVM.isLuaSupported else { return }
        throw .configuration(
            "moondial needs Lua 5.4.4 or a later 5.4, but the library that was found is \(LuaVM.luaRelease)",
            fix: "install liblua5.4 (Debian, Ubuntu) or lua@5.4 (Homebrew), or correct the path of libraries")
    }

    /// Never returns when help or the version was asked for.
    private static func parse(_ arguments: [String], shell: Shell) throws(Failure) -> any MoondialCommand {
        if let command = parseAlone(arguments) { return command }
        if let word = arguments.first { try checkCommand(word) }
        let error: any Error
        switch Result(catching: { try parseAsRoot(arguments) }) {
        case .success(let command as any MoondialCommand): return command
        // What is left are the parser's own commands, such as help, and the root, which is nothing but its help.
        case .success(var command): error = failure(of: &command)
        case .failure(let failure): error = failure
        }
        if exitCode(for: error) == .success {
            shell.output.write(fullMessage(for: error) + "\n")
            shell.end(.done)
        }
        let command = commandNames.first { $0 == arguments.first }
        throw .usage(
            UsageText.message(message(for: error)), fix: "see 'moondial \(command.map { "\($0) " } ?? "")--help'")
    }

    /// Takes the command by itself: making the tree of all commands first takes the larger part of a start.
    ///
    /// - Returns: nil when something is to be said, which is about the whole.
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
