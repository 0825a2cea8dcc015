-- Two short strings for each number: the string table of the state grows for all runs.
-- expect: review rule_memory
-- budget: hook=5s run=5s memory=8MiB
rule "attack" {
  pre_check = function()
    local keep = {}
    for i = 1, math.huge do keep[i] = i .. "-" end
  end,
}
