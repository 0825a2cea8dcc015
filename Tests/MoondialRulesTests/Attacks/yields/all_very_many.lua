-- 5,000 children at once.
-- expect: review rule_limit
-- budget: hook=2s run=2s
rule "attack" {
  pre_check = function()
    local list = {}
    for i = 1, 5000 do list[i] = function() return i end end
    pcall(moondial.all, list)
    return allow "escaped"
  end,
}
