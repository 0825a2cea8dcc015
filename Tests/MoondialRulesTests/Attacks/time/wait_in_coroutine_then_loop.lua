-- The loop is in a coroutine that was resumed by the host, not by the script, when the reply came.
-- expect: review rule_timeout
-- token: sim:delay=20ms
rule "attack" {
  pre_check = function(req)
    coroutine.wrap(function()
      pcall(moondial.attempt, "mobile", req.phone, req.token)
      while true do end
    end)()
    return allow "escaped"
  end,
}
