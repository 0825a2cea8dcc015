-- A list without end; tables double, so that each step asks for as much as there is.
-- expect: review rule_memory
-- budget: hook=5s run=5s memory=8MiB
rule "attack" {
  pre_check = function()
    local t = {}
    for i = 1, math.huge do t[i] = i end
  end,
}
