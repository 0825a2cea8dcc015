-- Lines without end, caught: dropped or not, they take time.
-- expect: review rule_timeout
-- budget: memory=64GiB vm=64GiB
rule "attack" { pre_check = function() while true do pcall(moondial.log, "line") end end }
