-- The error ends those that wait, whose closing handlers then loop.
-- expect: review rule_timeout
-- token: sim:delay=20ms
rule "attack" {
  pre_check = function(req)
    moondial.all {
      function()
        local x <close> = setmetatable({}, { __close = function() while true do end end })
        moondial.attempt("mobile", req.phone, req.token)
      end,
      function() error "early" end,
    }
  end,
}
