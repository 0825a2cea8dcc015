-- Five rules as operators write them, for scripts/bench: every hook on the path to a match is called.
local blocked = { ["13900000001"] = true, ["13900000002"] = true }

rule "mainland mobile numbers only" {
  pre_check = function(req)
    if not req.phone:match "^1[3-9]%d%d%d%d%d%d%d%d%d$" then return deny "phone_format" end
  end,
}

rule "blocklist" {
  pre_check = function(req)
    if blocked[req.phone] then return deny "blocked" end
  end,
}

rule "a web token goes to h5" {
  route = function(req)
    if req.channel == "web" then return "h5" end
  end,
}

rule "verdicts become decisions" {
  map_result = function(req, attempt)
    if attempt.verdict == "match" then return allow("number_matches", { order = req.exid }) end
    if attempt.verdict == "mismatch" then return deny "number_differs" end
  end,
}

rule "alarms" {
  on_decision = function(req, decision)
    if decision.code == 9018 then moondial.log("balance used up", { order = req.exid }) end
  end,
}
