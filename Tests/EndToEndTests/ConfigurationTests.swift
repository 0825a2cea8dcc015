// SPDX-License-Identifier: MIT

import TemporaryFolders
import Testing

@Suite("Configuration", .timeLimit(.minutes(10)))
struct ConfigurationTests {
    /// A rule that fails, so that the decision tells which value of `on_error` is in force.
    private static let failing = "rule 'failing' { pre_check = function() error 'x' end }"

    @Test(
        "a flag goes before the environment, the environment before the file, the file before the default",
        arguments: [
            (flag: nil, variable: nil, file: nil, decision: "review"),
            (flag: nil, variable: nil, file: "deny", decision: "deny"),
            (flag: nil, variable: "review", file: "deny", decision: "review"),
            (flag: "deny", variable: "review", file: "review", decision: "deny"),
            (flag: nil, variable: "", file: "deny", decision: "deny"),
        ] as [(flag: String?, variable: String?, file: String?, decision: String)])
    func flagBeatsEnvironmentBeatsFileBeatsDefault(flag: String?, variable: String?, file: String?, decision: String)
        async throws
    {
        var files = ["r.lua": Self.failing]
        files["moondial.yaml"] = file.map { "on_error: \($0)\n" }
        var environment: [String: String] = [:]
        environment["MOONDIAL_ON_ERROR"] = variable
        let outcome = try await Executable.run(
            ["verify", "--json", "--rules", "r.lua"] + (flag.map { ["--on-error", $0] } ?? []), input: Requests.json(),
            environment: environment, in: TemporaryFolder(files))
        #expect(try outcome.json["decision"] as? String == decision)
    }

    @Test func everySettingOfTheFileIsRead() async throws {
        let folder = try TemporaryFolder([
            "etc/moondial.yaml": """
            # Paths are relative to this file.
            rules: [rules, extra.lua]
            on_error: deny
            max_attempts: 1
            timeout: 5s
            seed: 7
            provider_rules: false
            app_key: not-used-by-the-simulator-in-process
            master_secret_file: not/read/either
            config:
              limit: 10
              code: "007"
              names: ["no", "yes", 1.5, true, null]
            """,
            "etc/rules/a.lua": "rule 'a' { fallback = function() return 'h5' end }",
            "etc/extra.lua": "rule 'b' { on_decision = function() moondial.log('config', moondial.config) end }",
        ])
        let outcome = try await Executable.run(
            ["verify", "--json", "--config", "etc/moondial.yaml"], input: Requests.json(token: "sim:endpoint=h5"),
            in: folder)
        #expect(try (outcome.json["attempts"] as? [Any])?.count == 1)
        #expect(outcome.errors.contains(#""limit":10"#))
        #expect(outcome.errors.contains(#""code":"007""#))
        #expect(outcome.errors.contains(#""names":["no","yes",1.5,true,null]"#))
    }

    @Test func everyEnvironmentVariableIsRead() async throws {
        let folder = try TemporaryFolder([
            "a.lua": "rule 'a' { route = function() return 'h5' end }",
            "b.lua": "rule 'b' { map_result = { match = deny 'b' } }",
        ])
        let outcome = try await Executable.run(
            ["verify", "--json"], input: Requests.json(),
            environment: [
                "MOONDIAL_RULES": "a.lua:b.lua", "MOONDIAL_MAX_ATTEMPTS": "3", "MOONDIAL_TIMEOUT": "500ms",
                "MOONDIAL_SEED": "18446744073709551615", "MOONDIAL_PROVIDER_RULES": "true",
            ], in: folder)
        #expect(outcome.errors == "")
        #expect(try outcome.json["endpoint"] as? String == "h5")
        #expect(try outcome.json["rule"] as? String == "b")
    }

    @Test func variableNamesTheConfigurationFile() async throws {
        let folder = try TemporaryFolder(["other.yaml": "on_error: deny", "r.lua": Self.failing])
        let outcome = try await Executable.run(
            ["verify", "--rules", "r.lua"], input: Requests.json(), environment: ["MOONDIAL_CONFIG": "other.yaml"],
            in: folder)
        #expect(outcome.status == 1)
    }

    @Test func sameSeedGivesTheSameIDs() async throws {
        let first = try await Executable.run(["verify", "--json", "--seed", "1"], input: Requests.json())
        let again = try await Executable.run(["verify", "--json", "--seed", "1"], input: Requests.json())
        let other = try await Executable.run(["verify", "--json", "--seed", "2"], input: Requests.json())
        #expect(try first.json["id"] as? Int == again.json["id"] as? Int)
        #expect(try first.json["id"] as? Int != other.json["id"] as? Int)
    }

    @Test(
        arguments: [
            ("MOONDIAL_RULE", "did you mean MOONDIAL_RULES?"), ("MOONDIAL_SERVE_RULES", "did you mean MOONDIAL_RULES?"),
            ("MOONDIAL_SERVE_STORE", "did you mean MOONDIAL_STORE?"),
            ("MOONDIAL_PORT", "did you mean MOONDIAL_SERVE_PORT?"),
            ("MOONDIAL_TOKEN_GUARD", "did you mean MOONDIAL_SERVE_TOKEN_GUARD?"),
            ("MOONDIAL_LIVE", "give --live"), ("MOONDIAL_SERVE_LIVE", "give --live"),
            ("MOONDIAL_SHOW_PHONES", "give --show-phones"), ("MOONDIAL_LIMITS", "set limits in moondial.yaml"),
            ("MOONDIAL_SERVE_APPLICATIONS", "set serve.applications in moondial.yaml"),
            ("MOONDIAL_SERVE_CHECK_CONFIG", "see moondial serve --help"),
        ])
    func variableWithoutEffectIsReported(name: String, advice: String) async throws {
        let outcome = try await Executable.run(["verify"], input: Requests.json(), environment: [name: "true"])
        #expect(outcome.errors == "warning: there is no variable \(name); \(advice)\n")
        #expect(outcome.status == 0)
    }

    @Test func variablesOfOthersAreLeftAlone() async throws {
        let outcome = try await Executable.run(
            ["verify"], input: Requests.json(),
            environment: [
                "MOONDIAL_SERVICE_HOST": "10.0.0.1", "MOONDIAL_SERVICE_PORT": "80", "MOONDIAL_PORT": "tcp://10.0.0.1",
                "MOONDIAL_PORT_80_TCP": "tcp://10.0.0.1", "MOONDIALX": "x",
            ])
        #expect(outcome.errors == "")
    }

    struct Mistake: CustomTestStringConvertible {
        var file: String?
        var environment: [String: String] = [:]
        let errors: String

        var testDescription: String { file ?? "\(environment.keys.sorted())" }
    }

    @Test(
        "a configuration mistake is reported with its place",
        arguments: [
            Mistake(
                file: "rules: r.lua\nmax_attempt: 3\n",
                errors: """
                    error[configuration]: there is no setting 'max_attempt'; did you mean 'max_attempts'?
                     --> moondial.yaml:2
                      |
                    2 | max_attempt: …
                      | ^^^^^^^^^^^
                      = fix: use one of rules, on_error, max_attempts, timeout, config, limits, serve, guards, base_url, ca_file, app_key, \
                    master_secret_file, correlate, seed, provider_rules, store, store_namespace, store_ca_file

                    """),
            Mistake(
                file: "timeout: 10\n",
                errors: """
                    error[configuration]: timeout: expected a time from 1ms to 1h, such as 500ms, 10s or 2m, got '10'
                     --> moondial.yaml:1
                      |
                    1 | timeout: 10
                      |          ^^

                    """),
            Mistake(
                file: "{timeout: 10s, master_secret: hush-hush}\n",
                errors: """
                    error[configuration]: master_secret must not stand in a configuration file
                     --> moondial.yaml:1
                      |
                    1 | master_secret: …
                      | ^^^^^^^^^^^^^
                      = fix: name a file with master_secret_file, or set MOONDIAL_MASTER_SECRET

                    """),
            Mistake(
                file: "live: true\n",
                errors: """
                    error[configuration]: 'live' can be given on the command line only
                     --> moondial.yaml:1
                      |
                    1 | live: …
                      | ^^^^
                      = fix: use --live

                    """),
            Mistake(
                file: "seed: 1\nseed: 2\n",
                errors: """
                    error[configuration]: the key 'seed' stands there twice
                     --> moondial.yaml:1

                    """),
            Mistake(
                file: "serve:\n  codes:\n    - 9000\n",
                errors: """
                    error[configuration]: codes: expected a text
                     --> moondial.yaml:2
                      |
                    2 | codes: …
                      | ^^^^^

                    """),
            Mistake(
                file: "limits: 5\n",
                errors: """
                    error[configuration]: limits: expected a map of settings
                     --> moondial.yaml:1
                      |
                    1 | limits: …
                      | ^^^^^^

                    """),
            Mistake(
                file: "rules: {a: b}\n",
                errors: """
                    error[configuration]: rules: expected a text or a list of texts
                     --> moondial.yaml:1
                      |
                    1 | rules: …
                      | ^^^^^

                    """),
            Mistake(
                file: "- rules\n",
                errors: """
                    error[configuration]: expected a map of settings
                     --> moondial.yaml:1

                    """),
            Mistake(
                file: "config:\n  id: 123456789012345678901234567890\n",
                errors: """
                    error[configuration]: config: the number does not fit 64 bits; put it in quotes
                     --> moondial.yaml:2

                    """),
            Mistake(
                environment: ["MOONDIAL_TIMEOUT": "10"],
                errors: """
                    error[configuration]: MOONDIAL_TIMEOUT: expected a time from 1ms to 1h, such as 500ms, 10s or 2m, \
                    got '10'

                    """),
            Mistake(
                environment: ["MOONDIAL_BASE_URL": "127.0.0.1:80"],
                errors: """
                    error[configuration]: MOONDIAL_BASE_URL: the base URL must start with http:// or https://, as in \
                    http://127.0.0.1:8080

                    """),
            Mistake(
                environment: ["MOONDIAL_PROVIDER_RULES": "yes"],
                errors: """
                    error[configuration]: MOONDIAL_PROVIDER_RULES: expected true or false, got 'yes'

                    """),
            Mistake(
                environment: ["MOONDIAL_RULES": "rules.lua:"],
                errors: """
                    error[configuration]: MOONDIAL_RULES: expected files or folders, got ''

                    """),
        ])
    func configurationMistakeIsReported(_ mistake: Mistake) async throws {
        let folder = try TemporaryFolder(mistake.file.map { ["moondial.yaml": $0] } ?? [:])
        let outcome = try await Executable.run(
            ["verify"], input: Requests.json(), environment: mistake.environment, in: folder)
        #expect(outcome.errors == mistake.errors)
        #expect(outcome.status == 78)
    }

    @Test func emptyFileConfiguresNothing() async throws {
        let outcome = try await Executable.run(
            ["verify"], input: Requests.json(), in: TemporaryFolder(["moondial.yaml": "# nothing yet\n"]))
        #expect(outcome.status == 0)
    }

    @Test func nestedAliasesAreRefusedAboveTheValueLimit() async throws {
        var file = "config:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let row = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            file += "  a\(level): &a\(level) [\(row)]\n"
        }
        let outcome = try await Executable.run(
            ["verify"], input: Requests.json(), in: TemporaryFolder(["moondial.yaml": file]))
        #expect(outcome.status == 78)
        #expect(outcome.errors.contains("more than 10,000 values"))
    }
}
