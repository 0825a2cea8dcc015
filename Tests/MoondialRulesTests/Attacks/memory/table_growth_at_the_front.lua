-- The hash part instead of the array part.
-- expect: review rule_limit
-- budget: hook=5s run=5s memory=8MiB
rule "attack" {
  pre_check = function()
    local t = {}
    for i = 1, math.huge do t["key" .. i] = true end
  end,
}
