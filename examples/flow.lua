-- Prototypes a sign-up before there is an app: which endpoint reads which token, and what five users would see.
--
--   scripts/moondial run examples/flow.lua
--
-- Run it against the simulator: with the real provider every attempt may spend its token, and a verdict is billed.

-- Part one: one call to each endpoint, both at once, without asking any rule.

local function answer_of(attempt)
  return ("%s, %s"):format(attempt.verdict, attempt.code or attempt.error.kind)
end

local tokens = {
  { "the native SDKs", "sim:endpoint=mobile" },
  { "the Web SDK", "sim:endpoint=h5" },
  { "a carrier in trouble", "sim:code=9002" },
  { "a proxy in trouble", "sim:http=502,body=html" },
}

print(("%-21s %-21s %s"):format("a token of", "mobile", "h5"))
for _, token in ipairs(tokens) do
  local mobile, h5 = moondial.all {
    function() return moondial.attempt("mobile", "13800138000", token[2]) end,
    function() return moondial.attempt("h5", "13800138000", token[2]) end,
  }
  print(("%-21s %-21s %s"):format(token[1], answer_of(mobile), answer_of(h5)))
end

-- Part two: the flow. After an expired token the app gets another one; after any error the user gets a text message.

rule "sign-up" {
  map_result = {
    match = allow "signed_up",
    mismatch = deny "not_your_number",
    [9003] = review "new_token",
    unknown = review "ask_for_sms",
  },
}

-- What happens to one user, step by step. `tokens` is what the SDK on the phone delivers, one after the other.
local function sign_up(user)
  local steps = {}
  for _, token in ipairs(user.tokens) do
    local d = verify(user.phone, token, "sign-up of " .. user.name)
    table.insert(steps, d.reason)
    if d.reason ~= "new_token" then break end
  end
  return table.concat(steps, ", then ")
end

local users = {
  { name = "Ai", phone = "13800138001", tokens = { "first" } },
  { name = "Bo", phone = "13800138002", tokens = { "sim:code=9003", "second" } },
  { name = "Chen", phone = "13800138003", tokens = { "sim:delay=100ms" } },
  { name = "Dan", phone = "13800138004", tokens = { "sim:phone=13900000000" } },
  { name = "En", phone = "13800138005", tokens = { "sim:code=9002" } },
}

-- All at once: no user waits for the slow token of Chen.
local flows = {}
for index, user in ipairs(users) do
  flows[index] = function() return sign_up(user) end
end
local outcomes = { moondial.all(flows) }

print(("\n%-21s %s"):format("user", "steps"))
for index, user in ipairs(users) do
  print(("%-21s %s"):format(user.name, outcomes[index]))
end
