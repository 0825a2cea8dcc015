-- Compiles and runs without end: each chunk is a new function without any state of a hook.
-- expect: review rule_timeout
-- budget: memory=1GiB vm=1GiB
rule "attack" { pre_check = function() while true do load "return 1" () end end }
