// SPDX-License-Identifier: MIT

import TemporaryFolders
import Testing

/// Whole error messages, as users see them.
@Suite("Error messages", .timeLimit(.minutes(10)))
struct ErrorOutputTests {
    struct Row: CustomTestStringConvertible {
        let what: String
        var arguments = ["verify"]
        var input = Requests.json()
        var environment: [String: String] = [:]
        var files: [String: String] = [:]
        let errors: String

        var testDescription: String { what }
    }

    static let rows: [Row] = [
        Row(
            what: "an unknown command", arguments: ["verfy"],
            errors: """
                error[usage]: there is no command 'verfy'; did you mean 'verify'?
                  = fix: see 'moondial --help'

                """),
        Row(
            what: "help of an unknown command", arguments: ["help", "verfy"],
            errors: """
                error[usage]: there is no command 'verfy'; did you mean 'verify'?
                  = fix: see 'moondial --help'

                """),
        Row(
            what: "an option without a command", arguments: ["--rules", "r.lua"],
            errors: """
                error[usage]: unknown option '--rules'
                  = fix: name a command first, such as 'moondial repl --rules'; see 'moondial --help'

                """),
        Row(
            what: "an unknown format", arguments: ["test", "--format", "nosuch"],
            errors: """
                error[usage]: the value 'nosuch' is invalid for '--format <format>'. Please provide one of the following: pretty, tap, junit, json, github, text, lcov, html
                  = fix: see 'moondial test --help'

                """),
        Row(
            what: "a token that is a number", input: #"{"phone":"13800138000","token":123}"#,
            errors: """
                error[request_invalid]: token: a string expected, got a number
                  = fix: send {"token", "phone", "exID"} and the options that `moondial verify --help` lists

                """),
        Row(
            what: "two documents of YAML", environment: [:], files: ["moondial.yaml": "timeout: 5s\n---\nseed: 1\n"],
            errors: """
                error[configuration]: the file holds more than one document, of which each begins with ---; expected one
                 --> moondial.yaml:2

                """),
        Row(
            what: "a script where the command should be", arguments: ["flow.lua"],
            errors: """
                error[usage]: there is no command 'flow.lua'
                  = fix: run a script with 'moondial run flow.lua'

                """),
        Row(
            what: "an unknown option", arguments: ["verify", "--rule", "x"],
            errors: """
                error[usage]: unknown option '--rule'. Did you mean '--rules'?
                  = fix: see 'moondial verify --help'

                """),
        Row(
            what: "an unknown option of run", arguments: ["run", "--rule", "x"],
            errors: """
                error[usage]: unknown option '--rule'
                  = fix: see 'moondial run --help'

                """),
        Row(
            what: "a wrong value", arguments: ["verify", "--max-attempts", "0"],
            errors: """
                error[usage]: --max-attempts: expected a whole number from 1 to 100, got '0'

                """),
        Row(
            what: "a token among the arguments", arguments: ["verify", "13800138000", "a-token"],
            errors: """
                error[usage]: verify takes no arguments beside options
                  = fix: give the request on standard input

                """),
        Row(
            what: "a request by arguments for another machine",
            arguments: ["verify", "--phone", "1", "--token", "t", "--base-url", "https://192.0.2.1"],
            errors: """
                error[usage]: --phone, --token and --exid are for a simulator on this machine: arguments are visible to \
                other users
                  = fix: give the request as JSON on standard input

                """),
        Row(
            what: "the provider without --live",
            arguments: ["verify", "--base-url", "https://api.verification.jpush.cn"],
            errors: """
                error[usage]: api.verification.jpush.cn is the provider, where every match and mismatch is charged
                  = fix: add --live if that is meant, or name a simulator

                """),
        Row(
            what: "--live without credentials", arguments: ["verify", "--live"],
            errors: """
                error[credentials]: --live needs the app key and the master secret of an application
                  = fix: set MOONDIAL_APP_KEY, and MOONDIAL_MASTER_SECRET_FILE or MOONDIAL_MASTER_SECRET

                """),
        Row(
            what: "--live with --insecure", arguments: ["verify", "--live", "--insecure"],
            environment: ["MOONDIAL_APP_KEY": "k", "MOONDIAL_MASTER_SECRET": "s"],
            errors: """
                error[usage]: --insecure with --live would let anyone on the way read the master secret and forge a match
                  = fix: name the authority with --ca-file, or add --yes-insecure if that is meant

                """),
        Row(
            what: "a secret that would travel in the clear", arguments: ["verify", "--base-url", "http://192.0.2.1"],
            environment: ["MOONDIAL_APP_KEY": "k", "MOONDIAL_MASTER_SECRET": "s"],
            errors: """
                error[usage]: the master secret would travel to http://192.0.2.1 unencrypted
                  = fix: use https, or add --yes-insecure if that is meant

                """),
        Row(
            what: "a misspelt hook", arguments: ["verify", "--rules", "rules.lua"],
            files: ["rules.lua": "\n\nrule \"repair\" { fallbck = function(req, attempt) end }\n"],
            errors: """
                error[rule_definition]: rule 'repair' has no hook 'fallbck'; did you mean 'fallback'?
                 --> rules.lua:3
                  |
                3 | rule "repair" { fallbck = function(req, attempt) end }
                  |                 ^^^^^^^
                  = fix: use one of pre_check, route, fallback, map_result, on_decision

                """),
        Row(
            what: "rules that are not Lua", arguments: ["verify", "--rules", "rules.lua"],
            files: ["rules.lua": String(repeating: "\n", count: 11) + "rule \"短信\" { route = functoin(req) end }\n"],
            errors: """
                error[rule_syntax]: '}' expected near 'end'
                  --> rules.lua:12
                   |
                12 | rule "短信" { route = functoin(req) end }
                   |                                     ^^^

                """),
        Row(
            what: "a hook that raises", arguments: ["verify", "--rules", "rules.lua", "--json"],
            files: [
                "rules.lua": """
                local function helper(req) return reqq.phone end

                rule "broken" {
                  pre_check = function(req)
                    local phone = helper(req)
                    return phone
                  end,
                }

                """
            ],
            errors: """
                error[rule_error]: rule 'broken', pre_check: undefined global 'reqq'
                 --> rules.lua:1
                  |
                1 | local function helper(req) return reqq.phone end
                  |                                   ^^^^
                  = traceback:
                      rules.lua:1: in upvalue 'helper'
                      rules.lua:5: in function <rules.lua:4>

                """),
        Row(
            what: "a script that raises", arguments: ["run", "-e", "local d = verfy('13800138000', 't')"],
            errors: """
                error[rule_error]: undefined global 'verfy'; did you mean 'verify'?
                 --> -e:1
                  |
                1 | local d = verfy('138****8000', 't')
                  |           ^^^^^
                  = traceback:
                      -e:1: in main chunk

                """),
        Row(
            what: "no request", input: "",
            errors: """
                error[request_invalid]: standard input is empty; expected one JSON object
                  = fix: send {"token", "phone", "exID"} and the options that `moondial verify --help` lists

                """),
        Row(
            what: "a request that is not JSON", input: "{\"token\":\"a-token\",}",
            errors: """
                error[request_invalid]: standard input is not JSON: a comma must be followed by another value at line 1, \
                column 20
                  = fix: send {"token", "phone", "exID"} and the options that `moondial verify --help` lists

                """),
        Row(
            what: "a key that is not known", input: Requests.json(",\"chanel\":\"web\""),
            errors: """
                error[request_invalid]: unknown key 'chanel'; did you mean 'channel'?
                  = fix: send {"token", "phone", "exID"} and the options that `moondial verify --help` lists

                """),
        Row(
            what: "a file that is not there", arguments: ["run", "none.lua"],
            errors: """
                error[rule_file]: cannot read 'none.lua': No such file or directory
                  = fix: check the path and its permissions

                """),
        Row(
            what: "a code that is not known", arguments: ["explain", "response_timeuot"],
            errors: """
                error[usage]: no code 'response_timeuot' is known; did you mean 'response_timeout'?
                  = fix: 'moondial explain' lists them all

                """),
        Row(
            what: "half of what TLS needs", arguments: ["simulate", "--tls-cert", "cert.pem"],
            errors: """
                error[usage]: --tls-cert and --tls-key go together
                  = fix: give both, or neither for plain HTTP

                """),
    ]

    @Test("error message is printed whole", arguments: rows)
    func errorMessageIsPrintedWhole(row: Row) async throws {
        let outcome = try await Executable.run(
            row.arguments, input: row.input, environment: row.environment, in: TemporaryFolder(row.files))
        #expect(outcome.errors == row.errors)
    }
}
