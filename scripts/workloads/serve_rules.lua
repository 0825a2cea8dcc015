-- The work of the peer of 'scripts/bench serve' as rules: check the phone, repair a token at the other endpoint, map the code.
rule "mainland mobile numbers only" {
  pre_check = function(req)
    if not req.phone:find "^1[3-9]%d%d%d%d%d%d%d%d%d$" then return deny "phone_format" end
  end,
}

rule "repair a token sent to the wrong endpoint" {
  fallback = function(req, attempt)
    if attempt.code == 9020 or attempt.code == 9021 then return "h5" end
  end,
}

rule "verdicts become decisions" {
  map_result = function(req, attempt)
    if attempt.code == 9000 then return allow "number_matches" end
    if attempt.code == 9001 then return deny "number_differs" end
    return review "ask_for_sms"
  end,
}
