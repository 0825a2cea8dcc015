-- One child waits for its attempt in a coroutine; another resumes and closes that coroutine meanwhile.
-- expect: deny survived
-- token: sim:delay=20ms
rule "attack" {
  pre_check = function(req)
    local co = coroutine.create(function() return moondial.attempt("mobile", req.phone, req.token).code end)
    local stolen
    local _, code = moondial.all {
      function() return 1 end,
      function() return select(2, coroutine.resume(co)) end,
      function()
        stolen = coroutine.resume(co, "forged") or pcall(coroutine.close, co) or coroutine.status(co) == "suspended"
      end,
    }
    return code == 9000 and not stolen and deny "survived"
  end,
}
