-- CPU time does not run while the run waits, but starts again when it goes on.
-- expect: review rule_timeout
-- token: sim:delay=20ms
rule "attack" {
  pre_check = function(req)
    moondial.attempt("mobile", req.phone, req.token)
    while true do end
  end,
}
