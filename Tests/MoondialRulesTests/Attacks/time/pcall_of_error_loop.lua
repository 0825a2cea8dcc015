-- Spends all its time in raising and catching, which happens in C.
-- expect: review rule_timeout
-- budget: memory=1GiB vm=1GiB
rule "attack" { pre_check = function() while true do pcall(error, "x") end end }
