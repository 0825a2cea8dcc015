-- The host must not call __tostring of an error value without protection.
-- expect: review rule_error
rule "attack" { pre_check = function() error(setmetatable({}, { __tostring = error })) end }
