-- No error value at all.
-- expect: review rule_error
rule "attack" { pre_check = function() error() end }
