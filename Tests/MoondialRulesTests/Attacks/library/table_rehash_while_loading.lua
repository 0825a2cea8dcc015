-- The same while the file loads.
-- expect: load rule_timeout
-- budget: load=100ms
local t, step = {}, (1 << 17) - 1
for i = 1, (1 << 16) + 1 do t[i * step] = true end
