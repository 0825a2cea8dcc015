-- Only a match is allowed. Every other answer says what to do next, and an error of the account raises an alarm.
--
--   scripts/moondial verify --rules examples/strict.lua --phone 13800009001 --token example
--   scripts/moondial verify --rules examples/strict.lua --phone 13800009018 --token example
--
-- `step_up` and `retry_after_ms` are our own fields: the caller finds them in the decision and acts on them.

local sms = review("ask_for_sms", { step_up = "sms" })

-- The network verifies the SIM that carries the data. With two SIMs, a mismatch may be an honest user on the other
-- one: a text message settles it. The app knows whether there are two; if it does not say so, assume that there are.
rule "dual SIM" {
  map_result = function(req, attempt)
    if attempt.verdict == "mismatch" then
      local dual = req.context and req.context.dual_sim
      return dual == false and deny "number_differs" or sms
    end
  end,
}

rule "throttles" {
  map_result = {
    [9005] = review("wait", { retry_after_ms = 30000 }), -- the same number within 30 seconds
    [9006] = review("ask_for_sms", { step_up = "sms", until_tomorrow = true }), -- this number's checks of the day
  },
}

rule "tokens that are spent, damaged or too old" {
  map_result = { [9003] = review "new_token", [9020] = review "new_token", [9021] = review "new_token" },
}

rule "only a match gets in" {
  map_result = { match = allow "number_matches", default = sms },
}

-- None of these ends by itself: a person has to top up, unblock or correct something.
local alarming = {
  [9007] = "the application has used up its checks of the day",
  [9010] = "the credentials do not arrive",
  [9011] = "the credentials are wrong",
  [9014] = "the app key is blocked",
  [9018] = "the balance is used up",
  [9031] = "the verification service is not opened",
}

rule "alarm" {
  on_decision = function(req, decision)
    local what = alarming[decision.code]
    if what then
      moondial.log("ALARM: " .. what, { code = decision.code, content = decision.content })
    end
  end,
}
