-- Five verifications against the built-in simulator, each decided by the rules in this file.
--
--   scripts/moondial run examples/first.lua
--
-- It needs no credentials, no money and no SIM card. Change a line of a rule, run it again, see the decision change.

-- A number that cannot be right is refused before it is sent, and so costs nothing.
rule "mobile numbers only" {
  pre_check = function(req)
    if not req.phone:match "^1[3-9]%d%d%d%d%d%d%d%d%d$" then
      return deny "not_a_mobile"
    end
  end,
}

-- 9020 and 9021 say that an endpoint cannot read the token; often it belongs to the other one.
rule "repair the endpoint" {
  fallback = function(req, attempt)
    if attempt.code == 9020 or attempt.code == 9021 then
      return attempt.endpoint == "mobile" and "h5" or "mobile"
    end
  end,
}

-- The first rule with an answer decides, so the special rule comes before the general one.
rule "expired tokens" {
  map_result = { [9003] = review "new_token" },
}

rule "by verdict" {
  map_result = {
    match = allow "number_matches",
    mismatch = deny "number_differs",
    unknown = review "ask_for_sms",
  },
}

-- To the simulator, a phone that ends in a provider code asks for that code, and so does a token that starts with
-- "sim:". Everything else is a match.
local cases = {
  { phone = "13800138000", token = "STsid-example" },
  { phone = "13800009001", token = "STsid-example" },
  { phone = "13800009003", token = "STsid-example" },
  { phone = "13912345678", token = "sim:endpoint=h5" },
  { phone = "01065551234", token = "STsid-example" },
}

local function masked(phone)
  return phone:sub(1, 3) .. "****" .. phone:sub(-4)
end

local row = "%-11s  %-8s  %-19s  %-14s  %-22s  %s"
print(row:format("phone", "decision", "decided by", "reason", "attempts", "billed"))

local attempts, billed = 0, 0
for number, case in ipairs(cases) do
  local d = verify(case.phone, case.token, "order-" .. number)
  local sent, costs = {}, "no"
  for _, attempt in ipairs(d.attempts) do
    table.insert(sent, attempt.endpoint .. " " .. (attempt.code or attempt.error.kind))
    if attempt.billed then
      costs = attempt.billed == true and "yes" or attempt.billed
      billed = billed + 1
    end
  end
  attempts = attempts + #sent
  if #sent == 0 then table.insert(sent, "none") end
  print(row:format(masked(case.phone), d.decision, d.rule, d.reason or "", table.concat(sent, " -> "), costs))
end

print(("\n%d verifications, %d attempts, %d billed."):format(#cases, attempts, billed))
print 'Now change one line of examples/first.lua: let a mismatch be review "ask_for_sms", and run it again.'
