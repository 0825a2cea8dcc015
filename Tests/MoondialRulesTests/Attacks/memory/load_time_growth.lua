-- Not in a hook: while the file loads.
-- expect: load rule_memory
-- budget: memory=8MiB
local t = {}
for i = 1, math.huge do t[i] = { i } end
