-- The reader function of load is called from the parser, in C.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    load(function() while true do end end)
    return allow "escaped"
  end,
}
