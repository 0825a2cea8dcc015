-- A deny that stands is not relaxed to a review because a later hook is killed.
-- expect: deny blocked
rule "attack" {
  pre_check = function() return deny "blocked" end,
  on_decision = function() while true do end end,
}
