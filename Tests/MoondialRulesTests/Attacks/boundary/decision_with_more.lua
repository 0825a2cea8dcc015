-- Two values: a nil in front must not pass for no answer, nor a second decision be dropped.
-- expect: review rule_error
-- message: one value expected
rule "attack" { pre_check = function() return nil, allow end }
