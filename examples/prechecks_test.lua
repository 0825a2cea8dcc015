-- Tests of prechecks.lua: what is refused here is never sent.

local nothing = {}

test "refused before it costs" {
  { name = "a landline", request = { phone = "02165551234" }, replies = nothing, expect = { decision = "deny", reason = "phone_format", attempts = 0 } },
  { name = "a blocked number", request = { phone = "13900000001" }, replies = nothing, expect = { decision = "deny", blocked_because = "chargebacks" } },
  { name = "a virtual operator", request = { phone = "17000000000" }, replies = nothing, expect = { decision = "review", reason = "ask_for_sms" } },
  {
    name = "a token about to expire",
    request = { operator = "CT", token_age_ms = 58000 }, replies = nothing,
    expect = { decision = "review", reason = "new_token", token_life_ms = 60000 },
  },
}

test "sent" {
  { name = "an ordinary number", request = {}, replies = { 9000 }, expect = { decision = "allow", attempts = 1 } },
  { name = "a young token", request = { operator = "CU", token_age_ms = 58000 }, replies = { 9000 }, expect = { decision = "allow" } },
}

test "a landline is denied whatever happens" {
  request = { phone = "02165551234" }, for_all_outcomes = true, expect = { decision = "deny", attempts = 0 },
}
