-- A map_result table that has its entries through __index.
-- expect: load rule_definition
-- message: is empty
rule "attack" { map_result = setmetatable({}, { __index = function() return allow "forged" end }) }
