// SPDX-License-Identifier: MIT

import Generators

/// Makes correct rule files as people write them: with helpers, tables, modules of Lua's library, and all hooks.
struct RuleFileGenerator {
    var generator: SeededGenerator
    private var ruleCount = 0

    init(_ generator: SeededGenerator) { self.generator = generator }

    mutating func file() -> String {
        var text = Self.preambles[generator.below(Self.preambles.count)]
        for _ in 0...generator.below(4) { text += "\n" + rule() }
        return text
    }

    private static let preambles = [
        "",
        "local log = moondial.log\nlocal json = moondial.json\nlocal limits = { CM = 1000, CU = 2000 }\n"
            + "local function note(what, ...) log(what, ...) log(json.encode { what = what, limit = limits.CM }) end\n"
            + "note(\"loaded\", 1, { a = 1 })\n",
        "local match, format = string.match, string.format\nlocal unpack = table.unpack\n"
            + "local seen = setmetatable({}, { __index = function() return 0 end })\n"
            + "print(match(\"a\", \"a\"), format(\"%d\", 1), unpack { 1 }, seen.x)\n",
        "local deny, review = deny, review\nlocal blocked = {}\nfor i = 1, 3 do blocked[\"1380013800\" .. i] = true end\n"
            + "local function is_blocked(phone) return blocked[phone] == true end\n"
            + "print(is_blocked \"13800138000\", deny \"x\", review(\"y\", { retry_after_ms = 1 }))\n",
        "local M = {}\nM.__index = M\nfunction M.new(n) return setmetatable({ n = n }, M) end\n"
            + "function M:next() self.n = self.n + 1 return self.n end\nlocal counter = M.new(1)\n"
            + "local _unused, second = (\"a b\"):match \"(%a) (%a)\"\nprint(counter:next(), second)\n",
        "local _ENV = setmetatable({}, { __index = _G })\nshared = 1\nprint(shared, anything)\n",
        "_G.shared = { a = 1 }\nlocal ok, problem = pcall(error, \"x\")\nprint(ok, problem, shared.a, rawget(_G, \"other\"))\n",
    ]

    private mutating func rule() -> String {
        ruleCount += 1
        var hooks: [String] = []
        if generator.chance(60) { hooks.append("  pre_check = function(req)\n\(preCheck())\n  end,") }
        if generator.chance(40) { hooks.append("  route = function(r)\n\(route())\n  end,") }
        if generator.chance(40) { hooks.append("  fallback = function(req, attempt)\n\(fallback())\n  end,") }
        if generator.chance(50) { hooks.append("  map_result = \(mapResult()),") }
        if hooks.isEmpty || generator.chance(30) {
            hooks.append("  on_decision = function(req, decision)\n\(onDecision())\n  end,")
        }
        return "rule \"rule \(ruleCount)\" {\n\(hooks.joined(separator: "\n"))\n}\n"
    }

    private mutating func preCheck() -> String {
        generator.pick([
            "    if not req.phone:match \"^1[3-9]\" then return deny \"phone\" end",
            "    if req.phone == nil or #req.phone ~= 11 then return deny(\"phone\", { length = #req.phone }) end",
            "    local age = req.token_age_ms or 0\n    if age > 60000.5 or age == 1e9 then return review \"new_token\" end",
            "    local context = req.context\n    if context and context.vip == \"yes\" and context.anything.at.all then return allow end",
            "    return req.operator == \"CM\" and deny \"operator\" or nil",
            "    for _, prefix in ipairs { \"170\", \"171\" } do\n      if req.phone:sub(1, 3) == prefix then return review end\n    end",
            "    local parts = {}\n    for part in (req.ip or \"\"):gmatch \"%d+\" do parts[#parts + 1] = tonumber(part) end\n"
                + "    table.sort(parts, function(a, b) return a > b end)\n    if parts[1] == 10 then return deny \"inside\" end",
            "    local text = req.phone:gsub(\"%d\", function(d) return d == \"1\" and \"2\" or nil end)\n"
                + "    if text == req.token then return deny \"same\" end",
            "    local reason\n    if req.exid == \"\" then reason = \"no_id\" end\n    if reason then return review(reason) end",
            "    local d = deny \"x\"\n    if d.reason == \"x\" and d.fields.a == nil and req.exid then return d end",
            "    local hour = tonumber(os.date(\"%H\", os.time()))\n    if hour < 6 then return review(\"night\", { hour = hour }) end",
            "    local function check(value) if value == 5 then return end return value end\n    if check(req.phone) == nil then return deny end",
            "    goto done\n    ::done::\n    if math.random(10) == 3 then return review \"sample\" end",
        ])
    }

    private mutating func route() -> String {
        generator.pick([
            "    return r.channel == \"web\" and \"h5\" or \"mobile\"",
            "    if r.context then return r.context.endpoint end",
            "    local choose = { web = \"h5\", native = \"mobile\" }\n    return choose[r.channel]",
            "    return r.channel == \"web\" and \"h5\" or nil", "    return",
            "    local e = \"h5\"\n    if r.ip then e = \"mobile\" end\n    return e",
        ])
    }

    private mutating func fallback() -> String {
        generator.pick([
            "    if attempt.code == 9020 or attempt.code == 9021 then return attempt.endpoint == \"mobile\" and \"h5\" or \"mobile\" end",
            "    if attempt.error and attempt.error.kind == \"dns\" and attempt.error.retryable then return attempt.endpoint end",
            "    if attempt.delivered == \"no\" then return { endpoint = \"h5\", even_if_delivered = attempt.billed == false } end",
            "    local a = moondial.attempt(\"h5\", req.phone, req.token, req.exid)\n    if a.verdict == \"match\" then return \"h5\" end",
            "    local a, b = moondial.all {\n      function() return moondial.attempt(\"h5\", req.phone, req.token) end,\n"
                + "      function() return 1 end,\n    }\n    moondial.log(\"both\", { a = a and a.code, b = b })",
            "    if attempt.http_status and attempt.http_status >= 500 and (attempt.elapsed_ms or 0) < 100.5 then return \"mobile\" end",
            "    return ({ [9020] = \"h5\", [9021] = \"mobile\" })[attempt.code]",
            "    moondial.log((\"%s %s\"):format(attempt.code or \"none\", tostring(attempt.error)), attempt.content, \"x\")",
        ])
    }

    private mutating func mapResult() -> String {
        generator.pick([
            "{ match = allow, mismatch = deny \"differs\", default = review \"ask_for_sms\" }",
            "{ [9003] = review \"new_token\", [9005] = review(\"wait\", { retry_after_ms = 30000, until_when = \"later\" }), unknown = deny }",
            "function(req, attempt)\n    if attempt.verdict == \"match\" then return allow \"number_matches\" end\n"
                + "    if (attempt.code or 0) >= 9010 then return review(\"code_\" .. attempt.code) end\n  end",
            "function(_, attempt)\n    local map = { [9000] = allow, [9001] = deny \"differs\" }\n    return map[attempt.code]\n  end",
            "function(req, attempt)\n    local dual = req.context and req.context.dual_sim\n"
                + "    return dual == false and deny \"differs\" or review(\"sms\", { step_up = \"sms\" })\n  end",
            "function(req, attempt) if attempt.billed == true or attempt.billed == \"maybe\" then return review \"paid\" end end",
            "function(...) local req, attempt = ... if req and attempt.code == 9000 then return allow end end",
        ])
    }

    private mutating func onDecision() -> String {
        generator.pick([
            "    if decision.decision == \"deny\" and decision.rule ~= \"default\" then moondial.log(\"denied\", { phone = req.phone }) end",
            "    for index, attempt in ipairs(decision.attempts) do moondial.log(index, attempt.endpoint, attempt.id) end",
            "    if decision.step_up == \"sms\" or decision.my_field then moondial.log(decision.reason or \"none\") end",
            "    local last = decision.attempts[#decision.attempts]\n    if last and last.error then moondial.log(last.error.message) end",
            "    moondial.log(\"spent\", { ms = decision.elapsed_ms, at = moondial.now(), trace = decision.trace_id, id = decision.id })",
            "    local text, problem = moondial.json.decode(moondial.json.encode { d = decision.decision })\n"
                + "    if problem then error(problem) end\n    assert(text.d, \"no\", 1)",
        ])
    }
}
