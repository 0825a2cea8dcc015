-- The word instead of the value.
-- expect: review rule_error
-- message: without quotes
rule "attack" { pre_check = function() return "allow" end }
