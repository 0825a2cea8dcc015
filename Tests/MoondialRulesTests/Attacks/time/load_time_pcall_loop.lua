-- The same, catching what comes, after a rule that looks innocent.
-- expect: load rule_timeout
-- budget: load=100ms
rule "innocent" { pre_check = function() return allow "innocent" end }
while true do pcall(function() while true do end end) end
