-- The length operator runs script code.
-- expect: review rule_timeout
rule "attack" { pre_check = function() return #setmetatable({}, { __len = function() while true do end end }) end }
