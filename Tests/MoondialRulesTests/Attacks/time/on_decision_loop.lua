-- The decision stands, and the loop comes after it.
-- expect: review rule_timeout
rule "attack" {
  map_result = function() return allow "match" end,
  on_decision = function() while true do end end,
}
