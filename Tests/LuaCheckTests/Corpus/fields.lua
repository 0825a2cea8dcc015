rule "fields of req" {
  pre_check = function(req)
    if #req.phnoe ~= 11 then return deny "phone" end
    --      ^ unknown-field: req has no field 'phnoe'; did you mean 'req.phone'?
    if req.tokenAgeMs then return review "old" end
    --     ^ unknown-field: req has no field 'tokenAgeMs'; did you mean 'req.token_age_ms'?
    if req["chanel"] then return end
    --     ^ unknown-field: req has no field 'chanel'; did you mean 'req.channel'?
    req.phone = "x"
    --  ^ read-only-field: cannot assign field 'phone': 'req' is read-only
    if req.phone:mtach "^1" then return end
    --           ^ unknown-field: a string has no method 'mtach'; did you mean 'match'?
    if req:phone() then return end
  end,
}

local function named(request, last)
  local failure = last.error
  if failure and failure.knd == "dns" then return "h5" end
  --                     ^ unknown-field: error has no field 'knd'; did you mean 'failure.kind'?
  if request.xid then return last.endpiont end
  --         ^ unknown-field: req has no field 'xid'; did you mean 'request.exid'?
  --                              ^ unknown-field: attempt has no field 'endpiont'; did you mean 'last.endpoint'?
end

rule "a function with a name" { fallback = named }

rule "fields of decisions" {
  on_decision = function(req, decision)
    if decision.resaon == "x" then moondial.log "x" end
    --          ^ doubtful-field: no rule here adds a field 'resaon' to the decision; did you mean 'reason'?
    for _, attempt in ipairs(decision.attempts) do moondial.log(attempt.cod) end
    --                                                                  ^ unknown-field: attempt has no field 'cod'; did you mean 'attempt.code'?
    local first = decision.attempts[1]
    moondial.log(first.vedict)
    --                 ^ unknown-field: attempt has no field 'vedict'; did you mean 'first.verdict'?
    moondial.logg "x"
    --       ^ unknown-field: moondial has no field 'logg'; did you mean 'moondial.log'?
    moondial.json.dumps {}
    --            ^ unknown-field: moondial.json has no field 'dumps'
    string.fromat("x")
    --     ^ unknown-field: string has no field 'fromat'; did you mean 'string.format'?
    os.getenv "HOME"
    -- ^ unknown-field: os.getenv is left out, since the environment holds secrets; use moondial.config
    local choice = deny "x"
    moondial.log(choice.decison)
    --                  ^ unknown-field: decision has no field 'decison'; did you mean 'choice.decision'?
  end,
}
