-- An attempt 100 coroutines deep: all of them yield to the host and are resumed again.
-- expect: deny survived
-- token: sim:delay=5ms
local function nest(n, f) if n == 0 then return f() end return coroutine.wrap(nest)(n - 1, f) end
rule "attack" {
  pre_check = function(req)
    local code = nest(100, function() return moondial.attempt("mobile", req.phone, req.token).code end)
    return code == 9000 and deny "survived"
  end,
}
