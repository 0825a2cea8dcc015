// SPDX-License-Identifier: MIT

import Testing

@Suite("Help", .timeLimit(.minutes(10)))
struct HelpTests {
    @Test(
        "help without a command lists settings, exit statuses and commands",
        arguments: [[], ["--help"], ["-h"], ["help"]])
    func helpWithoutACommand(arguments: [String]) async throws {
        let outcome = try await Executable.run(arguments)
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        #expect(
            outcome.output == """
                OVERVIEW: Rules, written in Lua, around a phone number verification service.

                Everything runs against the built-in simulator of the service, until --base-url
                names another or --live is given.

                SETTINGS (a flag, else the environment, else moondial.yaml):
                  --rules            MOONDIAL_RULES               rules
                  --on-error         MOONDIAL_ON_ERROR            on_error
                  --max-attempts     MOONDIAL_MAX_ATTEMPTS        max_attempts
                  --timeout          MOONDIAL_TIMEOUT             timeout
                                                                  config
                                                                  limits
                                                                  serve
                                                                  guards
                  --base-url         MOONDIAL_BASE_URL            base_url
                  --ca-file          MOONDIAL_CA_FILE             ca_file
                                     MOONDIAL_APP_KEY             app_key
                                     MOONDIAL_MASTER_SECRET
                                     MOONDIAL_MASTER_SECRET_FILE  master_secret_file
                                     MOONDIAL_CORRELATE           correlate
                  --seed             MOONDIAL_SEED                seed
                  --provider-rules   MOONDIAL_PROVIDER_RULES      provider_rules
                  --live
                  --insecure
                  --yes-insecure
                  --show-phones
                  --store            MOONDIAL_STORE               store
                  --store-namespace  MOONDIAL_STORE_NAMESPACE     store_namespace
                                     MOONDIAL_STORE_CA_FILE       store_ca_file
                  --config           MOONDIAL_CONFIG              (names the file)

                EXIT STATUS:
                    0  done; allow
                    1  deny; something was found
                    2  review
                   64  the command line is wrong
                   65  a rule, script or request is wrong
                   66  a file or the input is missing
                   69  the provider cannot be reached, or does not answer as it should
                   70  a bug in moondial
                   74  reading or writing failed
                   75  too busy, nothing was sent: try again
                   77  the provider refused the credentials
                   78  the configuration is wrong or incomplete
                  124  no reply within the time allowed
                  130  interrupted (Ctrl-C)
                  141  the reader of the output stopped reading
                  143  terminated (SIGTERM)

                USAGE: moondial <subcommand>

                OPTIONS:
                  --version               Show the version.
                  -h, --help              Show help information.

                SUBCOMMANDS:
                  repl                    Type Lua at a prompt. The same without a command, on
                                          a terminal.
                  run                     Run a Lua script that verifies.
                  verify                  Decide on one request by rules.
                  serve                   Serve decisions by rules on a port: the provider's
                                          API under rules, and moondial's own.
                  simulate                Serve the simulator of the provider over HTTP or TLS.
                  test                    Run the tests of rules.
                  check                   Find mistakes in rule files, tests and scripts.
                  explore                 Show what the rules make of everything that can
                                          happen.
                  diff                    Show where two rulebooks differ in what they lead to.
                  types                   Write files with which editors know the rule language.
                  reference               Print the reference of the rule language as Markdown.
                  init                    Begin a folder of rules.
                  doctor                  Look for what is wrong with this installation.
                  store                   Look at and change what rules remember.
                  fleet                   List the gateways that share a store, and say whether
                                          all run the same rules.
                  explain                 Say what a code of the provider or of moondial means.

                  See 'moondial help <subcommand>' for detailed help.

                """)
    }

    @Test(
        "each command prints its help",
        arguments: [
            "repl", "run", "verify", "serve", "simulate", "check", "types", "reference", "init", "doctor", "explain",
        ])
    func eachCommandPrintsItsHelp(name: String) async throws {
        let outcome = try await Executable.run([name, "--help"])
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix("OVERVIEW: "))
        #expect(outcome.output.contains("USAGE: moondial \(name)"))
        #expect(try await Executable.run(["help", name]).output == outcome.output)
    }

    @Test("help of verify and run lists their options", arguments: ["verify", "run"])
    func helpOfVerifyAndRunListsOptions(command: String) async throws {
        let outcome = try await Executable.run([command, "--help"])
        for option in [
            "--rules", "--base-url", "--live", "--ca-file", "--insecure", "--yes-insecure", "--show-phones", "--trace",
            "--json", "--max-attempts", "--timeout", "--on-error", "--seed", "--provider-rules", "--config",
        ] {
            #expect(outcome.output.contains("  \(option)"))
        }
    }

    @Test func versionIsPrintedWithKnownBugsOfLua() async throws {
        let outcome = try await Executable.run(["--version"])
        #expect(outcome.status == 0)
        let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
        try #require(lines.count > 2)
        #expect(lines[0].wholeMatch(of: /moondial 0\.1\.0 \(Lua 5\.4\.\d, Swift 6\.\d( or later)?\)/) != nil)
        #expect(lines[2] == "Known bugs of Lua 5.4.4 in the reach of rules, and what guards against each:")
        #expect(lines.contains { $0.contains("CVE-2022-28805") && $0.contains("mended:") })
        #expect(lines.allSatisfy { $0.count <= 120 })
    }
}
