// SPDX-License-Identifier: MIT

import NIOConcurrencyHelpers
import Testing

@testable import MoondialConsole

/// How a pasted text is split into inputs.
@Suite("Pasted text", .timeLimit(.minutes(10)))
struct PastedTextTests {
    @Test(
        "pasted text is split into inputs",
        arguments: [
            ("x = 1", ["x = 1"]),
            ("x = 1\ny = 2\nx + y", ["x = 1", "y = 2", "x + y"]),
            (":sim code 9003\n:sim delay 20ms\nverify(1)", [":sim code 9003", ":sim delay 20ms", "verify(1)"]),
            ("1 + 1\nrule \"a\" {\n  route = f,\n}\n:rules", ["1 + 1", "rule \"a\" {\n  route = f,\n}", ":rules"]),
            ("function f()\n  return 1\nend\n\nf()", ["function f()\n  return 1\nend", "f()"]),
            // A line that is indented, or cannot begin a statement, continues the line before.
            ("x = f(1)\n  + 2\ny = 3", ["x = f(1)\n  + 2", "y = 3"]),
            ("x = \"a\"\n.. \"b\"\ny = 3", ["x = \"a\"\n.. \"b\"", "y = 3"]),
            ("if a then\n  b()\nelse\n  c()\nend\nd()", ["if a then\n  b()\nelse\n  c()\nend", "d()"]),
            // Comments belong to what follows them.
            ("-- one\n\n-- two\nx = 1\n-- three\ny = 2", ["-- one\n\n-- two\nx = 1", "-- three\ny = 2"]),
            // Lines of a long string are no inputs.
            ("s = [[\nx = 1\n:rules\n]]\n#s", ["s = [[\nx = 1\n:rules\n]]", "#s"]),
            // Inputs that share a local stay together.
            ("local a = 1\nprint(a)\nb = 2", ["local a = 1\nprint(a)", "b = 2"]),
            ("local a = 1\nlocal b = a\nprint(b)", ["local a = 1\nlocal b = a\nprint(b)"]),
            ("local a = 1\na + 1", ["local a = 1\nreturn a + 1"]),
            ("local function f() return 1 end\nx = f()\ny = 2", ["local function f() return 1 end\nx = f()", "y = 2"]),
            ("local a = 1\n:rules\na", ["local a = 1", ":rules", "a"]),
            ("::top:: x = 1\ny = 2", ["::top:: x = 1", "y = 2"]),
            ("x = = 1\ny = 2", ["x = = 1", "y = 2"]),
            ("x = 1\nf(", ["x = 1", "f("]),
            ("\n\n", ["\n\n"]),
        ])
    func inputs(text: String, expected: [String]) async throws {
        let found = NIOLockedValueBox<[String]>([])
        var fixture = SessionFixture()
        fixture.beforeBlock = { _, session in
            let inputs = session.inputs(ofPasted: text)
            found.withLockedValue { $0 = inputs }
        }
        _ = try await fixture.type("1")
        #expect(found.withLockedValue { $0 } == expected)
    }

    @Test func eachPastedInputRunsSeparatelyAndIsShown() async throws {
        let record = try await SessionFixture().type(
            pasting: ["1 + 1", "nosuch()", ":sim code 9003", "_ + 1"])
        #expect(record.results == "2\n3\n")
        #expect(record.notes.hasPrefix("sim> 1 + 1\nsim> nosuch()\nerror[rule_error]: undefined global 'nosuch'\n"))
        #expect(record.notes.contains("sim> :sim code 9003\nsimulator: code 9003,"))
    }
}
