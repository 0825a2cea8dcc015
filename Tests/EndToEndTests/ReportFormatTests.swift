// SPDX-License-Identifier: MIT

import Foundation
import TemporaryFolders
import Testing

/// Reports for programs follow their standards.
@Suite("Formats of reports", .timeLimit(.minutes(5)))
struct ReportFormatTests {
    /// Findings of all severities, found statically and by exploration, in a file whose name and text need escaping.
    private static let rules = """
        local unused = "号"
        rule "loose \\"<1>\\"" {
          pre_check = function(req) local s = "é" if req.channel == "web" and req.phnoe then return deny "x" end end,
          map_result = { match = allow, [9002] = allow "probably", default = review "sms" },
        }

        """

    @Test func findingsFollowTheSARIFStandard() async throws {
        let folder = try TemporaryFolder([
            "a b/é #1.lua": Self.rules, "none.lua": "rule 'r' { route = function() end }",
        ])
        for arguments in [["a b"], ["a b", "--static"], ["none.lua", "--static"]] {
            let outcome = try await Executable.run(["check", "--format", "sarif"] + arguments, in: folder)
            #expect(SARIFRules(outcome.output).problems == [], "\(outcome.output)")
        }
        let outcome = try await Executable.run(["check", "--format", "sarif", "a b"], in: folder)
        for code in ["unused-local", "unknown-field", "hook-fails", "allow-without-match", "silent-trouble"] {
            #expect(outcome.output.contains("\"ruleId\":\"\(code)\""), "\(code) in \(outcome.output)")
        }
    }

    @Test func sarifRulesOfTheTestsFindMistakes() {
        let text = """
            {"version": "2.1", "runs": [{"tool": {"driver": {"rules": [{"id": "a"}, {"id": "a"}]}}, "results": [
              {"ruleId": "b", "level": "fatal", "message": {"txt": "x"}, "locations": [{"physicalLocation":
                {"artifactLocation": {"uri": "a b"}, "region": {"startLine": 0, "startColumn": 5, "endColumn": 2}}}]}]}]}
            """
        let problems = SARIFRules(text).problems
        for part in [
            ".version", ".name: missing", "an id stands twice", "ruleId: no such rule", ".level", "text: missing",
            "txt: no such", ".uri", "startLine: a number from 1", "ends before",
        ] {
            #expect(problems.contains { $0.contains(part) }, "\(part) in \(problems)")
        }
    }

    @Test func testResultsAreWellFormedJUnitXML() async throws {
        let folder = try TemporaryFolder([
            "r.lua": "rule 'r' { map_result = { default = review 'x' } }",
            "r_test.lua": #"""
            test("passes & <all>", function(t) end)
            test('fails "here"', function(t) print "]]> & \27[31m" t:equal("<a>\1\0", "b") end)
            test.skip "left out" { request = {}, replies = {}, expect = { code = 1 } }
            test.todo("later", function() error "x" end)
            """#,
        ])
        let outcome = try await Executable.run(["test", "--format", "junit"], in: folder)
        #expect(outcome.status == 1)
        let xml = try XMLOutline(outcome.output)
        #expect(
            xml.names == [
                "testsuites", "testsuite", "testcase", "testcase", "failure", "system-out", "testcase", "skipped",
                "testcase", "skipped",
            ])
        let counts = ["tests": "4", "failures": "1", "errors": "0"]
        #expect(xml.elements(named: "testsuite").map { $0.attributes["skipped"] } == ["2"])
        #expect(xml.elements(named: "testsuite").map { $0.attributes["file"] } == ["r_test.lua"])
        for suite in xml.elements.prefix(2) {
            for (name, count) in counts { #expect(suite.attributes[name] == count) }
        }
        let cases = xml.elements(named: "testcase")
        #expect(cases.map { $0.attributes["name"] } == ["passes & <all>", "fails \"here\"", "left out", "later"])
        #expect(
            cases.allSatisfy {
                $0.attributes["classname"] == "r_test.lua" && Double($0.attributes["time"] ?? "") != nil
            })
        #expect(xml.elements(named: "system-out").first?.text.contains("]]> &") == true)
        #expect(xml.elements(named: "failure").first?.text.contains("r_test.lua:2: expected \"b\", got \"<a>") == true)
    }
}
