-- A function instead of an answer.
-- expect: review rule_error
-- message: returned an invalid value
rule "attack" { pre_check = function() return function() return allow end end }
