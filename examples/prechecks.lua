-- Refuses requests before they cost money: when a pre_check decides, nothing is sent.
--
--   scripts/moondial verify --rules examples/prechecks.lua --phone 02165551234 --token example
--
--   echo '{"phone": "13800138000", "token": "example", "operator": "CT", "token_age_ms": 58000}' |
--     scripts/moondial verify --rules examples/prechecks.lua

rule "mainland mobile numbers only" {
  pre_check = function(req)
    if not req.phone:match "^1[3-9]%d%d%d%d%d%d%d%d%d$" then
      return deny "phone_format"
    end
  end,
}

local blocked = {
  ["13900000001"] = "chargebacks",
  ["13900000002"] = "asked us to",
}

rule "blocked numbers" {
  pre_check = function(req)
    local why = blocked[req.phone]
    if why then
      return deny("blocked", { blocked_because = why })
    end
  end,
}

-- Numbers of virtual operators: the provider does not say whether it can verify them, so do not pay to find out.
local virtual = { ["162"] = true, ["165"] = true, ["167"] = true, ["170"] = true, ["171"] = true }

rule "virtual operators get a text message" {
  pre_check = function(req)
    if virtual[req.phone:sub(1, 3)] then
      return review "ask_for_sms"
    end
  end,
}

-- How long a token lives, by operator: Mobile, Unicom, Telecom. If the operator is unknown, the shortest time applies.
local life_ms = { CM = 120000, CU = 600000, CT = 60000 }
-- How long the request itself may take.
local margin_ms = 5000

rule "a token about to expire is not worth sending" {
  pre_check = function(req)
    local life = life_ms[req.operator] or life_ms.CT
    if req.token_age_ms and req.token_age_ms > life - margin_ms then
      return review("new_token", { token_life_ms = life })
    end
  end,
}
