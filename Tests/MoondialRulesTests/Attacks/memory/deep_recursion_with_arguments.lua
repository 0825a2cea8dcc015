-- 200 values at each level use up the stack's memory with little depth.
-- expect: review rule_memory
-- budget: hook=5s run=5s memory=4MiB
local function deep(...) return 1 + deep(1, ...) end
rule "attack" { pre_check = function() return deep(table.unpack({}, 1, 200)) end }
