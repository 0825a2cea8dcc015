-- A loop with a condition and a body, so that no peephole shortcut for empty loops helps.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local n = 0
    repeat n = n + 1 until n < 0
  end,
}
