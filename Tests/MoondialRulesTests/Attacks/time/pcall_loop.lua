-- Catches every kill and starts again: each error takes one more round.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    while true do pcall(function() while true do end end) end
  end,
}
