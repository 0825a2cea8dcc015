rule "hooks" {
  precheck = function() end,
--^ unknown-hook: there is no hook 'precheck'; did you mean 'pre_check'?
  map_result = {
    mtach = allow,
--  ^ unknown-entry: map_result has no entry 'mtach'; did you mean 'match'?
    ["9003"] = review "new_token",
--   ^ unknown-entry: codes are numbers
    [12] = deny,
--   ^ unknown-entry: 12 is not a code of the provider
    deny,
--  ^ unknown-entry: map_result holds a value without a key
    [9005] = review("wait", { code = 1 }),
    --                        ^ reserved-field: review cannot add 'code': every decision has it anyway
  },
}

rule "answers" {
  pre_check = function(req)
    if req.ip then return "deny" end
    --                    ^ wrong-answer: pre_check returns "deny", but a decision value or nil is expected
    return false
    --     ^ wrong-answer: pre_check returns a boolean, but a decision value or nil is expected
  end,
  route = function(req) return "mobil" end,
  --                           ^ wrong-answer: route returns "mobil", but "h5" or "mobile" or nil is expected; did you mean "mobile"?
  fallback = function(req, attempt)
    if attempt.code == 9020 then return { endpoint = "h6", even_if_deliverd = true } end
    --                                               ^ wrong-argument: the answer of fallback: endpoint must be "h5" or "mobile", and is "h6"; did you mean "h5"?
    --                                                     ^ unknown-option: the answer of fallback has no field 'even_if_deliverd'; did you mean 'even_if_delivered'?
    return 9020
    --     ^ wrong-answer: fallback returns an integer, but "h5" or "mobile" or a table or nil is expected
  end,
  on_decision = function(req, decision) return allow "x" end,
  --                                           ^ wrong-answer: on_decision returns a decision value, but nothing is expected
}

rule "where things cannot be called" {
  pre_check = function(req)
    verify(req.phone, req.token)
--  ^ call-in-hook: verify cannot be called in the hook pre_check
  end,
  route = function() rule "x" { route = function() end } end,
  --                 ^ call-in-hook: rule cannot be called in the hook route
}
