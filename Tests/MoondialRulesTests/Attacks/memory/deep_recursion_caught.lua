-- Overflows again and again in pcall, each time in the handling of the overflow before.
-- expect: review rule_timeout
-- budget: memory=64GiB vm=64GiB
local function deep() pcall(deep) return 1 + deep() end
rule "attack" { pre_check = function() pcall(deep) return allow "escaped" end }
