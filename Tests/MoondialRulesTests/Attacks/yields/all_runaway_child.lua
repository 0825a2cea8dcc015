-- One of many children never comes back: it takes the whole run with it.
-- expect: review rule_timeout
-- token: sim:delay=20ms
rule "attack" {
  pre_check = function(req)
    moondial.all {
      function() moondial.attempt("mobile", req.phone, req.token) end,
      function() pcall(function() while true do end end) end,
      function() return allow end,
    }
    return allow "escaped"
  end,
}
