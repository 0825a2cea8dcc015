-- Recursion that is no tail call: the Lua stack grows to a million values, then overflows with an ordinary error.
-- expect: review rule_error
-- message: stack overflow
-- budget: hook=5s run=5s memory=256MiB vm=512MiB
local function deep(n) return 1 + deep(n + 1) end
rule "attack" { pre_check = function() return deep(1) end }
