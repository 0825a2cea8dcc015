-- on_decision cannot turn a review into an allow.
-- expect: review rule_error
rule "attack" {
  map_result = function() return review "wait" end,
  on_decision = function() return allow "forged" end,
}
