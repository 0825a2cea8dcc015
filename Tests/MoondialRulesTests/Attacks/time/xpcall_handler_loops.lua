-- The message handler runs before the stack unwinds: a loop there is outside of what some hosts time.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    xpcall(error, function() while true do end end)
    return allow "escaped"
  end,
}
