rule "arguments" {
  map_result = function(req, attempt)
    moondial.attempt("h6", req.phone, req.token)
    --               ^ wrong-argument: argument 1 of moondial.attempt, 'endpoint', must be "h5" or "mobile", and is "h6"; did you mean "h5"?
    moondial.attempt("h5", 13800138000, req.token)
    --                     ^ wrong-argument: argument 2 of moondial.attempt, 'phone', must be a string, and is an integer
    moondial.attempt("h5", req.phone)
--  ^ missing-argument: moondial.attempt needs the argument 'token'
    moondial.attempt("h5", req.phone, req.token, nil, { even_if_deliverd = true })
    --                                                  ^ unknown-option: the options of moondial.attempt has no field 'even_if_deliverd'; did you mean 'even_if_delivered'?
    moondial.hash()
--  ^ missing-argument: moondial.hash needs the argument 'text'
    moondial.hash(attempt.code)
    --            ^ wrong-argument: argument 1 of moondial.hash, 'text', must be a string, and is an integer or nil
    moondial.now(1)
    --           ^ extra-argument: moondial.now takes no arguments
    string.rep("x")
--  ^ missing-argument: string.rep needs the argument 'n'
    req.phone:sub()
--  ^ missing-argument: string.sub needs the argument 'i'
    return deny(5) and review("a", "b")
    --          ^ wrong-argument: argument 1 of deny, 'reason', must be a string, and is an integer
    --                             ^ wrong-argument: argument 2 of review, 'fields', must be a table, and is "b"
  end,
}

rule "waiting" {
  map_result = function(req, attempt)
    local list = { "h5", "mobile" }
    table.sort(list, function(a, b)
      return moondial.attempt(a, req.phone, req.token).code < moondial.attempt(b, req.phone, req.token).code
      --     ^ waiting-call: moondial.attempt waits for the network, which a function called by table.sort cannot do
      --                                                      ^ waiting-call: moondial.attempt waits for the network, which a function called by table.sort cannot do
    end)
    local function replace(endpoint)
      return moondial.attempt(endpoint, req.phone, req.token).content
      --     ^ waiting-call: moondial.attempt waits for the network, which a function called by string.gsub cannot do
    end
    local text = ("h5 mobile"):gsub("%S+", replace)
    moondial.log(text)
  end,
}
