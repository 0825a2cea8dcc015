-- A coroutine that yields what a waiting one may yield, next to one that does wait.
-- expect: deny survived
-- token: sim:delay=20ms
rule "attack" {
  pre_check = function(req)
    local waits = coroutine.wrap(function() return moondial.attempt("mobile", req.phone, req.token) end)
    local lies = coroutine.wrap(function() return coroutine.yield(moondial.json.null, "wait", 1) end)
    local attempt, forged = nil, lies()
    attempt = waits()
    return forged == moondial.json.null and attempt.code == 9000 and deny "survived"
  end,
}
