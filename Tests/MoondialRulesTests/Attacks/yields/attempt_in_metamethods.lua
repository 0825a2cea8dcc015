-- Metamethods that instructions call may wait: index, arithmetic, comparison, concatenation, call and iteration.
-- expect: deny survived
-- budget: attempts=10
rule "attack" {
  pre_check = function(req)
    local n = 0
    local function wait()
      n = n + 1
      moondial.attempt("mobile", req.phone, "other" .. n, nil, { even_if_delivered = true })
      return true
    end
    local mt = { __index = wait, __add = wait, __lt = wait, __eq = wait, __call = wait, __len = wait }
    local t, u = setmetatable({}, mt), setmetatable({}, mt)
    local all = { t.x, t + u, t < u, t == u, t(), #t }
    return #all == 6 and deny "survived"
  end,
}
