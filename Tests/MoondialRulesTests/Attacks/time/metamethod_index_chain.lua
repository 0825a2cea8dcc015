-- 1,900 tables, each the __index of the next: every single instruction walks the chain in C.
-- expect: review rule_timeout
local t = {}
for _ = 1, 1900 do t = setmetatable({}, { __index = t }) end
rule "attack" { pre_check = function() while true do local _ = t.missing end end }
