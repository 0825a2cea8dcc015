// SPDX-License-Identifier: MIT

import Generators
import MoondialRules
import MoondialWorkbench
import NumberVerification
import Testing

/// Exactly those requests share their paths whose differences no rule reads.
@Suite("Shared paths", .serialized, .timeLimit(.minutes(10)))
struct SharedPathTests {
    /// Each denies requests of China Mobile, and reads the field in another way.
    private static let readers = [
        "rule 'r' { pre_check = function(req) if req.operator == 'CM' then return deny 'cm' end end }",
        "rule 'r' { pre_check = function(req) if req['operator'] == 'CM' then return deny 'cm' end end }",
        "rule 'r' { pre_check = function(req) if req['oper' .. 'ator'] == 'CM' then return deny 'cm' end end }",
        "rule 'r' { pre_check = function(req) local r = req if r.operator == 'CM' then return deny 'cm' end end }",
        "rule 'r' { pre_check = function(...) if (...).operator == 'CM' then return deny 'cm' end end }",
        """
        local function field(r, name) return r[name] end
        rule 'r' { pre_check = function(req) if field(req, 'operator') == 'CM' then return deny 'cm' end end }
        """,
        """
        local function check(req)
          if req.operator == 'CM' then return deny 'cm' end
        end
        rule 'r' { pre_check = check }
        """,
        """
        local function wrapped(f) return function(req) return f(req) end end
        rule 'r' { pre_check = wrapped(function(r) if r.operator == 'CM' then return deny 'cm' end end) }
        """,
        """
        local checks = {}
        function checks:check() if self.operator == 'CM' then return deny 'cm' end end
        rule 'r' { pre_check = checks.check }
        """,
        """
        rule 'r' { pre_check = function(req)
          return (function() if req.operator == 'CM' then return deny 'cm' end end)()
        end }
        """,
        """
        rule 'r' { pre_check = function
        (req, other) local f = function(x) return x end if req.operator == 'CM' then return deny 'cm' end end }
        """,
        """
        rule 'r' { pre_check = load "local req = ... if req.operator == 'CM' then return deny 'cm' end" }
        """,
        """
        rule 'r' { pre_check = function(req)
          if moondial.json.encode(req):find('"CM"', 1, true) then return deny 'cm' end
        end }
        """,
    ]

    @Test(arguments: readers.indices) func requestsThatDifferInAReadFieldHaveTheirOwnPaths(_ index: Int) async throws {
        let rules = Self.readers[index]
        let exploration = try await Workbench.explore(rules, requests: RequestClass.builtIn)
        for path in exploration.paths {
            let request = exploration.requests[path.request].request
            let reason = exploration.result(of: path).decision.reason
            // A hook that cannot read the field fails for all requests.
            let isRefused = reason == "cm" || reason == "rule_error"
            #expect(isRefused == (request.carrier == .mobile) || reason == "rule_error", "\(rules)")
        }
    }

    @Test func requestsThatDifferInUnreadFieldsSharePaths() async throws {
        let exploration = try await Workbench.explore(
            """
            rule 'r' { pre_check = function(req) if req.channel == "web" then return deny "web" end end }
            rule 's' { map_result = { default = review "x" } }
            rule 't' { on_decision = function(req, d) moondial.log(d.decision, { phone = req.phone }) end }
            """, requests: RequestClass.builtIn)
        #expect(exploration.paths.count == 3 * 12 * (1 + 2 * Outcome.all.count))
        // Three phones; one of three channels is denied without an attempt.
        #expect(exploration.takenPaths == 3 * (1 + 2 * Outcome.all.count))
        #expect(exploration.unsteady.isEmpty)
    }

    @Test(arguments: 200..<210) func sharedPathsAgreeWithExploringEachRequestAlone(_ seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let rules = BruteForceTests.rulebook(&generator)
        let requests = RequestClass.builtIn.filter { $0.request.verification.phone.submitted == RequestClass.phones[0] }
        let together = try await Workbench.explore(rules, requests: requests)
        #expect(together.takenPaths < together.paths.count)
        for (index, request) in requests.enumerated() {
            let alone = try await Workbench.explore(rules, requests: [request])
            let shared = together.paths.filter { $0.request == index }
            #expect(shared.map(\.steps) == alone.paths.map(\.steps))
            for (one, other) in zip(shared, alone.paths) {
                #expect(together.result(of: one) == alone.result(of: other), "\(rules)")
            }
        }
    }
}
