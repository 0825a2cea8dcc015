-- Fills and drops 16 MiB at a time; the copying is done in C.
-- expect: review rule_timeout
-- budget: memory=64GiB vm=64GiB
rule "attack" { pre_check = function() while true do ("x"):rep(16 << 20) end end }
