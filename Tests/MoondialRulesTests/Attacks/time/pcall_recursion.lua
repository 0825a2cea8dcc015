-- Calls itself twice through pcall: stack overflows are caught, and 2^190 calls remain.
-- expect: review rule_timeout
-- budget: memory=1GiB vm=1GiB
local function twice() pcall(twice) pcall(twice) end
rule "attack" { pre_check = function() twice() return allow "escaped" end }
