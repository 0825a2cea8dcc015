// SPDX-License-Identifier: MIT

import Foundation
import TemporaryFolders
import Testing

/// `moondial repl` with input from a pipe, and in plain line mode on a terminal.
@Suite("Repl", .timeLimit(.minutes(10)))
struct ReplTests {
    /// A transcript: the input and the whole output.
    struct Golden: Sendable, CustomTestStringConvertible {
        let name: String
        var options: [String] = []
        let input: String
        var output = ""
        var errors = ""
        var status: Int32 = 0

        var testDescription: String { name }
    }

    static let transcripts = [
        Golden(
            name: "values, one a line",
            input: "1 + 1, \"two\"\nx = { 1, name = \"x\" }\nx\nprint \"printed\"\n\nnil\n",
            output: "2\n\"two\"\n{ 1, name = \"x\" }\nprinted\nnil\n"),
        Golden(
            name: "blocks of several lines",
            input: "function f(n)\n  return n * 2\nend\nf(\n  21\n)\n[[a\nb]]\n",
            output: "42\n\"a\\nb\"\n"),
        Golden(
            name: "the first error ends it", input: "1\nnosuch()\n2\n", output: "1\n",
            errors: """
                error[rule_error]: undefined global 'nosuch'
                 --> stdin:2
                  |
                2 | nosuch()
                  | ^^^^^^

                """, status: 65),
        Golden(
            name: "--keep-going", options: ["--keep-going"], input: "1\n)\nlocal a = 1\na\n2\n", output: "1\n2\n",
            errors: """
                error[rule_syntax]: unexpected symbol near ')'
                 --> stdin:2
                  |
                2 | )
                  | ^
                error[rule_error]: undefined global 'a'
                 --> stdin:4
                  |
                4 | a
                  | ^
                  = fix: locals end with the line; write a = … without local

                """, status: 65),
        Golden(
            name: "a rule and a decision",
            input: """
                rule "fives" {
                  pre_check = function(req)
                    if req.phone:sub(-1) == "5" then return deny "five" end
                  end,
                }
                verify("13800138005", "sim:").reason, verify("13800138000", "sim:code=9001").code

                """,
            output: "\"five\"\n9001\n", errors: "rule 'fives' added: pre_check\n"),
        Golden(
            name: "an unfinished block", input: "if true then\n",
            errors: """
                error[rule_syntax]: 'end' expected near <eof>
                 --> stdin:1
                  |
                1 | if true then
                  | ^^^^^^^^^^^^

                """, status: 65),
        Golden(
            name: "commands", input: ":sim code 9002\nverify(\"13800138000\", \"t\").code\n:rulse\n", output: "9002\n",
            errors: """
                simulator: code 9002, no delay, provider rules off
                error[usage]: there is no command ':rulse'; did you mean ':rules'?
                  = fix: see :help

                """, status: 65),
        Golden(
            name: "the background is waited for",
            input: "moondial.spawn(function() return verify(\"13800138000\", \"sim:delay=20ms\").verdict end)\n",
            output: "1\n\"match\"\n", errors: "[1] done:\n"),
    ]

    /// Reading a pipe could block for ever.
    @Test(arguments: [":try pipe", ":replay pipe", ":load pipe"])
    func commandsRefuseToReadAPipe(command: String) async throws {
        let outcome = try await Executable.shell(
            "mkfifo pipe && printf '%s\\n' '\(command)' | $MOONDIAL repl --no-history", in: TemporaryFolder())
        #expect(outcome.errors.contains("it is a pipe, not a file"))
    }

    @Test(arguments: transcripts) func pipedInputPrintsItsTranscript(_ golden: Golden) async throws {
        let outcome = try await Executable.run(["repl"] + golden.options, input: golden.input)
        #expect(outcome.output == golden.output)
        #expect(outcome.errors == golden.errors)
        #expect(outcome.status == golden.status)
    }

    @Test func fileArgumentRunsBeforeStandardInput() async throws {
        let folder = try TemporaryFolder(["start.lua": "local hidden = 1\nshared = hidden + 1\nprint(arg[0])\n"])
        let plain = try await Executable.run(["repl", "start.lua"], input: "shared\n", in: folder)
        #expect(plain.output == "start.lua\n2\n")
        let staying = try await Executable.run(["repl", "-i", "start.lua"], input: "shared\n", in: folder)
        #expect(staying.output == "start.lua\n2\n")
        let failing = try TemporaryFolder(["start.lua": "error 'no'\n"])
        let ended = try await Executable.run(["repl", "start.lua"], input: "1\n", in: failing)
        #expect(ended.output == "" && ended.status == 65)
        let kept = try await Executable.run(["repl", "--keep-going", "start.lua"], input: "1\n", in: failing)
        #expect(kept.output == "1\n" && kept.status == 65)
    }

    @Test("bytes are read and printed unchanged", arguments: [true, false]) func bytes(isPiped: Bool) async throws {
        let folder = try TemporaryFolder()
        let script =
            #"printf '\357\273\277print(#"\377", "\377\0")\n' | $MOONDIAL "# + (isPiped ? "repl" : "run -")
            + " | od -An -tx1"
        let outcome = try await Executable.shell(script, in: folder)
        #expect(outcome.output == " 31 09 ff 00 0a\n" && outcome.errors == "")
    }

    @Test func folderAsStandardInputIsAnError() async throws {
        let outcome = try await Executable.shell("$MOONDIAL repl < /", in: TemporaryFolder())
        #expect(outcome.errors == "error[io]: cannot read standard input: Is a directory\n  = fix: check what it is\n")
        #expect(outcome.status == 74)
    }

    @Test func twentyThousandStatementsFromAPipeRun() async throws {
        let input = (0..<20_000).map { "x\($0 % 50) = \($0)\n" }.joined() + "x49\nnosuch\n"
        let outcome = try await Executable.run(["repl"], input: input)
        #expect(outcome.output == "19999\n")
        #expect(outcome.errors.contains(" --> stdin:20002\n"))
    }

    @Test("end of piped input reports calls in flight", arguments: [":quit", "nosuch()"]) func leavingAPipe(
        last: String
    )
        async throws
    {
        let spawn = "moondial.spawn(function() return verify(\"13800138000\", \"sim:delay=3600s\") end)"
        let outcome = try await Executable.run(
            ["repl", "--timeout", "1h"], input: "\(spawn)\nverify(\"13800138000\", \"sim:\").code\n\(last)\n")
        #expect(
            outcome.errors.contains(
                "interrupted: the attempt at mobile may have been delivered, the token may be spent\n"))
        #expect(outcome.errors.hasSuffix("[1] stopped\n"))
    }

    @Test func firstLiveCallFromAPipeIsRefused() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await Executable.run(
            ["repl", "--live", "--base-url", "http://127.0.0.1:1", "--insecure", "--yes-insecure"],
            input: "verify(\"13800138000\", \"token\")\n",
            environment: ["MOONDIAL_APP_KEY": "key", "MOONDIAL_MASTER_SECRET": "secret"], in: folder)
        #expect(
            outcome.errors.contains(
                "nothing was sent: the first live call needs a yes, and input comes from no terminal"))
        #expect(outcome.status == 65)
    }

    @Test func withoutATerminalHelpReplacesThePrompt() async throws {
        let outcome = try await Executable.run([], input: "1\n")
        #expect(outcome.output.hasPrefix("OVERVIEW: "))
    }

    @Test("limited terminals get plain line mode", arguments: [["TERM": "dumb"], ["MOONDIAL_BASIC_REPL": "1"]])
    func plainLineMode(environment: [String: String]) async throws {
        let (status, screen) = try await TerminalProcess.run([], environment: environment)
        #expect(status == 0)
        #expect(screen.contains("target: simulator in this process. Try :tour or :help; Ctrl-D leaves.\n"))
        #expect(screen.contains("sim> "))
    }

    @Test func anInterruptStopsAnEndlessLoopInAPipe() async throws {
        let process = try await BackgroundProcess(["repl"], input: "moondial.log \"busy\" while true do end\n1\n")
        _ = await process.errorLine()
        process.send(SIGINT)
        let outcome = await process.finish()
        #expect(outcome.status == 130)
        #expect(outcome.output == "")
    }

    @Test func keepGoingRunsTheNextLineAfterAnInterrupt() async throws {
        let process = try await BackgroundProcess(
            ["repl", "--keep-going"], input: "moondial.log \"busy\" while true do pcall(error) end\n\"next\"\n")
        _ = await process.errorLine()
        process.send(SIGINT)
        let outcome = await process.finish()
        #expect(outcome.output == "\"next\"\n")
        #expect(outcome.errors.hasPrefix("error[cancelled]: interrupted\n"))
        #expect(outcome.status == 65)
    }
}
