-- Resumes a coroutine that waits, from one whose run ends by an error meanwhile: the reply comes to nobody.
-- expect: review rule_error
-- message: early
-- token: sim:delay=20ms
rule "attack" {
  pre_check = function(req)
    moondial.all {
      function() coroutine.wrap(function() moondial.attempt("mobile", req.phone, req.token) end)() end,
      function() error("early", 0) end,
    }
  end,
}
