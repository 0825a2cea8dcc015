// SPDX-License-Identifier: MIT

import MoondialLua
import TemporaryFolders
import Testing

@testable import MoondialConsole

@Suite("Completion and hints", .timeLimit(.minutes(10)))
struct CompleterTests {
    /// With an engine that knows `shop = { pay = function, name = "x" }`, whose `__index` must not run.
    private let completer = Completer(
        names: { keys in
            let path = keys.map { if case .text(let text) = $0 { text } else { "1" } }.joined(separator: ".")
            return switch path {
            case "":
                ("table", [("moondial", "table"), ("rule", "function"), ("shop", "table"), ("verify", "function")])
            case "moondial": ("table", [("all", "function"), ("attempt", "function"), ("config", "table")])
            case "shop": ("table", [("name", "string"), ("pay", "function")])
            case "shop.name": ("string", [])
            case "odd": ("table", [("end", "number"), ("e1", "number"), ("we ird", "number"), ("中文", "number")])
            case "d":
                ("table", [("attempts", "table"), ("code", "number"), ("decision", "string"), ("trace_id", "string")])
            case "d.attempts.1": ("table", [("code", "number"), ("delivered", "string")])
            default: ("nil", [])
            }
        }, rules: { ["no landlines"] }, codes: { [("9000", "a match"), ("9003", "expired")] },
        settings: [("depth", "4", "tables in tables")])

    /// The text ends where the cursor is.
    private func texts(_ text: String) -> [String] {
        completer.complete(text, at: text.utf8.count).candidates.map(\.text)
    }

    @Test(
        arguments: [
            ("ver", ["verify"]), ("x = sho", ["shop"]), ("moondial.a", ["all", "attempt"]), ("shop:", ["pay"]),
            ("shop.name:fi", ["find"]), ("(\"x\"):rever", ["reverse"]), ("\"x\":rever", ["reverse"]),
            ("shop.", ["name", "pay"]), ("nosuch.", []), ("\"ver", []), ("-- ver", []), ("f().", []),
            ("verify(\"1\", \"t\", nil, { tok", ["token_age_ms"]),
            ("verify(\"1\", \"t\", nil, { ip = \"x\", op", ["operator"]),
            ("moondial.attempt(\"h5\", \"1\", \"t\", nil, { ", ["even_if_delivered"]),
            ("rule \"x\" { pre", ["pre_check"]), ("rule \"x\" { route = f, on", ["on_decision"]),
            ("rule \"x\" { pre_check = function(req) return req.pho", ["phone"]),
            ("rule \"x\" { pre_check = function(req) return req.phone:gm", ["gmatch"]),
            ("rule \"x\" { fallback = function(req, attempt) if attempt.error.k", ["kind"]),
            ("rule \"x\" { route = function(req) re", ["repeat", "req", "return"]),
            ("req.pho", []), (":loa", ["load "]), (":qu", ["quit"]), (":explain 900", ["9000", "9003"]),
            (":drop no", ["no landlines"]),
            (":doc req.ph", ["req.phone"]), (":time moondial.co", ["config"]), (":trace f", ["full"]),
            (":set de", ["depth "]), (":store ", ["delete ", "get ", "set "]), (":history -", ["-n "]),
            (":save -", ["-f "]),
            (":explore no", ["no landlines"]), ("rule \"x\" { map_result = { [\"mis", ["mismatch\"]"]),
            (":watch o", ["off", "on"]), (":rel", ["reload"]),
            (":expla 900", ["9000", "9003"]),
            (":sim co", ["code "]), (":doc ho", ["hooks"]), (":help rel", ["reload"]), (":record of", ["off"]),
        ] as [(String, [String])])
    func wordsAreCompleted(text: String, expected: [String]) {
        #expect(texts(text) == expected)
    }

    @Test(
        "only valid Lua is inserted",
        arguments: [
            ("odd.", ["e1", "[\"end\"]", "[\"we ird\"]", "[\"中文\"]"]), ("odd.e", ["e1", "[\"end\"]"]),
            ("odd.end", ["[\"end\"]"]), ("odd.中", ["[\"中文\"]"]), ("odd:", []), ("中", []),
            ("odd . we", ["[\"we ird\"]"]),
            ("odd[\"", ["e1\"]", "end\"]", "we ird\"]", "中文\"]"]), ("odd['we", ["we ird']"]),
            ("odd[\"we ", ["we ird\"]"]),
            ("shop[\"name\"]:rever", ["reverse"]), ("odd[", []),
        ] as [(String, [String])])
    func keys(text: String, expected: [String]) {
        #expect(
            texts(text).filter { !["and", "break"].contains($0) }.prefix(expected.count + 1) == expected[...]
                || text == "odd[")
    }

    @Test func completedKeyInBracketsReplacesTheDot() {
        #expect(completer.complete("odd . we", at: 8).candidates.map(\.lead) == [2])
        #expect(completer.complete("odd.e", at: 5).candidates.map(\.lead) == [0, 1])
    }

    @Test(
        "fields are known from the registry, from assignments and from existing tables",
        arguments: [
            ("verify(\"1\", \"sim:\").trace", ["trace_id"]), ("verify(p, t).attempts[1].del", ["delivered"]),
            ("verify(p, t).attempts[#x].error.ret", ["retryable"]),
            ("moondial.attempt(\"h5\", p, t).http", ["http_status"]),
            ("local r = verify(p, t)\nr.verd", ["verdict"]),
            ("local r = verify(p, t)\nlocal a = r.attempts[1]\na.bil", ["billed"]),
            ("for _, a in ipairs(verify(p, t).attempts) do a.ht", ["http_status"]),
            ("d.attempts[1].del", ["delivered"]),
            ("local r = verify(p, t) or x\nr.verd", []), ("tostring(1):rev", ["reverse"]),
            ("shop.name:gsub(\"a\", \"b\"):rev", ["reverse"]),
            ("rule \"x\" { fallback = function(r, a) if a.htt", ["http_status"]),
            ("rule \"x\" { on_decision = function(r, what) what.att", ["attempts"]), ("local mine = 1\nmin", ["mine"]),
        ] as [(String, [String])])
    func fields(text: String, expected: [String]) {
        #expect(texts(text) == expected)
    }

    @Test(
        "strings are completed where their values are known",
        arguments: [
            ("verify(\"1\", \"", ["sim:"]), ("verify(\"1\", \"sim:endp", ["endpoint="]),
            ("verify(\"1\", \"sim:endpoint=", ["endpoint=h5", "endpoint=mobile"]),
            ("verify(\"1\", \"sim:code=9001,bo", ["body="]), ("verify(\"1\", \"sim:reset=b", ["reset=before"]),
            ("verify(\"1\", \"other", []), ("moondial.attempt(\"", ["h5\"", "mobile\""]),
            ("moondial.attempt('m", ["mobile'"]),
            ("verify(p, t, nil, { channel = \"", ["native\"", "web\""]),
            ("verify(p, t, nil, { operator = \"C", ["CM\"", "CT\"", "CU\""]),
            ("rule \"x\" { route = function(req) return \"", ["h5\"", "mobile\""]),
            ("rule \"x\" { fallback = function(req, a) return { endpoint = \"m", ["mobile\""]),
            ("rule \"x\" { pre_check = function(req) if req.operator == \"CU", ["CU\""]),
            ("rule \"x\" { fallback = function(req, a) if a.error.kind == \"dn", ["dns\""]),
            ("verify(p, t).decision == \"al", ["allow\""]), ("rule \"no", ["no landlines\""]), ("f(\"", []),
            ("x = \"sim:", []),
        ] as [(String, [String])])
    func strings(text: String, expected: [String]) {
        #expect(texts(text) == expected)
    }

    @Test func completionDoesNotDoubleTheClosingQuote() {
        let text = "moondial.attempt(\"m\", p)"
        #expect(completer.complete(text, at: 19).candidates.map(\.text) == ["mobile"])
        #expect(completer.complete("odd[\"we\"]", at: 7).candidates.map(\.text) == ["we ird"])
    }

    @Test(
        "codes are completed with their meaning",
        arguments: [
            ("rule \"x\" { map_result = { [9003", "9003"), ("rule \"x\" { map_result = { match = allow, [9003", "9003"),
            ("rule \"x\" { fallback = function(req, a) if a.code == 9003", "9003"),
            ("verify(p, t).code ~= 9003", "9003"),
            ("verify(\"1\", \"sim:code=9003", "code=9003"), (":sim code 9003", "code 9003"),
        ])
    func codes(text: String, code: String) {
        let found = completer.complete(text, at: text.utf8.count).candidates
        #expect(found.map(\.text) == [code])
        #expect(found.allSatisfy { $0.summary.contains("never existed") })
    }

    @Test func verdictsAreKeysOfAMap() {
        let found = texts("rule \"x\" { map_result = { ")
        #expect(found.suffix(4) == ["default", "match", "mismatch", "unknown"])
        #expect(found.contains("[9020]"))
    }

    @Test func directivesOfTheSimulatorAreNotOfferedForTheProvider() {
        let live = Completer(names: { _ in ("nil", []) }, isSimulated: false)
        #expect(live.complete("verify(\"", at: 8).candidates.isEmpty)
        #expect(live.complete("verify(\"1\", \"", at: 13).candidates.isEmpty)
    }

    @Test func completionReplacesOnlyTheWordBeforeTheCursor() throws {
        let completion = completer.complete("x = moondial.at + 1", at: 15)
        #expect(completion.range == 13..<15)
        #expect(completion.candidates.map(\.text) == ["attempt"])
        #expect(try #require(completion.candidates.first).summary == "sends one request past the rules")
    }

    @Test func pathsOfFilesAreCompleted() throws {
        #expect(texts(":load /et").isEmpty == false)
        #expect(texts(":load /etc/hos").contains("hosts"))
        #expect(texts(":load \"/etc/hos").contains("hosts"))
        let home = try TemporaryFolder()
        try home.write("x = 1", to: "with blank.lua")
        let completer = Completer(names: { _ in ("nil", []) }, home: home.path)
        #expect(completer.complete(":load ~/with bl", at: 15).candidates.map(\.text) == ["with blank.lua"])
    }

    @Test func parametersOfFunctionsAreListed() {
        #expect(Completer.parameters(of: "verify") == ["phone", "token", "[exid]", "[options]"])
        #expect(Completer.parameters(of: "s:find") == ["pattern", "[init]", "[plain]"])
        #expect(Completer.parameters(of: "nosuch") == nil)
        #expect(completer.isKnown("moondial.log") && completer.isKnown("shop") && !completer.isKnown("nosuch"))
    }

    @Test func methodsOfIndexTablesAreCompleted() async throws {
        let probe = Probe()
        var fixture = SessionFixture()
        fixture.beforeBlock = { block, session in
            guard block == "1" else { return }
            let methods = session.completer.complete("shop:", at: 5).candidates.map(\.text)
            let own = session.completer.complete("shop.p", at: 6).candidates.map(\.text)
            probe.set(methods == ["close", "pay"] && own == ["pay", "price"])
        }
        _ = try await fixture.type(
            "base = { close = print }", "class = setmetatable({ pay = print }, { __index = base })",
            "shop = setmetatable({ price = 1 }, { __index = class })", "1")
        #expect(probe.value == true)
    }

    @Test func completionRunsNoMetamethods() async throws {
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
