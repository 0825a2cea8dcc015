-- Tests of strict.lua.
--
--   scripts/moondial test examples
--
-- A request that says nothing has an invented phone and token; replies are what the provider answers, in order.

test "only a match gets in" {
  { name = "match", request = {}, replies = { 9000 }, expect = { decision = "allow", reason = "number_matches", billed = 1 } },
  { name = "no verdict", request = {}, replies = { 9002 }, expect = { decision = "review", step_up = "sms" } },
  { name = "time-out", request = {}, replies = { "response_timeout" }, expect = { decision = "review", elapsed_ms = 10000 } },
  {
    name = "a match under HTTP 500 is no match",
    request = {}, replies = { { code = 9000, http = 500 } }, expect = { decision = "review", verdict = "unknown" },
  },
}

test "dual SIM" {
  { name = "unknown", request = {}, replies = { 9001 }, expect = { decision = "review", reason = "ask_for_sms" } },
  {
    name = "one SIM",
    request = { context = { dual_sim = false } }, replies = { 9001 },
    expect = { decision = "deny", reason = "number_differs", billed = 1 },
  },
}

test "throttles" {
  { name = "too soon", request = {}, replies = { 9005 }, expect = { reason = "wait", retry_after_ms = 30000 } },
  { name = "enough for today", request = {}, replies = { 9006 }, expect = { reason = "ask_for_sms", until_tomorrow = true } },
}

test "spent, damaged and old tokens" {
  { name = "9003", request = {}, replies = { 9003 }, expect = { reason = "new_token", billed = 0 } },
  { name = "9020", request = {}, replies = { 9020 }, expect = { reason = "new_token", billed = 0 } },
  { name = "9021", request = {}, replies = { 9021 }, expect = { reason = "new_token", billed = 0 } },
}

test("account trouble raises an alarm", function(t)
  local alarms = {
    [9010] = "the credentials do not arrive", [9011] = "the credentials are wrong", [9018] = "the balance is used up",
  }
  for code, what in pairs(alarms) do
    t:reply(code)
    t:equal(verify("13800138000", "a-token").decision, "review", code)
    t:equal(t.log[#t.log], "ALARM: " .. what)
  end
  t:reply(9000)
  verify("13800138000", "a-token")
  t:equal(#t.log, 3, "a match raises none")
end)
