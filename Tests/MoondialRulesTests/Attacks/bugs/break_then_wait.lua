-- The value is left open while the run waits: the host encodes arguments and decodes the reply on that stack.
-- expect: deny survived
-- token: sim:delay=5ms
rule "attack" {
  pre_check = function(req)
    local closing = setmetatable({}, { __close = function() end })
    for k in next, { 1 }, nil, closing do
      local function f() return k end
      break
    end
    moondial.attempt("mobile", req.phone, req.token, nil, { even_if_delivered = false })
    return deny "survived"
  end,
}
