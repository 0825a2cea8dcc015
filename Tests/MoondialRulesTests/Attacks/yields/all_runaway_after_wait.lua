-- The child loops when its reply comes, while the hook itself still waits in moondial.all, under pcall.
-- expect: review rule_timeout
-- token: sim:delay=20ms
rule "attack" {
  pre_check = function(req)
    pcall(moondial.all, {
      function()
        moondial.attempt("mobile", req.phone, req.token)
        while true do end
      end,
      function() return 1 end,
    })
    return allow "escaped"
  end,
}
