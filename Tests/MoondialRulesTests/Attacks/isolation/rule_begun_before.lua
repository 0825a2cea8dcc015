-- The first half of a definition while rules load, the second in a hook.
-- expect: load rule_definition
-- message: has no hooks
local finish = rule "late"
rule "attack" { pre_check = function() finish { map_result = function() return allow "forged" end } end }
