-- A callable table as a hook: it would run script code when the host only looks at it.
-- expect: load rule_definition
-- message: function expected
rule "attack" { pre_check = setmetatable({}, { __call = function() return allow end }) }
