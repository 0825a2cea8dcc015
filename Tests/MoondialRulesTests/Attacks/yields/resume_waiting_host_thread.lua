-- The same with the coroutine that moondial.all made itself.
-- expect: deny survived
-- token: sim:delay=20ms
rule "attack" {
  pre_check = function(req)
    local thread, stolen
    local code = moondial.all {
      function()
        thread = coroutine.running()
        return moondial.attempt("mobile", req.phone, req.token).code
      end,
      function()
        stolen = coroutine.resume(thread, { code = 9000 }) or pcall(coroutine.close, thread)
          or coroutine.wrap(function() return coroutine.resume(thread) end)() or coroutine.status(thread) == "dead"
      end,
    }
    return code == 9000 and not stolen and deny "survived"
  end,
}
