-- A function instead of an answer.
-- expect: review rule_error
-- message: nonsense
rule "attack" { pre_check = function() return function() return allow end end }
