// SPDX-License-Identifier: MIT

import Testing

@testable import MoondialConsole

@Suite("Completion and hints", .timeLimit(.minutes(1)))
struct CompleterTests {
    /// With an engine that knows `shop = { pay = function, name = "x" }`, whose `__index` must not run.
    private let completer = Completer(
        names: { path in
            switch path {
            case "":
                ("table", [("moondial", "table"), ("rule", "function"), ("shop", "table"), ("verify", "function")])
            case "moondial": ("table", [("all", "function"), ("attempt", "function"), ("config", "table")])
            case "shop": ("table", [("name", "string"), ("pay", "function")])
            case "shop.name": ("string", [])
            default: ("nil", [])
            }
        }, rules: { ["no landlines"] }, codes: { ["9000", "9003"] })

    /// The text ends where the cursor is.
    private func texts(_ text: String) -> [String] {
        completer.complete(text, at: text.utf8.count).candidates.map(\.text)
    }

    @Test(
        arguments: [
            ("ver", ["verify"]), ("x = sho", ["shop"]), ("moondial.a", ["all", "attempt"]), ("shop:", ["pay"]),
            ("shop.name:fi", ["find"]), ("(\"x\"):rever", []), ("\"x\":rever", ["reverse"]),
            ("shop.", ["name", "pay"]), ("nosuch.", []), ("\"ver", []), ("-- ver", []), ("f().", []),
            ("verify(\"1\", \"t\", nil, { tok", ["token_age_ms"]),
            ("verify(\"1\", \"t\", nil, { ip = \"x\", op", ["operator"]),
            ("moondial.attempt(\"h5\", \"1\", \"t\", nil, { ", ["even_if_delivered"]),
            ("rule \"x\" { pre", ["pre_check"]), ("rule \"x\" { route = f, on", ["on_decision"]),
            ("rule \"x\" { pre_check = function(req) return req.pho", ["phone"]),
            ("rule \"x\" { pre_check = function(req) return req.phone:gm", ["gmatch"]),
            ("rule \"x\" { fallback = function(req, attempt) if attempt.error.k", ["kind"]),
            ("rule \"x\" { route = function(req) re", ["repeat", "req", "return"]),
            ("req.pho", []), (":lo", ["load "]), (":qu", ["quit"]), (":explain 900", ["9000", "9003"]),
            (":drop no", ["no landlines"]),
            (":doc req.ph", ["req.phone"]), (":time moondial.co", ["config"]), (":trace f", ["full"]),
        ] as [(String, [String])])
    func candidates(text: String, expected: [String]) {
        #expect(texts(text) == expected)
    }

    @Test func onlyWhatStandsBeforeTheCursorIsReplaced() {
        let completion = completer.complete("x = moondial.at + 1", at: 15)
        #expect(completion.range == 13..<15)
        #expect(completion.candidates.map(\.text) == ["attempt"])
        #expect(completion.candidates[0].summary == "sends one request past the rules")
    }

    @Test func files() {
        #expect(texts(":load /et").isEmpty == false)
        #expect(texts(":load /etc/hos").contains("hosts"))
    }

    @Test func parametersForTheEditor() {
        #expect(Completer.parameters(of: "verify") == ["phone", "token", "[exid]", "[options]"])
        #expect(Completer.parameters(of: "s:find") == ["pattern", "[init]", "[plain]"])
        #expect(Completer.parameters(of: "nosuch") == nil)
        #expect(completer.isKnown("moondial.log") && completer.isKnown("shop") && !completer.isKnown("nosuch"))
    }

    @Test func nothingRunsForACompletion() async throws {
        let probe = Probe()
        var fixture = SessionFixture()
        fixture.beforeBlock = { block, session in
            guard block == "1" else { return }
            let names = session.completer.complete("trap.", at: 5).candidates.map(\.text)
            probe.set(names == ["real"] && session.completer.complete("moondial.js", at: 11).candidates.count == 1)
        }
        let record = try await fixture.type(
            "trap = setmetatable({ real = 1 }, { __index = function() ran = true return {} end, __pairs = error })",
            "1",
            "rawget(_G, \"ran\")")
        #expect(probe.value == true)
        #expect(record.results == "1\nnil\n")
    }
}
