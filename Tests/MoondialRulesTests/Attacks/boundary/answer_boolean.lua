-- True is not allow.
-- expect: review rule_error
-- message: nonsense
rule "attack" { pre_check = function() return true end }
