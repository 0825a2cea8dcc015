-- table.sort calls back from C, and cannot be left before it returns.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    table.sort({ 3, 1, 2 }, function() while true do end end)
  end,
}
