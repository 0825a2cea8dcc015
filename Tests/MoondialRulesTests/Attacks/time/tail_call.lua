-- Endless tail calls take no stack, so nothing overflows and ends them.
-- expect: review rule_timeout
local function forever(n) return forever(n + 1) end
rule "attack" { pre_check = function() return forever(0) end }
