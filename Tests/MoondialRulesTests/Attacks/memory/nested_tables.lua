-- Small allocations only: no single one is worth refusing.
-- expect: review rule_memory
-- budget: hook=5s run=5s memory=8MiB
rule "attack" {
  pre_check = function()
    local t = {}
    while true do t = { t } end
  end,
}
