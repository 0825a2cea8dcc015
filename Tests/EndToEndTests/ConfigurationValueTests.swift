// SPDX-License-Identifier: MIT

import TemporaryFolders
import Testing

/// Values under `config` are read by the core schema of YAML 1.2, or refused.
@Suite("Values of the configuration", .timeLimit(.minutes(10)))
struct ConfigurationValueTests {
    private func read(_ value: String) async throws -> Outcome {
        try await Executable.run(
            ["run", "-e", "local a = moondial.config.a print(math.type(a) or type(a), moondial.json.encode(a))"],
            in: TemporaryFolder(["moondial.yaml": "config:\n  a: \(value)\n"]))
    }

    @Test(arguments: [
        ("True", "boolean\ttrue"), ("FALSE", "boolean\tfalse"), ("0x1F", "integer\t31"), ("0o17", "integer\t15"),
        ("-5", "integer\t-5"), (".5", "float\t0.5"), ("1.5e-1", "float\t0.15"),
        ("9223372036854775807", "integer\t9223372036854775807"), ("12:30:00", "string\t\"12:30:00\""),
        ("2026-01-01", "string\t\"2026-01-01\""), ("'yes'", "string\t\"yes\""), ("!!str no", "string\t\"no\""),
        ("", "nil\tnull"), ("NULL", "nil\tnull"), ("[null, 1]", "table\t[null,1]"), ("{x: ~}", "table\t{}"),
        ("{'1': 2}", "table\t{\"1\":2}"),
    ])
    func valueIsReadByTheCoreSchema(value: String, printed: String) async throws {
        let outcome = try await read(value)
        #expect(outcome.errors == "")
        #expect(outcome.output == printed + "\n")
    }

    @Test(arguments: [
        ("yes", "'yes' is a boolean for some"), ("Off", "'Off' is a boolean for some"), ("n", "'n' is a boolean"),
        ("0777", "'0777' is an octal number for some"), ("1_000", "'1_000' is a number for some"),
        ("0b11", "'0b11' is a number for some"), ("+8613800138000", "which would lose its sign"),
        (".inf", "no number that rules can be given"), ("1e400", "does not fit 64 bits"),
        ("0xFFFFFFFFFFFFFFFFF", "does not fit 64 bits"), ("!!int '5'", "the tag"), ("!x {}", "the tag"),
        ("{1001: x}", "the key '1001' is no text"), ("{on: x}", "the key 'on' is no text"),
        ("{~: x}", "the key '~' is no text"), ("{<<: {}}", "merge keys"), ("{[1]: x}", "expected a text as key"),
        ("{b: 1, 'b': 2}", "stands there twice"), ("{'1': 1, !!str '1': 2}", "stands there twice"),
    ])
    func valueThatYAMLReadersInterpretDifferentlyIsRefused(value: String, message: String) async throws {
        let outcome = try await read(value)
        #expect(outcome.errors.contains(message))
        #expect(outcome.errors.contains("moondial.yaml:2"))
        #expect(outcome.status == 78)
    }

    /// Few values, but each repeats a long text.
    @Test func aliasesCannotRepeatALongText() async throws {
        let text = String(repeating: "x", count: 10_000)
        let outcome = try await read("[&t \(text), \(Array(repeating: "*t", count: 200).joined(separator: ", "))]")
        #expect(outcome.status == 78)
        #expect(outcome.errors.contains("more than 1 MiB of text"))
    }

    @Test func nullInTheRequestContextIsAbsent() async throws {
        let context = #","context":{"vip":null,"a":{"b":null},"l":[null,1]}"#
        let rule = """
            rule "vip" { pre_check = function(req)
              local c = req.context
              if c.vip or c.a.b then return allow "vip" end
              if #c.l == 2 and c.l[1] == moondial.json.null then return deny "as_expected" end
            end }
            """
        let outcome = try await Executable.run(
            ["verify", "--rules", "r.lua"], input: Requests.json(token: "sim:code=9001", context),
            in: TemporaryFolder(["r.lua": rule]))
        #expect(outcome.output.contains("as_expected"))
        #expect(outcome.status == 1)
    }

    @Test func textsOfSeveralEOptionsFormOneScript() async throws {
        let outcome = try await Executable.run(["run", "-e", "local x = 1 -- one", "-e", "print(x, ...)", "a"])
        #expect(outcome.output == "1\ta\n")
    }

    @Test func bytesOfArgumentsReachScriptsAndPathsUnchanged() async throws {
        let outcome = try await Executable.shell(
            #"""
            b=$(printf '\377'); echo "rule 'b' { pre_check = function() return deny 'bytes' end }" > "$b.lua"
            echo 'print((...):byte(1, -1))' > s.lua
            "$MOONDIAL" run s.lua "$b" && "$MOONDIAL" run -e "print(('$b'):byte())" &&
            MOONDIAL_RULES="$b.lua" "$MOONDIAL" verify --phone 13800138000 --token example | grep reason
            "$MOONDIAL" verify --phone 13800138000 --token "$b"
            """#, in: TemporaryFolder())
        #expect(outcome.output == "255\n255\nreason    bytes\n")
        #expect(outcome.errors.contains("--token: the value is not UTF-8"))
        #expect(outcome.status == 64)
    }

    @Test func ruleReplacedByALaterFileIsWarnedAbout() async throws {
        let rule = "rule 'check' { pre_check = function() end }"
        let folder = try TemporaryFolder(["10.lua": rule, "20.lua": "\n" + rule])
        let warning =
            "warning: rule 'check' of 10.lua:1 is not in force: 20.lua:2 has the same name and takes its place\n"
        let verified = try await Executable.run(
            ["verify", "--rules", "10.lua", "--rules", "20.lua"], input: Requests.json(), in: folder)
        #expect(verified.errors == warning)
        let listed = try await Executable.run(
            ["repl", "--no-history", "--rules", "10.lua", "--rules", "20.lua"], input: ":rules\n", in: folder)
        #expect(listed.errors == warning)
        #expect(listed.output.contains("20.lua:2 (in the place of 10.lua:1)"))
    }

    @Test(arguments: ["", "-- no rule\n"])
    func rulesFileWithoutARuleIsAnError(text: String) async throws {
        let outcome = try await Executable.run(
            ["verify", "--rules", "r.lua"], input: Requests.json(), in: TemporaryFolder(["r.lua": text]))
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains("no rule is in force: 'r.lua' defines none"))
    }

    @Test func errorOfAFullTableNamesTheLimitToRaise() async throws {
        let rule = "rule 'r' { pre_check = function() local t = {} for i = 1, 9000 do t['k' .. i] = i end end }"
        let outcome = try await Executable.run(
            ["verify", "--rules", "r.lua"], input: Requests.json(), in: TemporaryFolder(["r.lua": rule]))
        #expect(outcome.errors.contains("fix: raise limits.table_keys in moondial.yaml"))
    }
}
