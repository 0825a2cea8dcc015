// SPDX-License-Identifier: MIT

import Foundation
import TemporaryFolders
import Testing

/// `moondial test --coverage`
@Suite("test --coverage", .timeLimit(.minutes(5)))
struct CoverageTests {
    private static let rules = """
        local names = require "lib.names"

        rule "checks" {
          pre_check = function(req)
            if req.channel == "web" then return names.of(req) end
            if req.operator == "CT" then
              return deny "<b>&"
            end
          end,
        }
        rule "never" { route = function(req) if req.channel == "x" then return "h5" end end }

        """
    private static let module = "return {\n  of = function(req)\n    return review(req.channel)\n  end,\n}\n"
    private static let tests = """
        local helper = require "helper"
        test "web" { request = { channel = helper }, replies = {}, expect = { reason = "web" } }
        test "native" { request = {}, replies = { 9000 }, expect = { decision = "allow" } }
        """

    private func folder() throws -> TemporaryFolder {
        try TemporaryFolder([
            "rules/rules.lua": Self.rules, "rules/rules_test.lua": Self.tests, "rules/lib/names.lua": Self.module,
            "rules/helper.lua": "return 'web'",
        ])
    }

    @Test func textReportListsUncoveredHooksLinesAndCodes() async throws {
        let outcome = try await Executable.run(["test", "--coverage"], in: try folder())
        #expect(outcome.status == 0, "\(outcome.errors)")
        let text = try #require(outcome.output.components(separatedBy: "2 passed\n\n").last)
        #expect(
            text.hasPrefix(
                """
                Hooks
                  hook                   place               calls  answers
                  pre_check of 'checks'  rules/rules.lua:4   2      1
                  route of 'never'       rules/rules.lua:11  1      0  never answers

                Lines
                  file                 lines  branches  missed lines
                  rules/lib/names.lua  2/2    0/0
                  rules/rules.lua      5/6    3/4       7

                Codes and errors that no test exercises
                  mobile: 9001, 9002, 
                """), "\(text)")
        #expect(text.hasSuffix("\nhooks covered: 50.0 %, lines: 87.5 %, branches: 75.0 %\n"), "\(text)")
    }

    @Test func thresholdIsComparedWithLineCoverage() async throws {
        let folder = try folder()
        let enough = try await Executable.run(["test", "--coverage", "--threshold", "87"], in: folder)
        #expect(enough.status == 0)
        let few = try await Executable.run(["test", "--coverage", "--threshold", "88"], in: folder)
        #expect(few.status == 1)
        #expect(few.errors == "coverage: 87.5 % of the lines, but --threshold wants 88.0\n")
        let never = try await Executable.run(["test", "--coverage", "--threshold", "101"], in: folder)
        #expect(never.status == 64 && never.errors.contains("a number from 0 to 100 expected"))
    }

    @Test(arguments: [["--threshold", "5"], ["--format", "lcov"], ["--format", "html"], ["--format", "text"]])
    func coverageOptionsNeedTheCoverageFlag(_ options: [String]) async throws {
        let outcome = try await Executable.run(["test"] + options, in: try folder())
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("add --coverage"))
    }

    @Test func lcovReportListsLinesAndBranches() async throws {
        let folder = try folder()
        let outcome = try await Executable.run(["test", "--coverage", "--format", "lcov"], in: folder)
        #expect(outcome.errors == "ok    web\nok    native\n\n2 passed\n")
        #expect(
            outcome.output.hasSuffix(
                """
                TN:
                SF:rules/rules.lua
                FN:4,pre_check of 'checks'
                FN:11,route of 'never'
                FNDA:2,pre_check of 'checks'
                FNDA:1,route of 'never'
                FNF:2
                FNH:2
                BRDA:5,0,0,1
                BRDA:5,0,1,1
                BRDA:6,1,0,0
                BRDA:6,1,1,1
                BRF:4
                BRH:3
                DA:1,2
                DA:3,4
                DA:5,2
                DA:6,1
                DA:7,0
                DA:11,3
                LF:6
                LH:5
                end_of_record

                """), "\(outcome.output)")
    }

    private static let hasLCOV = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]
        .contains { FileManager.default.isExecutableFile(atPath: "\($0)/lcov") }

    @Test(.enabled(if: hasLCOV, "lcov is not installed: apt-get install lcov, or run scripts/test"))
    func lcovToolReadsTheReport() async throws {
        let folder = try folder()
        let outcome = try await Executable.shell(
            """
            "$MOONDIAL" test --coverage --format lcov > coverage.info 2> results &&
            lcov --rc lcov_branch_coverage=1 --summary coverage.info && genhtml -q --branch-coverage -o html coverage.info
            """, in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("lines......: 87.5% (7 of 8 lines)"), "\(outcome.output)")
        #expect(outcome.output.contains("branches...: 75.0% (3 of 4 branches)"), "\(outcome.output)")
        #expect(outcome.output.contains("functions..: 100.0% (2 of 2 functions)"), "\(outcome.output)")
    }

    @Test func htmlReportLoadsNothingAndEscapesText() async throws {
        let outcome = try await Executable.run(["test", "--coverage", "--format", "html"], in: try folder())
        #expect(outcome.status == 0)
        let page = outcome.output
        #expect(page.hasPrefix("<!DOCTYPE html>\n") && page.hasSuffix("</html>\n"))
        #expect(page.contains("<pre>      return deny &quot;&lt;b&gt;&amp;&quot;</pre>"), "\(page)")
        for foreign in ["<script", "<link", "<img", "src=", "url(", "http:", "https:", "<b>"] {
            #expect(!page.contains(foreign), "\(foreign)")
        }
        #expect(page.contains("<tr class=\"miss\"><td>7</td><td>0</td>"))
    }

    @Test func coverageGoesToStandardErrorBesideJSONResults() async throws {
        let outcome = try await Executable.run(["test", "--coverage", "--format", "json"], in: try folder())
        #expect(try outcome.json["passed"] as? Int == 2)
        #expect(outcome.errors.contains("lines: 87.5 %"))
    }

    @Test func examplesAreCoveredByTheirTests() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let examples = root.appending(path: "examples").path(percentEncoded: false)
        let outcome = try await Executable.run(["test", examples, "--coverage", "--threshold", "100"])
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.hasSuffix("\nhooks covered: 100.0 %, lines: 100.0 %, branches: 100.0 %\n"))
    }
}
