-- True is not allow.
-- expect: review rule_error
-- message: returned an invalid value
rule "attack" { pre_check = function() return true end }
